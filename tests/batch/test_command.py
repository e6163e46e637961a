"""The command of a batch: what it says on standard error."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from batch.albums import command, unlistable

pytestmark = pytest.mark.slow  # every test starts workers


@pytest.fixture
def pictures(album: Path, tmp_path: Path) -> Path:
    """Return a folder of two pictures."""
    (tmp_path / "in").mkdir()
    for name in ("coffee", "rocket"):
        shutil.copy(album / f"{name}.jpg", tmp_path / "in")
    return tmp_path / "in"


def test_quiet_says_nothing_when_all_is_well_and_what_failed_otherwise(pictures: Path, tmp_path: Path) -> None:
    call = [str(pictures), "-s", "40x40", "--output", str(tmp_path / "o"), "--resume"]
    assert "2 pictures done" in command(*call).stderr
    well = command(pictures, "-s", "30x30", "--output", tmp_path / "p", "--quiet")
    assert (well.returncode, well.stdout, well.stderr) == (0, "", "")
    (pictures / "text.jpg").write_text("no picture")
    failed = command(*call, "-q")
    first, last = failed.stderr.splitlines()
    assert (failed.returncode, first.startswith(f"focalbox: {pictures / 'text.jpg'}: ")) == (1, True)
    assert "1 of 3 pictures failed" in last


def test_a_folder_that_cannot_be_listed_fails_like_a_picture_and_the_rest_is_done(
    pictures: Path, tmp_path: Path
) -> None:
    unlistable(pictures)
    ended = command(pictures, "-s", "40x40", "--output", tmp_path / "o", "--quiet")
    first, last = ended.stderr.splitlines()
    assert first.endswith("cannot be listed: File name too long")
    assert "2 pictures done, 1 folder could not be listed" in last
    assert ended.returncode == 1
    assert len(list((tmp_path / "o").glob("*.jpg"))) == 2
    refused = command(pictures, "-s", "40x40", "--output", tmp_path / "p", "--fail-fast")
    assert (refused.returncode, (tmp_path / "p").exists()) == (2, False)


def test_sizes_and_formats_are_refused_as_crop_refuses_them(pictures: Path) -> None:
    for option, value, sentence in (
        ("-s", "0x2", "a size needs sides of at least 1 pixel, not 0x2"),
        ("--format", "heic", "not 'heic'"),
    ):
        refused = command(pictures, "-s", "1:1", "--plan-only", option, value)
        assert refused.returncode == 2
        assert sentence in refused.stderr
