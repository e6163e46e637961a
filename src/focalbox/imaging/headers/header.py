"""What a file's first bytes say: its format, and the counts that a decoder would allocate or walk the file for."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

__all__ = [
    "JpegCoding",
    "count_frames",
    "gif_ends",
    "is_refined",
    "jpeg_coding",
    "sniff",
    "webp_canvas",
    "without_blanks",
]

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
_MARKER = re.compile(rb"\xff[\x02-\xcf\xd9-\xfe]")
"""A marker with a length, or EOI: not a stuffed zero, padding, nor a marker that stands alone (the same)."""
_LAST = bytes([_MARK, _END])
_BLOCK = 64
"""Coefficients of a block."""
_MAX_COUNTED = 1000
"""Scans at which counting ends: far above what is let through."""
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # the same: SOF0 to SOF15; the others are DHT, JPG and DAC
_SEQUENTIAL, _PROGRESSIVE = {0xC0, 0xC1}, {0xC2}  # the same: cosine transform, Huffman coding
_LOSSLESS = {0xC3, 0xC7, 0xCB, 0xCF}  # the same: no transform, so there are no smaller scales


_BLANKS = b"\r\n\t \xef\xbb\xbf"
"""White space and the mark of UTF-8, which scripts print before a picture; no signature begins with any of them."""


def without_blanks(data: bytes) -> bytes:
    """Return the bytes of a file without the blanks that a script printed before them."""
    return data.lstrip(_BLANKS)


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
    ended : bool
        Whether the picture's last marker, EOI, is there.
    held : float
        Coefficients for each pixel that a decoder holds until it has seen all scans; 0 when they pass by.
    """

    usual: bool
    lossless: bool
    scans: int
    ended: bool = True
    held: float = 0.0


def jpeg_coding(data: bytes) -> JpegCoding:
    """Read how a JPEG is coded, walking its markers as libjpeg does, past whatever lies between them.

    The scans are counted from the frame to its end, EOI: what lies inside other segments or behind the end, such as the
    film of a motion photo, is none of the picture. A picture that comes in one scan is not walked through to its end.
    """
    frame = components = scans = 0
    whole, at, sampling = False, 2, b""
    for marker, at in _jpeg_markers(data):
        if marker in _FRAMES and not frame:
            frame, components = marker, _byte(data, at + 7)
            sampling = data[at + 9 : at + 9 + 3 * components : 3]
        elif marker == _SCAN:
            scans += 1
            whole = frame in _SEQUENTIAL and _byte(data, at + 2) == components > 0
            if whole or scans > _MAX_COUNTED:
                break
        elif marker == _END:
            break
    ended = data.rfind(_LAST, at - 2) >= 0 if whole else marker in {_END, _SCAN} if scans else True
    held = 0.0 if whole or frame in _LOSSLESS else _coefficients(sampling)
    return JpegCoding(frame in _SEQUENTIAL | _PROGRESSIVE, frame in _LOSSLESS, max(1, scans), ended, held)


def _coefficients(sampling: bytes) -> float:
    """Return the samples of all components for each pixel, from the factors in the frame (ITU-T T.81, section A.1.1)."""
    areas = [(factors >> 4) * (factors & 15) for factors in sampling]
    full = max((factors >> 4 for factors in sampling), default=1) * max(
        (factors & 15 for factors in sampling), default=1
    )
    return sum(areas) / max(1, full)


def is_refined(data: bytes) -> bool:
    """Tell whether the scans of a progressive JPEG bring every coefficient of every component to its last bit.

    It tells a file that lacks only its end from one that was cut between two scans (ITU-T T.81, section B.2.3: a scan
    names its components, the first and last coefficient, and the bits that are left for later).
    """
    left: dict[tuple[int, int], int] = {}
    components: bytes = b""
    for marker, at in _jpeg_markers(data):
        if marker in _PROGRESSIVE:
            components = data[at + 8 : at + 8 + 3 * _byte(data, at + 7) : 3]
        elif marker == _SCAN:
            count = _byte(data, at + 2)
            first, last, bits = (_byte(data, at + 3 + 2 * count + index) for index in range(3))
            for component in data[at + 3 : at + 3 + 2 * count : 2]:
                for coefficient in range(first, min(last, _BLOCK - 1) + 1):
                    left[component, coefficient] = bits & 0x0F
        elif marker == _END:
            break
    return bool(components) and all(
        left.get((component, number), 1) == 0 for component in components for number in range(_BLOCK)
    )


def _jpeg_markers(data: bytes) -> Iterator[tuple[int, int]]:
    """Return every marker behind SOI, and where what follows it begins; an end of the file ends them, as number 0."""
    at = 2
    while True:
        found = _MARKER.search(data, at)
        if found is None:
            yield 0, len(data)
            return
        at, marker = found.end(), data[found.end() - 1]
        yield marker, at
        at += max(2, int.from_bytes(data[at : at + 2], "big"))


def _byte(data: bytes, at: int) -> int:
    """Return the byte at a place, 0 beyond the end."""
    return data[at] if at < len(data) else 0


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


def gif_ends(data: bytes) -> bool:
    """Tell whether a GIF goes as far as its blocks say; some programs leave out the closing byte."""
    try:
        return _gif_walk(data, len(data))[1] <= len(data)
    except IndexError:
        return False


def _gif_frames(data: bytes, most: int) -> int:
    return _gif_walk(data, most)[0]


def _gif_walk(data: bytes, most: int) -> tuple[int, int]:
    """Walk the blocks of a GIF (GIF89a specification, sections 15 to 27).

    Returns
    -------
    frames, end : int
        How many frames there are, at most ``most + 1``, and where the last block ends or should have ended.
    """
    at = 13 + _colour_table(data[10])
    frames = 0
    while at < len(data) and frames <= most:
        introducer = data[at]
        if introducer == _DESCRIPTOR:  # 10 bytes, colour table, code size, data
            frames += 1
            if at + 10 >= len(data):
                return frames, at + 11
            at += 10 + _colour_table(data[at + 9]) + 1
        elif introducer == _EXTENSION:  # label, data
            at += 2
        else:
            break
        while at < len(data) and data[at]:
            at += 1 + data[at]
        at += 1
    return frames, at


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
