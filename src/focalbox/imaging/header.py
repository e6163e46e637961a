"""What a file's first bytes say: its format, and the counts that a decoder would allocate or walk the file for."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

__all__ = ["JpegCoding", "count_frames", "jpeg_coding", "sniff", "webp_canvas"]

_HEIC_BRANDS = {
    b"heic",
    b"heix",
    b"hevc",
    b"hevx",
    b"heim",
    b"heis",
    b"hevm",
    b"hevs",
    b"mif1",
    b"msf1",
}  # ISO 23008-12
_AVIF_BRANDS = {b"avif", b"avis"}  # AV1 Image File Format 1.1, section 6
_DESCRIPTOR, _EXTENSION = 0x2C, 0x21  # GIF89a, sections 20 and 23 to 26
_BIG = 43  # BigTIFF's version number, where TIFF has 42
_BRANDS_READ = 64
"""Bytes of the file type box that are looked at for compatible brands."""
_MARK, _SCAN, _END = 0xFF, 0xDA, 0xD9  # ITU-T T.81, table B.1: what begins a marker, SOS, EOI
_SOLITARY = {0x00, 0x01, *range(0xD0, 0xD9)}  # the same: a stuffed zero and the markers without a length
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # the same: SOF0 to SOF15; the others are DHT, JPG and DAC
_SEQUENTIAL, _PROGRESSIVE = {0xC0, 0xC1}, {0xC2}  # the same: cosine transform, Huffman coding
_LOSSLESS = {0xC3, 0xC7, 0xCB, 0xCF}  # the same: no transform, so there are no smaller scales


def sniff(data: bytes) -> str | None:
    """Return the name of the format whose signature ``data`` begins with, or None.

    The name of a file is never asked: a PNG called ``.jpg`` is a PNG.

    Examples
    --------
    >>> sniff(b"GIF89a...")
    'GIF'
    >>> sniff(b"Dear Sir or Madam") is None
    True
    """
    signatures = (
        (b"\xff\xd8\xff", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"GIF87a", "GIF"),
        (b"GIF89a", "GIF"),
        (b"II*\0", "TIFF"),
        (b"MM\0*", "TIFF"),
        (b"II+\0", "TIFF"),
        (b"MM\0+", "TIFF"),
        (b"BM", "BMP"),
    )
    for signature, name in signatures:
        if data.startswith(signature):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp":
        box = data[8 : min(_BRANDS_READ, int.from_bytes(data[:4], "big"))]
        brands = {box[at : at + 4] for at in (0, *range(8, len(box), 4))}  # bytes 4 to 8 are a version
        if brands & _AVIF_BRANDS:
            return "AVIF"
        if brands & _HEIC_BRANDS:
            return "HEIF"
    return None


def webp_canvas(data: bytes) -> tuple[int, int] | None:
    """Return the width and height of a WebP file in pixels, or None when its header is unreadable.

    Pillow's plug-in allocates the canvas as soon as it is constructed, so the size is read before it.
    (WebP Container Specification, RFC 9649; VP8, RFC 6386, section 9.1; VP8L, RFC 9649, section 3.4.)
    """
    kind, body = data[12:16], data[20:30]
    if len(body) < 10:  # noqa: PLR2004 - the bytes of the largest of the three headers
        return None
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return None


@dataclass(frozen=True, slots=True)
class JpegCoding:
    """How the pixels of a JPEG are coded.

    Parameters
    ----------
    usual : bool
        By cosine transform and Huffman codes, in one go or progressively, as nearly all are.
    lossless : bool
        Without a transform: at no other scale than its own.
    scans : int
        How often a decoder passes over the whole picture, at least 1.
    """

    usual: bool
    lossless: bool
    scans: int


def jpeg_coding(data: bytes) -> JpegCoding:
    """Read how a JPEG is coded, walking its markers as libjpeg does, past whatever lies between them.

    The scans of a picture that comes in one are not counted, which would read all of the file. What is counted are the bytes
    of their marker: they are seldom found inside a profile or a preview too.
    """
    at, frame, components = 2, 0, 0
    try:
        while True:
            at = data.index(_MARK, at)
            while data[at] == _MARK:
                at += 1
            marker, at = data[at], at + 1
            if marker in _FRAMES:
                frame, components = marker, data[at + 7]
            elif marker in {_SCAN, _END}:
                break
            if marker not in _SOLITARY:
                at += max(2, int.from_bytes(data[at : at + 2], "big"))
        whole = marker == _SCAN and frame in _SEQUENTIAL and data[at + 2] == components
    except (ValueError, IndexError):
        whole = False
    scans = 1 if whole else max(1, _count_pairs(data, _MARK, _SCAN))
    return JpegCoding(frame in _SEQUENTIAL | _PROGRESSIVE, frame in _LOSSLESS, scans)


def _count_pairs(data: bytes, first: int, second: int) -> int:
    """Count two bytes in a row; a quarter of the time of `bytes.count`."""
    pair = first | second << 8
    halves = (np.frombuffer(data, "<u2", (len(data) - start) // 2, start) for start in (0, 1))
    return sum(int(np.count_nonzero(half == pair)) for half in halves)


def count_frames(name: str, data: bytes, most: int) -> int:
    """Count the frames of a GIF or the pages of a TIFF, and stop counting just above ``most``.

    Pillow decodes or parses every frame to count them; this skips from block to block. A broken or cyclic chain ends
    the count: the first frame may still be whole.

    Returns
    -------
    int
        1 to ``most + 1``; always 1 for other formats, whose headers carry the count.
    """
    count: Callable[[bytes, int], int] | None = {"GIF": _gif_frames, "TIFF": _tiff_pages}.get(name)
    if count is None:
        return 1
    try:
        return max(1, count(data, most))
    except (struct.error, IndexError):
        return 1


def _gif_frames(data: bytes, most: int) -> int:
    """Walk the blocks of a GIF (GIF89a specification, sections 15 to 27)."""
    at = 13 + _colour_table(data[10])
    frames = 0
    while at < len(data) and frames <= most:
        introducer = data[at]
        if introducer == _DESCRIPTOR:  # 10 bytes, colour table, code size, data
            frames += 1
            if at + 10 >= len(data):
                break
            at += 10 + _colour_table(data[at + 9]) + 1
        elif introducer == _EXTENSION:  # label, data
            at += 2
        else:
            break
        while at < len(data) and data[at]:
            at += 1 + data[at]
        at += 1
    return frames


def _colour_table(flags: int) -> int:
    """Return the bytes of the colour table that the flags of a descriptor announce."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _tiff_pages(data: bytes, most: int) -> int:
    """Follow the chain of directories of a TIFF (TIFF 6.0, section 2) or BigTIFF."""
    order = "<" if data[:2] == b"II" else ">"
    big = _BIG in data[2:4]
    link, counter, entry, first = ("Q", "Q", 20, 8) if big else ("I", "H", 12, 4)
    (at,) = struct.unpack_from(order + link, data, first)
    pages = 0
    while at and pages <= most:
        try:
            (entries,) = struct.unpack_from(order + counter, data, at)
            pages += 1
            (at,) = struct.unpack_from(order + link, data, at + struct.calcsize(order + counter) + entry * entries)
        except (struct.error, OverflowError):
            break
    return pages
