"""Chooses among the pictures in a TIFF file: cameras and scanners put a small preview first."""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["SIZES", "Directory", "choose_picture", "drop_unsound", "read_blocks", "read_directories", "samples_of"]

_BIG = 43  # BigTIFF's version number, where TIFF has 42
_SUBFILE, _WIDTH, _HEIGHT, _PHOTOMETRIC, _SUB_DIRECTORIES = 254, 256, 257, 262, 330  # TIFF 6.0; TIFF supplement 1
_BITS, _SAMPLES, _PLANES, _SAMPLE_FORMAT = 258, 277, 284, 339  # TIFF 6.0, sections 8 and 19
_SEPARATE = (2,)
_SAMPLE_FORMATS = {1: "whole", 2: "signed", 3: "floating-point"}
"""The formats of samples (TIFF 6.0, section 19)."""
_SENSOR = {32803, 34892}  # DNG 1.7, chapter 4: pixels as they come from a sensor, in a mosaic or linear
_FORMATS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
"""Types of whole numbers (TIFF 6.0, section 2; BigTIFF): BYTE, SHORT, LONG, IFD, LONG8, IFD8."""
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
"""Bytes of a value of each type (the same)."""
_PIXELS = {*range(256, 260), 262, 266, 273, 277, 278, 279, 284, 292, 293, 317, 320, *range(322, 326), 332}
_PIXELS |= {338, 339, 347, *range(512, 522), *range(529, 533), 50674}
"""Tags that pixels are decoded by (TIFF 6.0; 50674: LERC)."""
_ORIENTATION, _SHOWN = 274, {274, 34675}
"""Tags about their appearance: orientation, colour profile."""
_WHOLE = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i"}
"""Types that an orientation is read from, though it should be a SHORT."""
_SHORT, _EXTREMES = 3, {280, 281, 340, 341}  # the least and the greatest values of samples
_SINGLE = {254, 255, 274, 282, 283, 296}
"""Tags of one value."""
_KINDS = {
    **{tag: {1, 2, 7, 129} for tag in (269, 270, 271, 272, 305, 306, 315, 316, 33432)},
    **{tag: {_SHORT} for tag in (255, 263, 274, 280, 281, 296, 297)},
    **{tag: {5} for tag in (282, 283, 286, 287, 318, 319)},
    **{tag: {4, 13} for tag in (34665, 34853)},
    254: {3, 4},
    34675: {1, 7},
}
"""Types of the values of tags that Pillow and libtiff look into, as the standards have them."""
_MAX_BLOCK = 2**20
"""Bytes of a block of rights: more is no description of a picture."""
_READ = {_SUBFILE, _WIDTH, _HEIGHT, _PHOTOMETRIC, _SUB_DIRECTORIES, _BITS, _SAMPLES, _PLANES, _SAMPLE_FORMAT}
_MAX_DIRECTORIES = 64
"""Directories that are looked at: a camera writes up to ten; pages of a document are counted elsewhere."""
_MAX_ENTRIES = 4096
"""Entries of a directory that are looked at."""


class _Layout(NamedTuple):
    """How a file writes numbers: its byte order, and whether places and counts are wide, as in a BigTIFF."""

    order: str
    big: bool

    @classmethod
    def of(cls, data: bytes) -> _Layout:
        return cls("<" if data[:2] == b"II" else ">", _BIG in data[2:4])

    @property
    def place(self) -> str:
        """The format of a place in the file."""
        return self.order + ("Q" if self.big else "I")

    @property
    def inline(self) -> int:
        """Bytes of values that an entry has room for."""
        return 8 if self.big else 4

    def first(self, data: bytes) -> int:
        """Return where the first directory stands; raises struct.error when the file is too short."""
        (start,) = struct.unpack_from(self.place, data, 8 if self.big else 4)
        return int(start)

    def with_first(self, data: bytes, start: int) -> bytes:
        """Return the head of the file, with another directory as the first."""
        return data[: 8 if self.big else 4] + struct.pack(self.place, start)


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
        Whether it is marked as a smaller copy of another.
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
    """Return a TIFF file whose first directory is the chosen picture, and a note about the choice.

    The first picture is taken, unless it is marked as a smaller copy or has a larger one below it. Of RAW files, which are
    not developed, the largest preview is taken.

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
    head = _Layout.of(data).with_first(data, chosen.offset)
    return head + data[len(head) :], note


def samples_of(data: bytes) -> str | None:
    """Describe the samples of the first picture in words, such as "3 floating-point samples of 32 bits"."""
    layout = _Layout.of(data)
    try:
        tags, _ = _tags(data, layout.first(data), layout)
    except (struct.error, OverflowError):
        return None
    kind = _SAMPLE_FORMATS.get(tags.get(_SAMPLE_FORMAT, (1,))[0], "other")
    planes = " in planes of their own" if tags.get(_PLANES) == _SEPARATE else ""
    return f"{tags.get(_SAMPLES, (1,))[0]} {kind} samples of {tags.get(_BITS, (1,))[0]} bits{planes}"


def read_directories(data: bytes) -> list[Directory]:
    """Return the directories of a TIFF file, in the order of the chain, each followed by those below it.

    Raises
    ------
    struct.error
        When the first one lies outside of the file.
    """
    layout = _Layout.of(data)
    return list(_walk(data, layout.first(data), layout))


def _walk(data: bytes, start: int, layout: _Layout) -> Iterator[Directory]:
    waiting: list[tuple[int, int | None]] = [(start, None)]
    seen: set[int] = set()
    while waiting and len(seen) < _MAX_DIRECTORIES:
        at, parent = waiting.pop(0)
        if at in seen or not 0 < at < len(data):
            continue
        seen.add(at)
        try:
            tags, link = _tags(data, at, layout)
        except (struct.error, OverflowError):
            continue
        waiting = [(below, at) for below in tags.get(_SUB_DIRECTORIES, ())] + waiting + [(link, parent)] * bool(link)
        if _WIDTH in tags and _HEIGHT in tags:
            reduced = bool(tags.get(_SUBFILE, (0,))[0] & 1)
            sensor = tags.get(_PHOTOMETRIC, (0,))[0] in _SENSOR
            yield Directory(at, tags[_WIDTH][0], tags[_HEIGHT][0], parent, reduced=reduced, sensor=sensor)


def read_blocks(data: bytes, wanted: Collection[int]) -> dict[int, bytes]:
    """Return the raw bytes of some tags of the first directory, whatever their declared type.

    Pillow reads numbers of several where it expects one, and then gives the first.
    """
    layout, found = _Layout.of(data), {}
    try:
        for entry in _entries(data, layout.first(data), layout)[0]:
            length = SIZES.get(entry.kind, 0) * entry.length
            if entry.tag in wanted and 0 < length <= _MAX_BLOCK:
                place = _place(data, entry, length, layout)
                found[entry.tag] = data[place : place + length]
    except (struct.error, OverflowError):
        pass  # the tags before the fault are kept
    return found


def drop_unsound(data: bytes) -> bytes:
    """Return a TIFF without tags that no pixel needs, when one of them is damaged or of another type than it should be.

    Pillow stops reading a directory there, and libtiff refuses the picture. Orientation and colour profile are left, where
    they are sound. Pixels and what they need stay where they lie: a new directory is put behind them.
    """
    layout = _Layout.of(data)
    order, big, inline = layout.order, layout.big, layout.inline
    try:
        entries, _ = _entries(data, layout.first(data), layout)
        faults = {entry for entry in entries if not _is_sound(data, entry, layout)}
    except (struct.error, OverflowError):
        return data
    if not faults:
        return data
    size, kept = 20 if big else 12, []
    for entry in entries:
        if entry.tag in _PIXELS or (entry.tag in _SHOWN and entry not in faults):
            kept.append(data[entry.value + inline - size : entry.value + inline])
        elif entry.tag == _ORIENTATION and entry.kind in _WHOLE and entry.length == 1:
            (value,) = struct.unpack_from(order + _WHOLE[entry.kind], data, entry.value)
            short = struct.pack(order + ("HHQH" if big else "HHIH"), _ORIENTATION, _SHORT, 1, max(1, min(value, 9)))
            kept.append(short.ljust(size, b"\0"))
    directory = struct.pack(order + ("Q" if big else "H"), len(kept)) + b"".join(kept) + bytes(inline)
    end = len(data) + len(data) % 2
    head = layout.with_first(data, end)
    return b"".join([head, data[len(head) :], bytes(end - len(data)), directory])


def _is_sound(data: bytes, entry: _Entry, layout: _Layout) -> bool:
    """Tell whether an entry can be left to Pillow and libtiff; entries that pixels need always are."""
    if entry.tag in _PIXELS:
        return True
    length = SIZES.get(entry.kind, 0) * entry.length
    typed = entry.kind in _KINDS.get(entry.tag, SIZES) and (entry.length == 1 or entry.tag not in _SINGLE)
    if not typed or not 0 < length <= len(data):
        return False
    place = _place(data, entry, length, layout)
    if place + length > len(data):
        return False
    value = data[place : place + length]
    return entry.tag not in _EXTREMES or value == value[:2] * entry.length


def _tags(data: bytes, at: int, layout: _Layout) -> tuple[dict[int, tuple[int, ...]], int]:
    """Read the whole numbers of a directory, and where the next one is."""
    entries, end = _entries(data, at, layout)
    tags: dict[int, tuple[int, ...]] = {}
    for entry in entries:
        if entry.tag in _READ and entry.kind in _FORMATS and 0 < entry.length <= _MAX_ENTRIES:
            form = f"{layout.order}{entry.length}{_FORMATS[entry.kind]}"
            tags[entry.tag] = struct.unpack_from(form, data, _place(data, entry, struct.calcsize(form), layout))
    try:
        (link,) = struct.unpack_from(layout.place, data, end)
    except struct.error:
        link = 0
    return tags, link if entries else 0


class _Entry(NamedTuple):
    """An entry of a directory: its tag, the type and number of its values, and where these stand or their place does."""

    tag: int
    kind: int
    length: int
    value: int


def _entries(data: bytes, at: int, layout: _Layout) -> tuple[list[_Entry], int]:
    """Return the entries of a directory, and where they end; none of one that has more than any program writes."""
    counter, entry = ("Q", "HHQ") if layout.big else ("H", "HHI")
    (count,) = struct.unpack_from(layout.order + counter, data, at)
    size = struct.calcsize("=" + entry) + layout.inline
    begin = at + struct.calcsize("=" + counter)
    if count > _MAX_ENTRIES:
        return [], begin
    end = begin + count * size
    entries = []
    for place in range(begin, end, size):
        tag, kind, length = struct.unpack_from(layout.order + entry, data, place)
        entries.append(_Entry(tag, kind, length, place + size - layout.inline))
    return entries, end


def _place(data: bytes, entry: _Entry, length: int, layout: _Layout) -> int:
    """Return where the values of an entry stand, which are ``length`` bytes: in itself where they have room there."""
    if length <= layout.inline:
        return entry.value
    (place,) = struct.unpack_from(layout.place, data, entry.value)
    return int(place)
