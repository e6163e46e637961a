"""Temporary folders of runs: they last as long as their run, and no longer than until the next one."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from focalbox.errors import OutputError
from focalbox.storage.temporary import temporary_folder

KILLED = """
import os, signal
from focalbox.storage.temporary import temporary_folder
with temporary_folder() as folder:
    (folder / "manifest.jsonl").write_text("half of it")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such locks")
def test_what_a_killed_run_left_is_removed_and_what_a_run_uses_is_not(place: Path) -> None:
    for _ in range(2):
        subprocess.run([sys.executable, "-c", KILLED], check=False, timeout=60)
    (left,) = place.iterdir()  # the second one has removed what the first one left
    (place / "focalbox-run-of-somebody").mkdir()
    with temporary_folder() as first:
        assert not left.exists()
        (first / "rows").write_bytes(b"1")
        with temporary_folder() as second:
            assert {path.name for path in place.iterdir()} == {"focalbox-run-of-somebody", first.name, second.name}
        assert (first / "rows").read_bytes() == b"1"
    assert [path.name for path in place.iterdir()] == ["focalbox-run-of-somebody"]


def test_without_a_place_it_is_an_error_of_output(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with (
        pytest.raises(OutputError, match="nothing can be written to the temporary folder: No such file"),
        temporary_folder(),
    ):
        pass
