"""Whatever Pillow raises leaves as one sentence about the picture."""

from __future__ import annotations

import pytest
from PIL.Image import DecompressionBombError

from focalbox.errors import DecodeError, InvalidRequest, LimitExceeded
from focalbox.imaging.pillow_errors import translating


@pytest.mark.parametrize(
    ("raised", "kind", "sentence"),
    [
        (ValueError("bad\n  chunk"), DecodeError, r"^cat\.png cannot be decoded: bad chunk$"),
        (KeyError(), DecodeError, r"^cat\.png cannot be decoded: KeyError$"),
        (
            OSError("image file is Truncated"),
            DecodeError,
            r"^cat\.png cannot be decoded: the file ends too early$",
        ),
        (OSError("x" * 999), DecodeError, r"^cat\.png cannot be decoded: x{120}$"),
        (
            OSError("could not create decoder object"),
            DecodeError,
            r"^cat\.png cannot be decoded: its header is damaged$",
        ),
        (OSError("decoder error -2"), DecodeError, r"^cat\.png cannot be decoded: its pixels are damaged$"),
        (
            OSError("broken data stream when reading image file"),
            DecodeError,
            r"^cat\.png cannot be decoded: its pixels are damaged$",
        ),
        (
            OSError("failed to read next frame"),
            DecodeError,
            r"^cat\.png cannot be decoded: its pixels are damaged$",
        ),
        (
            RuntimeError("Failed to decode frame 3: Decoding of color planes failed"),
            DecodeError,
            r"^cat\.png cannot be decoded: its pixels are damaged$",
        ),
        (MemoryError(), LimitExceeded, r"^cat\.png needs more memory to decode than there is$"),
        (DecompressionBombError(), LimitExceeded, "needs more memory"),
        (InvalidRequest("said already"), InvalidRequest, "^said already$"),
    ],
)
def test_an_error_becomes_a_sentence(raised: Exception, kind: type[Exception], sentence: str) -> None:
    with pytest.raises(kind, match=sentence), translating("cat.png"):
        raise raised


def test_a_file_that_lacks_its_end_is_said_to() -> None:
    with pytest.raises(DecodeError, match="the file ends too early"), translating("cat.png", lambda: True):
        raise ValueError


def test_what_is_no_error_of_a_picture_passes() -> None:
    with pytest.raises(KeyboardInterrupt), translating("cat.png"):
        raise KeyboardInterrupt
