"""Real photographs for the tests: the freely licensed ones that scikit-image bundles."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image

PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "rocket")


@pytest.fixture(scope="session")
def photographs() -> Mapping[str, np.ndarray]:
    """Arrays of uint8, shape (h, w, 3), by name."""
    return {name: getattr(skimage.data, name)() for name in PHOTOGRAPHS}


@pytest.fixture
def folder(tmp_path: Path, photographs: Mapping[str, np.ndarray], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of photographs as JPEG files, which is also the working folder."""
    for name, picture in photographs.items():
        Image.fromarray(picture).save(tmp_path / f"{name}.jpg", quality=90)
    monkeypatch.chdir(tmp_path)
    return tmp_path
