"""The markers of a JPEG: how it is coded, and which of its segments the pixels need."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from focalbox.errors import LimitExceeded
from focalbox.imaging.headers.rights import MAX_PACKET

__all__ = [
    "END",
    "FRAMES",
    "SCAN",
    "JpegCoding",
    "drop_burden",
    "extended_xmp",
    "jpeg_coding",
    "jpeg_markers",
    "unread_coding",
]

_MARK, SCAN, END = 0xFF, 0xDA, 0xD9  # ITU-T T.81, table B.1: what begins a marker, SOS, EOI
_MARKER = re.compile(rb"\xff[\x02-\xcf\xd9-\xfe]")
"""A marker with a length, or EOI: not a stuffed zero, padding, nor a marker that stands alone (the same)."""
_LAST = bytes([_MARK, END])
_BLOCK = 64
"""Coefficients of a block."""
_MAX_SEGMENTS = 100_000
"""The most segments, far more than any program writes: without a limit, a file of 64 MB had 15 million and took a
minute."""
_FEW_SEGMENTS, _LITTLE_BETWEEN = 256, 4096
"""Segments, and bytes between them, up to which a file is left as it is: Pillow walks them in about a millisecond."""
_COMMENT, _APPLICATIONS = 0xFE, range(0xE0, 0xF0)  # the same: COM, APP0 to APP15
_PROFILE = b"ICC_PROFILE\0"  # ICC.1:2022, annex B.4: APP2, as many as the profile needs
_KINDS = {
    0xE0: (b"JFIF\0",),
    0xE1: (b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"),
    0xE2: (_PROFILE,),
    0xED: (b"Photoshop 3.0\0",),
    0xEE: (b"Adobe",),
}
"""Segments of applications that say something of the picture, by their marker and how they begin."""
_XMP_SEGMENT, _EXTENSION = 0xE1, b"http://ns.adobe.com/xmp/extension/\0"  # XMP Specification, part 3, section 1.1.3.1
_EXTENSION_NAME = re.compile(rb"HasExtendedXMP\s*(?:=\s*[\"']|>)\s*([0-9A-Fa-f]{32})")
"""Where a packet names the other one, by the 32 digits of its MD5."""
_READ_BY_PILLOW = {0xE0: (b"JFIF", 7), 0xE2: (_PROFILE, 14), 0xEE: (b"Adobe", 7)}
"""By what Pillow recognises segments, and how long they must be (`PIL.JpegImagePlugin.APP`, 13.0)."""
_PHOTOSHOP, _RESOURCES, _RESOURCE = 0xED, b"Photoshop 3.0\0", b"8BIM"
_MAX_COUNTED = 1000
"""Scans at which counting ends: far above the limit."""
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # the same: SOF0 to SOF15; the others are DHT, JPG and DAC
_SEQUENTIAL, _PROGRESSIVE = {0xC0, 0xC1}, {0xC2}  # the same: cosine transform, Huffman coding
_LS = 0xF7  # ITU-T T.87, section C.1.1: SOF55
_BITS = 8
_LOSSLESS = {0xC3, 0xC7, 0xCB, 0xCF}  # the same: no transform, so there are no smaller scales


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
    refined : bool
        Whether the scans bring every coefficient of every component to its last bit; False of a `usual` one of which scans
        are missing (ITU-T T.81, section B.2.3: a scan names its components, the first and last coefficient, and the bits
        that are left for later).
    """

    usual: bool
    lossless: bool
    scans: int
    ended: bool = True
    held: float = 0.0
    refined: bool = True


def jpeg_coding(data: bytes) -> JpegCoding:
    """Read how a JPEG is coded, walking its markers as libjpeg does, past whatever lies between them.

    The scans are counted from the frame to its end, EOI: what lies inside other segments or behind the end, such as the
    film of a motion photo, does not belong to the picture. A picture that comes in one scan is not walked through to its
    end.

    Raises
    ------
    LimitExceeded
        When it has more segments than any program writes.
    """
    frame = components = scans = 0
    whole, at, sampling, names = False, 2, b"", b""
    left: dict[tuple[int, int], int] = {}  # bits of every coefficient that are still to come
    for marker, at in jpeg_markers(data):
        if marker in FRAMES and not frame:
            frame, components = marker, _byte(data, at + 7)
            names, sampling = (data[at + first : at + first + 3 * components : 3] for first in (8, 9))
        elif marker == SCAN:
            scans += 1
            whole = frame in _SEQUENTIAL and _byte(data, at + 2) == components > 0
            if whole or scans > _MAX_COUNTED:
                break
            left.update(_bits_left(data, at))
        elif marker == END:
            break
    ended = data.rfind(_LAST, at - 2) >= 0 if whole else marker in {END, SCAN} if scans else True
    held = 0.0 if whole or frame in _LOSSLESS else _coefficients(sampling)
    usual = frame in _SEQUENTIAL | _PROGRESSIVE
    refined = whole or not usual or all(left.get((name, number), 1) == 0 for name in names for number in range(_BLOCK))
    return JpegCoding(usual, frame in _LOSSLESS, max(1, scans), ended, held, refined)


def _bits_left(data: bytes, at: int) -> Iterator[tuple[tuple[int, int], int]]:
    """Return the bits that a scan leaves for later, by component and coefficient."""
    count = _byte(data, at + 2)
    first, last, bits = (_byte(data, at + 3 + 2 * count + index) for index in range(3))
    for component in data[at + 3 : at + 3 + 2 * count : 2]:
        for coefficient in range(first, min(last, _BLOCK - 1) + 1):
            yield (component, coefficient), bits & 0x0F


def _coefficients(sampling: bytes) -> float:
    """Return the samples of all components for each pixel, from the factors in the frame (ITU-T T.81, section A.1.1)."""
    areas = [(factors >> 4) * (factors & 15) for factors in sampling]
    full = max((factors >> 4 for factors in sampling), default=1) * max(
        (factors & 15 for factors in sampling), default=1
    )
    return sum(areas) / max(1, full)


def unread_coding(data: bytes) -> str | None:
    """Name the kind of a JPEG that no decoder here reads; None for other kinds."""
    for marker, at in jpeg_markers(data):
        if marker == _LS:
            return "JPEG-LS"
        if marker in FRAMES and at + 5 <= len(data):
            if data[at + 2] != _BITS:
                return f"JPEG of {data[at + 2]} bits a sample"
            return "JPEG whose height comes behind its pixels" if data[at + 3 : at + 5] == bytes(2) else None
        if marker in {0, SCAN, END}:
            break
    return None


def drop_burden(data: bytes) -> bytes:
    """Return a JPEG without segments that say nothing of the picture, when there are so many that Pillow would take long.

    Of those that describe, the first of each kind is left, and all of a colour profile. The same is returned when one ends
    before what Pillow reads in it without asking: it would refuse the picture, and libjpeg does not.

    Raises
    ------
    LimitExceeded
        When it has more segments than any program writes.
    """
    needed: list[tuple[int, int]] = []
    told: set[bytes] = set()
    broken = False
    count = between = 0
    last = start = 2
    for marker, at in jpeg_markers(data):
        start = at - 2 if marker else at
        between += start - last
        if marker in {0, SCAN, END}:
            break
        count += 1
        last = at + max(2, int.from_bytes(data[at : at + 2], "big"))
        if marker != _COMMENT and marker not in _APPLICATIONS:
            needed.append((start, last))
            continue
        kind = next((name for name in _KINDS.get(marker, ()) if data.startswith(name, at + 2)), b"")
        if _is_broken(data, marker, at + 2, last):
            broken = True
        elif kind == _PROFILE or (kind and kind not in told):
            needed.append((start, last))
            told.add(kind)
    if count <= _FEW_SEGMENTS and between <= _LITTLE_BETWEEN and not broken:
        return data
    return b"".join([data[:2], *(data[first:stop] for first, stop in needed), data[start:]])


def extended_xmp(data: bytes, packet: bytes | None) -> bytes | None:
    """Return the packet of XMP that a JPEG has besides its first, which names it because one segment could not hold both.

    (XMP Specification, part 3, section 1.1.3.1: each part has the name, the length of the whole, and its place in it.)

    Returns
    -------
    bytes or None
        None when none is named, when it is not whole, or too long for a description of a picture.
    """
    named = _EXTENSION_NAME.search(packet or b"")
    if named is None:
        return None
    begin, whole, read = _EXTENSION + named[1], bytearray(), 0
    for marker, at in jpeg_markers(data):
        if marker in {0, SCAN, END}:
            break
        if marker == _XMP_SEGMENT and data.startswith(begin, at + 2):
            start, stop = at + 2 + len(begin), at + int.from_bytes(data[at : at + 2], "big")
            length, place = (int.from_bytes(data[start + first : start + first + 4], "big") for first in (0, 4))
            part = data[start + 8 : stop]
            if length > MAX_PACKET or place + len(part) > length or (whole and length != len(whole)):
                return None
            whole.extend(bytes(length - len(whole)))
            whole[place : place + len(part)] = part
            read += len(part)
    return bytes(whole) if 0 < read == len(whole) else None


def jpeg_markers(data: bytes) -> Iterator[tuple[int, int]]:
    """Return every marker behind SOI, and where what follows it begins; an end of the file ends them, as number 0."""
    at = 2
    for _ in range(_MAX_SEGMENTS):
        found = _MARKER.search(data, at)
        if found is None:
            yield 0, len(data)
            return
        at, marker = found.end(), data[found.end() - 1]
        yield marker, at
        at += max(2, int.from_bytes(data[at : at + 2], "big"))
    message = f"a JPEG may have at most {_MAX_SEGMENTS:,} segments, but this one has more"
    raise LimitExceeded(message)


def _is_broken(data: bytes, marker: int, start: int, stop: int) -> bool:
    """Tell whether a segment of an application ends before what Pillow reads in it without asking."""
    begin, min_bytes = _READ_BY_PILLOW.get(marker, (_LAST, 0))
    if data.startswith(begin, start) and stop - start < min_bytes:
        return True
    if marker != _PHOTOSHOP or not data.startswith(_RESOURCES, start):
        return False
    at, stop = start + len(_RESOURCES), min(stop, len(data))
    # Kind, name, length, content: the name and the content to whole pairs of bytes.
    while data.startswith(_RESOURCE, at):
        if at + 7 > stop:
            return True
        at += 7 + data[at + 6]
        at += (at - start) & 1
        at += 4 + int.from_bytes(data[at : at + 4], "big")
        at += (at - start) & 1
    return False


def _byte(data: bytes, at: int) -> int:
    """Return the byte at a place, 0 beyond the end."""
    return data[at] if at < len(data) else 0
