"""Which of the pictures in a TIFF file is the picture: cameras and scanners put a small preview first."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Directory", "choose_picture", "read_directories", "samples_of"]

_BIG = 43  # BigTIFF's version number, where TIFF has 42
_SUBFILE, _WIDTH, _HEIGHT, _PHOTOMETRIC, _SUB_DIRECTORIES = 254, 256, 257, 262, 330  # TIFF 6.0; TIFF supplement 1
_BITS, _SAMPLES, _SAMPLE_FORMAT = 258, 277, 339  # TIFF 6.0, sections 8 and 19
_SAMPLE_FORMATS = {1: "whole", 2: "signed", 3: "floating-point"}
"""What samples are (TIFF 6.0, section 19)."""
_SENSOR = {32803, 34892}  # DNG 1.7, chapter 4: pixels as they come from a sensor, in a mosaic or linear
_FORMATS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
"""Types of whole numbers (TIFF 6.0, section 2; BigTIFF): BYTE, SHORT, LONG, IFD, LONG8, IFD8."""
_READ = {_SUBFILE, _WIDTH, _HEIGHT, _PHOTOMETRIC, _SUB_DIRECTORIES, _BITS, _SAMPLES, _SAMPLE_FORMAT}
_MAX_DIRECTORIES = 64
"""Directories that are looked at: a camera writes up to ten; pages of a document are counted elsewhere."""
_MAX_ENTRIES = 4096
"""Entries of a directory that are looked at."""


@dataclass(frozen=True, slots=True)
class Directory:
    """One picture of a TIFF file.

    Parameters
    ----------
    offset : int
        Where its directory stands in the file.
    width, height : int
    parent : int or None
        The offset of the directory that it stands below.
    reduced : bool
        Whether it says of itself that it is a smaller copy of another.
    sensor : bool
        Whether its pixels are a camera's raw numbers, which focalbox does not develop.
    """

    offset: int
    width: int
    height: int
    parent: int | None = None
    reduced: bool = False
    sensor: bool = False


def choose_picture(data: bytes) -> tuple[bytes, str | None]:
    """Return a TIFF file whose first directory is the picture, and what has to be said about it.

    The first picture is taken, as ever, unless it says that it is a smaller copy, or holds a larger one below itself. Of RAW
    files, whose picture is not developed, the largest preview is taken.

    Returns
    -------
    data : bytes
        The same bytes when the first directory is right, else a copy that names another as the first.
    note : str or None
    """
    try:
        found = read_directories(data)
    except (struct.error, OverflowError):
        return data, None
    usable = [one for one in found if not one.sensor]
    if not usable:
        return data, None
    first, raw, full = found[0], len(usable) < len(found), [one for one in usable if not one.reduced]
    if raw:
        among = usable
    elif first.reduced:
        among = full or usable
    else:
        among = [first, *(one for one in full if one.parent == first.offset)]
    chosen = max(among, key=lambda one: one.width * one.height)
    note = None
    if raw:
        note = f"a camera's raw file is not developed: its preview of {chosen.width}x{chosen.height} pixels was taken"
    elif not full:
        note = f"the file has no picture but previews: the one of {chosen.width}x{chosen.height} pixels was taken"
    if chosen.offset == first.offset:
        return data, note
    order = "<" if data[:2] == b"II" else ">"
    if _BIG in data[2:4]:
        return data[:8] + struct.pack(order + "Q", chosen.offset) + data[16:], note
    return data[:4] + struct.pack(order + "I", chosen.offset) + data[8:], note


def samples_of(data: bytes) -> str | None:
    """Return what the samples of the first picture are, in words, such as "3 floating-point samples of 32 bits"."""
    order, big = "<" if data[:2] == b"II" else ">", _BIG in data[2:4]
    try:
        (start,) = struct.unpack_from(order + ("Q" if big else "I"), data, 8 if big else 4)
        tags, _ = _tags(data, start, order, big=big)
    except (struct.error, OverflowError):
        return None
    kind = _SAMPLE_FORMATS.get(tags.get(_SAMPLE_FORMAT, (1,))[0], "other")
    return f"{tags.get(_SAMPLES, (1,))[0]} {kind} samples of {tags.get(_BITS, (1,))[0]} bits"


def read_directories(data: bytes) -> list[Directory]:
    """Return the directories of a TIFF file, in the order of the chain, each followed by those below it.

    Raises
    ------
    struct.error
        When the first one lies outside of the file.
    """
    order = "<" if data[:2] == b"II" else ">"
    big = _BIG in data[2:4]
    (start,) = struct.unpack_from(order + ("Q" if big else "I"), data, 8 if big else 4)
    return list(_walk(data, start, order, big=big))


def _walk(data: bytes, start: int, order: str, *, big: bool) -> Iterator[Directory]:
    waiting: list[tuple[int, int | None]] = [(start, None)]
    seen: set[int] = set()
    while waiting and len(seen) < _MAX_DIRECTORIES:
        at, parent = waiting.pop(0)
        if at in seen or not 0 < at < len(data):
            continue
        seen.add(at)
        try:
            tags, link = _tags(data, at, order, big=big)
        except (struct.error, OverflowError):
            continue
        waiting = [(below, at) for below in tags.get(_SUB_DIRECTORIES, ())] + waiting + [(link, parent)] * bool(link)
        if _WIDTH in tags and _HEIGHT in tags:
            reduced = bool(tags.get(_SUBFILE, (0,))[0] & 1)
            sensor = tags.get(_PHOTOMETRIC, (0,))[0] in _SENSOR
            yield Directory(at, tags[_WIDTH][0], tags[_HEIGHT][0], parent, reduced=reduced, sensor=sensor)


def _tags(data: bytes, at: int, order: str, *, big: bool) -> tuple[dict[int, tuple[int, ...]], int]:
    """Read the whole numbers of a directory, and where the next one is."""
    counter, entry, inline, number = ("Q", "HHQ", 8, "Q") if big else ("H", "HHI", 4, "I")
    (count,) = struct.unpack_from(order + counter, data, at)
    size = struct.calcsize("=" + entry) + inline
    place = at + struct.calcsize("=" + counter)
    if count > _MAX_ENTRIES:
        return {}, 0
    tags: dict[int, tuple[int, ...]] = {}
    for start in range(place, place + count * size, size):
        tag, kind, length = struct.unpack_from(order + entry, data, start)
        if kind not in _FORMATS or length > _MAX_ENTRIES or length == 0:
            continue
        form = f"{order}{length}{_FORMATS[kind]}"
        value = start + size - inline
        if struct.calcsize(form) > inline:
            (value,) = struct.unpack_from(order + number, data, value)
        if tag in _READ:
            tags[tag] = struct.unpack_from(form, data, value)
    try:
        (link,) = struct.unpack_from(order + number, data, place + count * size)
    except struct.error:
        link = 0
    return tags, link
