"""Folders of real photographs, and of many small pictures, to crop in one go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(scope="session")
def album(tmp_path_factory: pytest.TempPathFactory, photographs: Mapping[str, np.ndarray]) -> Path:
    """Return a folder with seven pictures, two of them equal, one damaged; nobody changes it."""
    folder = tmp_path_factory.mktemp("album")
    (folder / "summer" / "sea").mkdir(parents=True)
    for name, picture in photographs.items():
        Image.fromarray(picture).save(folder / f"{name}.jpg", quality=85)
    Image.fromarray(photographs["chelsea"]).save(folder / "summer" / "cat.png")
    (folder / "summer" / "sea" / "again.jpg").write_bytes((folder / "rocket.jpg").read_bytes())
    (folder / "summer" / "broken.jpg").write_bytes((folder / "coffee.jpg").read_bytes()[:2000])
    (folder / "summer" / "notes.md").write_text("no picture")
    return folder


@pytest.fixture(scope="session")
def make_small() -> Callable[[Path, int], None]:
    """Make many small pictures, no two alike."""

    def make(folder: Path, count: int) -> None:
        rng = np.random.default_rng(1)
        ground = rng.integers(0, 255, (12, 16, 3), dtype=np.uint8)
        for number in range(count):
            place = folder / f"{number // 100:03d}"
            place.mkdir(parents=True, exist_ok=True)
            picture = ground.copy()
            picture[number % 9 : number % 9 + 3, number % 13 : number % 13 + 3] = rng.integers(0, 255, 3)
            Image.fromarray(picture).resize((96, 72)).save(place / f"{number:05d}.jpg", quality=70)

    return make
