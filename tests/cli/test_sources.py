"""What a picture on the command line may be."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import fsspec
import pytest
from PIL import Image

from cli.calls import focalbox


@pytest.mark.slow
def test_pipes_work_both_ways(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "focalbox", "crop", "-", "-s", "80x60", "--format", "webp", "-o", "-"],
        input=(folder / "coffee.jpg").read_bytes(),
        capture_output=True,
        check=True,
        env=os.environ,
    )
    assert done.stderr == b""
    assert done.stdout[8:12] == b"WEBP"


@pytest.mark.slow
def test_no_more_of_a_pipe_is_read_than_a_picture_may_have() -> None:
    with Path("/dev/zero").open("rb") as endless:
        done = subprocess.run(
            [sys.executable, "-m", "focalbox", "plan", "-"],
            stdin=endless,
            capture_output=True,
            check=False,
            env={**os.environ, "FOCALBOX_LIMIT_BYTES": "1000000"},
            timeout=60,
        )
    assert done.returncode == 1
    assert done.stderr == b"focalbox: -: a picture may have at most 976.6 kB, but this one has 976.6 kB or more\n"


def test_links_that_lead_nowhere_are_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "loop.jpg").symlink_to("loop.jpg")
    assert focalbox("crop", "loop.jpg", "-s", "1:1", "-o", "out.jpg") == 1
    assert "loop.jpg" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("picture", "sentence"),
    [
        ("", "the path is empty"),
        (".", ". is a directory, not a picture; for many pictures: focalbox batch ."),
        ("*.png", "there is no file *.png; for many pictures: focalbox batch '*.png'"),
    ],
)
def test_what_is_meant_for_a_batch_is_sent_there(
    folder: Path, capsys: pytest.CaptureFixture[str], picture: str, sentence: str
) -> None:
    assert focalbox("crop", picture, "-s", "1:1", "-o", "a.jpg") == 1
    assert capsys.readouterr().err == f"focalbox: {sentence}\n"


def test_a_picture_at_an_address_is_fetched(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder)))
    threading.Thread(target=server.serve_forever).start()
    address = f"http://127.0.0.1:{server.server_address[1]}/coffee.jpg?v=1"
    try:
        assert focalbox("crop", address, "-s", "60x40") == 2
        assert "127.0.0.1 is not on the public Internet" in capfd.readouterr().err
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("FOCALBOX_ALLOW_PRIVATE", "true")
            assert focalbox("crop", address, "-s", "60x40", "-o", "{folder}/{stem}-{size}{ext}") == 0
            assert focalbox("plan", address.replace("coffee", "gone")) == 1
            patch.setenv("FOCALBOX_ALLOW_PRIVATE", "perhaps")
            assert focalbox("plan", address) == 2
    finally:
        server.shutdown()
        server.server_close()
    said = capfd.readouterr().err
    assert f"focalbox: there is no picture at {address.replace('coffee', 'gone')}\n" in said
    assert "FOCALBOX_ALLOW_PRIVATE is true or false, not 'perhaps'" in said
    with Image.open(folder / "coffee-60x40.jpg") as image:
        assert image.size == (60, 40)


def test_a_picture_in_a_store_is_fetched(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with fsspec.open("memory://album/cup.jpg", "wb") as file:
        file.write((folder / "coffee.jpg").read_bytes())
    assert focalbox("crop", "memory://album/cup.jpg", "-s", "60x40") == 0
    assert (folder / "cup-60x40.jpg").is_file()
    assert focalbox("crop", (folder / "coffee.jpg").as_uri(), "-s", "60x40", "-o", "{stem}-too{ext}") == 0
    assert (folder / "coffee-too.jpg").read_bytes() == (folder / "cup-60x40.jpg").read_bytes()
    assert focalbox("plan", "memory://album/gone.jpg") == 1
    assert capsys.readouterr().err == "focalbox: there is no file memory://album/gone.jpg\n"
    assert focalbox("plan", "gopher://album/cup.jpg") == 2
    assert "gopher" in capsys.readouterr().err


def test_a_picture_that_may_not_be_read_fails_alone(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "locked.jpg").mkdir()  # cannot be read, by root neither
    monkeypatch.setattr(os, "access", lambda *_, **__: False)  # what the system says beforehand decides nothing
    assert focalbox("crop", "locked.jpg", "coffee.jpg", "-s", "60x40", "-o", "{stem}-small.jpg") == 1
    assert (folder / "coffee-small.jpg").exists()
    assert "1 of 2 pictures failed" in capsys.readouterr().err
