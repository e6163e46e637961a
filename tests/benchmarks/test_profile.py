"""The profile of a smart crop: every step is listed, and together they take the time of the service."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.service.profile import profile_lines


def test_the_steps_add_up(tmp_path: Path, photographs: Mapping[str, np.ndarray]) -> None:
    path = tmp_path / "a.jpg"
    Image.fromarray(photographs["coffee"]).resize((96, 64)).save(path)
    lines = profile_lines({"small": [path]}, {"small": 1000.0}).splitlines()[2:]
    found = {line.split("|")[1].strip(): float(re.search(r"([\d.-]+)", line.split("|")[2])[0]) for line in lines}  # type: ignore[index]
    assert {"decode", "network", "encode"} < found.keys()
    assert found["network"] > 1
    assert min(found.values()) >= -0.5
    whole = found.pop("all")
    assert abs(sum(found.values()) - whole) < 1
