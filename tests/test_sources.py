"""What may be handed in as a picture, and what is refused before it is read."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import focalbox
from focalbox.amounts import show_bytes
from focalbox.errors import FetchError, InvalidRequest, LimitExceeded
from focalbox.imaging.limits import Limits
from focalbox.sources import open_source
from pictures import encoded


class Upload:
    """Reads as the files of asynchronous frameworks do."""

    async def read(self, size: int = -1) -> bytes:
        return bytes(size)


@pytest.mark.parametrize(
    ("source", "kind", "sentence"),
    [
        ("", FetchError, "the path is empty"),
        ("https://example.com/a.jpg", InvalidRequest, "https:// addresses are not fetched here: pass the bytes"),
        ("s3://bucket/a.jpg", InvalidRequest, "s3:// addresses are not fetched here"),
        (Upload(), InvalidRequest, "this file reads asynchronously: pass what it wraps, such as upload.file"),
        (io.StringIO("text"), InvalidRequest, "this file reads text: open it with 'rb'"),
        (7, InvalidRequest, "a source is a path, bytes, a binary file, a picture or an array, not int"),
        (None, InvalidRequest, "not NoneType"),
    ],
)
def test_what_is_no_picture_to_read_is_said(source: object, kind: type[Exception], sentence: str) -> None:
    with pytest.raises(kind, match=sentence):
        focalbox.plan(source)  # type: ignore[arg-type]


def test_a_file_serves_twice_and_from_where_it_stands() -> None:
    file = io.BytesIO(b"a header of the caller's")
    start = file.seek(0, io.SEEK_END)
    Image.fromarray(np.zeros((30, 40, 3), np.uint8)).save(file, "PNG")
    file.seek(start)
    assert focalbox.plan(file).source == focalbox.Size(40, 30)
    plain = io.BytesIO(file.getvalue()[start:])
    for _ in range(2):
        assert focalbox.plan(plain).source == focalbox.Size(40, 30)


def test_a_file_that_cannot_be_read_is_a_fetch_error(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="there is no file"):
        open_source(tmp_path / "missing.jpg")
    with pytest.raises(FetchError, match="is a directory"):
        open_source(tmp_path)
    with pytest.raises(FetchError, match="cannot be read"):
        open_source(tmp_path / ("n" * 300))
    with pytest.raises(FetchError, match="cannot be read"):
        open_source("a\0b")
    closed = io.BytesIO(b"")
    closed.close()
    with pytest.raises(FetchError, match="closed"):
        open_source(closed)
    (tmp_path / "text.txt").write_text("text")
    with (
        (tmp_path / "text.txt").open() as text,
        pytest.raises(InvalidRequest, match="this file reads text: open it with 'rb'"),
    ):
        open_source(text)  # type: ignore[arg-type]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "secret.png"
    path.write_bytes(b"")
    path.chmod(0)
    with pytest.raises(FetchError, match="cannot be read"):
        open_source(path)


@pytest.fixture
def content() -> bytes:
    return encoded(np.arange(3600, dtype=np.uint8).reshape(30, 40, 3), "PNG")


def test_paths_files_and_bytes_are_the_same_picture(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "corners"
    path.write_bytes(content)
    with path.open("rb") as file:
        sources = (content, bytearray(content), memoryview(content), str(path), path, file, Image.open(path))
        found = [open_source(source).decode().image.tobytes() for source in sources]  # type: ignore[arg-type]
    assert set(found) == {found[0]}


def test_no_more_is_read_than_the_limits_allow(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "picture"
    path.write_bytes(content)
    limits = Limits(bytes=len(content) - 1)
    file = io.BytesIO(content * 2)
    for source in (content, path, file):
        with pytest.raises(LimitExceeded, match=f"at most {show_bytes(len(content) - 1)}"):
            open_source(source, limits)
    assert file.tell() == len(content)
    assert open_source(path, Limits(bytes=len(content))).size == focalbox.Size(40, 30)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="only POSIX has named pipes")
def test_a_named_pipe_is_read_to_its_end(content: bytes, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(content,))
    writer.start()
    assert open_source(pipe).size == focalbox.Size(40, 30)
    writer.join()


class Given:
    """A file of a caller's own, which reads what it was given."""

    def __init__(self, answer: object) -> None:
        self._parts = iter([answer, b""])

    def read(self, _: int) -> object:
        return next(self._parts)

    def seek(self, _: int) -> int:
        """Seek, without a way to tell where."""
        raise RuntimeError


def test_files_of_a_caller_may_give_any_kind_of_bytes(content: bytes) -> None:
    for answer in (content, bytearray(content), memoryview(content)):
        assert open_source(Given(answer)).size == focalbox.Size(40, 30)  # type: ignore[arg-type]


@pytest.mark.parametrize(("answer", "named"), [(None, "NoneType"), (5, "int"), ("text", "text"), ([], "list")])
def test_files_of_a_caller_give_bytes(answer: object, named: str) -> None:
    with pytest.raises(InvalidRequest, match=f"reading bytes, but this one gives {named}"):
        open_source(Given(answer))  # type: ignore[arg-type]


def test_a_view_that_was_released_is_said(content: bytes) -> None:
    view = memoryview(content)
    view.release()
    with pytest.raises(FetchError, match="released"):
        open_source(view)  # type: ignore[arg-type]
