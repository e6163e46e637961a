"""Where the command writes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import fsspec
import pytest
from PIL import Image

from cli.calls import focalbox


def test_an_unwritable_output_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "file").touch()
    assert focalbox("crop", "coffee.jpg", "-s", "1:1", "-o", "file/{stem}.jpg") == 1
    assert "cannot be written" in capsys.readouterr().err


def test_what_is_there_already_can_be_kept(folder: Path) -> None:
    (folder / "coffee-1-1.jpg").write_text("mine")
    assert focalbox("crop", "coffee.jpg", "chelsea.jpg", "-s", "1:1", "-s", "60x40", "--no-clobber") == 0
    assert (folder / "coffee-1-1.jpg").read_text() == "mine"
    assert {path.name for path in folder.glob("*-*")} == {
        "coffee-1-1.jpg",
        "coffee-60x40.jpg",
        "chelsea-1-1.jpg",
        "chelsea-60x40.jpg",
    }
    assert focalbox("crop", "coffee.jpg", "-s", "1:1") == 0
    assert (folder / "coffee-1-1.jpg").read_bytes().startswith(b"\xff\xd8")


def piped(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "focalbox", *arguments],
        input=(folder / "coffee.jpg").read_bytes(),
        capture_output=True,
        check=True,
    )


@pytest.mark.slow
def test_a_crop_of_standard_input_goes_to_standard_output(folder: Path) -> None:
    done = piped(folder, "crop", "-", "-s", "80x60")
    assert (done.stdout[:2], done.stderr) == (b"\xff\xd8", b"")
    done = piped(folder, "crop", "-", "-s", "80x60", "-s", "1:1")
    assert done.stdout == b""
    assert done.stderr.decode().splitlines() == [
        f"focalbox: note: the crop of standard input is in standard-input-{size}.jpg" for size in ("80x60", "1-1")
    ]
    assert (folder / "standard-input-80x60.jpg").is_file()


@pytest.mark.slow
def test_an_explanation_is_a_png_unless_its_name_says_otherwise(folder: Path) -> None:
    assert piped(folder, "explain", "-", "-o", "-").stdout.startswith(b"\x89PNG")
    assert focalbox("explain", "coffee.jpg", "--out", "why.webp") == 0
    assert (folder / "why.webp").read_bytes()[8:12] == b"WEBP"


@pytest.mark.slow
def test_pictures_are_not_written_to_a_screen(folder: Path) -> None:
    parent, child = os.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "focalbox", "crop", "coffee.jpg", "-s", "1:1", "-o", "-"],
            stdout=child,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(child)
        os.close(parent)
    assert done.returncode == 2
    assert done.stderr.startswith(b"focalbox: standard output is a terminal: ")


def test_results_go_to_stores_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["crop", "coffee.jpg", "-s", "60x40", "-o", "memory://results/{stem}/{size}.webp"]
    with fsspec.open("memory://results/coffee/60x40.webp", "wb") as file:
        file.write(b"mine")
    assert focalbox(*call, "--no-clobber") == 0
    with fsspec.open("memory://results/coffee/60x40.webp", "rb") as file:
        assert file.read() == b"mine"
    assert focalbox(*call) == 0
    with fsspec.open("memory://results/coffee/60x40.webp", "rb") as file, Image.open(file) as image:
        assert (image.format, image.size) == ("WEBP", (60, 40))
    assert focalbox(*call[:-1], "https://example.com/{stem}.webp") == 2
    assert "not to https://example.com/coffee.webp" in capsys.readouterr().err
    assert not list(folder.glob("memory*"))


@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_output_is_refused(folder: Path, empty: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(folder.iterdir())
    assert focalbox("crop", "coffee.jpg", "-s", "60x40", "-o", empty) == 2
    assert focalbox("batch", "coffee.jpg", "-s", "60x40", "--output", empty) == 2
    assert focalbox("batch", "coffee.jpg", "-s", "60x40", "--output", "-") == 2
    assert capsys.readouterr().err.splitlines() == [
        "focalbox: an output has a name, such as {stem}-{size}{ext}; this one is empty",
        f"focalbox: a batch writes to a folder or an address, not to {empty!r}",
        "focalbox: a batch writes to a folder or an address, not to '-'",
    ]
    assert sorted(folder.iterdir()) == before
