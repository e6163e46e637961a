"""What may be handed in as a picture, and what is refused before it is read."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import focalbox
from focalbox.errors import FetchError, InvalidRequest


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
        (7, InvalidRequest, "a source is a path, bytes"),
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


def test_a_closed_file_is_said(tmp_path: Path) -> None:
    file = io.BytesIO(b"x")
    file.close()
    with pytest.raises(FetchError, match="closed"):
        focalbox.plan(file)
