"""Two builds of one commit are the same to the byte, and the release check says what is missing."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
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
