"""Times the decoders of focalbox and of libvips alone, and the decompression of a PNG alone."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import partial

import pyvips

from benchmarks.speed.candidates import OURS, Candidate
from benchmarks.speed.measures import Timing, timings
from focalbox.core.target import Size
from focalbox.imaging.headers.png import SIGNATURE, chunks_of
from focalbox.imaging.source import open_picture
from focalbox.options import CropOptions
from focalbox.prepared import needed_size

__all__ = ["decoder_times"]


def decoder_times(files: Sequence[bytes], size: tuple[int, int], rounds: int) -> dict[str, Timing]:
    """Time both decoders, each to what a crop to a size needs, and zlib alone where it is a PNG."""
    decoders: dict[str, Candidate] = {OURS: _ours, "libvips": _theirs}
    if files[0].startswith(SIGNATURE):
        codes = {content: _codes(content) for content in files}
        decoders["inflating"] = partial(_inflate, codes)
    return timings(decoders, files, size, rounds, warm=False)


def _ours(content: bytes, size: tuple[int, int]) -> bytes:
    picture = open_picture(content)
    picture.decode(needed_size(picture.size, [Size(*size)], CropOptions()), look=False)
    return b""


def _theirs(content: bytes, size: tuple[int, int]) -> bytes:
    film = pyvips.Image.new_from_buffer(content, "")
    scale = max(size[0] / film.width, size[1] / film.height)
    small = pyvips.Image.thumbnail_buffer(content, max(1, round(film.width * scale)), height=10**6)
    small.copy_memory()
    return b""


def _codes(content: bytes) -> bytes:
    return b"".join(content[chunk.start : chunk.stop] for chunk in chunks_of(content) if chunk.name == b"IDAT")


def _inflate(codes: dict[bytes, bytes], content: bytes, size: tuple[int, int]) -> bytes:
    del size
    return zlib.decompress(codes[content])[:0]
