"""AVIF and HEIC files put together from boxes (ISO 14496-12, ISO 23008-12), for what no encoder at hand writes."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

ESSENTIAL = {b"av1C", b"hvcC", b"clap", b"irot", b"imir"}
EXIF = 99
"""The number of the item of EXIF."""


@dataclass(frozen=True)
class Item:
    """One item: a picture, a tile, or a grid of tiles."""

    number: int
    kind: bytes
    properties: Sequence[bytes]
    content: bytes
    tiles: Sequence[int] = ()
    hidden: bool = False


def box(name: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), name) + body


def full_box(name: bytes, version: int, flags: int, *content: bytes) -> bytes:
    return box(name, struct.pack(">I", version << 24 | flags), *content)


def extent(width: int, height: int) -> bytes:
    return full_box(b"ispe", 0, 0, struct.pack(">II", width, height))


def aperture(size: tuple[int, int], left: int, top: int, width: int, height: int) -> bytes:
    across, down = 2 * left + width - size[0], 2 * top + height - size[1]
    return box(b"clap", struct.pack(">IIIIiIiI", width, 1, height, 1, across, 2, down, 2))


def rotation(turns: int) -> bytes:
    return box(b"irot", bytes([turns]))


def mirror(axis: int) -> bytes:
    return box(b"imir", bytes([axis]))


def encode_boxed(image: Image.Image, form: str) -> bytes:
    file = BytesIO()
    if form == "AVIF":
        image.save(file, "AVIF", quality=95, subsampling="4:4:4")
    else:
        from pillow_heif import from_pillow  # noqa: PLC0415 - an extra

        from_pillow(image).save(file, quality=95, chroma=444)
    return file.getvalue()


def item_of(content: bytes, number: int, more: Sequence[bytes] = (), *, hidden: bool = False) -> Item:
    """Return the one picture of a file as an item of another."""
    start = _find(content, 0, len(content), b"meta")[0] + 4
    stop = _find(content, 0, len(content), b"meta")[1]
    entries = _find(content, start, stop, b"iinf")
    (first, _) = next((first, last) for _, first, last in _boxes(content, entries[0] + 6, entries[1]))
    properties = _find(content, start, stop, b"iprp")
    container = _find(content, *properties, b"ipco")
    every = [content[first - 8 : last] for _, first, last in _boxes(content, *container)]
    codes = _find(content, 0, len(content), b"mdat")
    return Item(number, content[first + 8 : first + 12], [*every, *more], content[slice(*codes)], hidden=hidden)


def grid_of(
    number: int, tiles: Sequence[Item], columns: int, size: tuple[int, int], more: Sequence[bytes] = ()
) -> Item:
    """Return the item that puts tiles together."""
    content = struct.pack(">BBBBHH", 0, 0, len(tiles) // columns - 1, columns - 1, *size)
    alike = [one for one in tiles[0].properties if one[4:8] in {b"pixi", b"colr"}]
    return Item(number, b"grid", [extent(*size), *alike, *more], content, [one.number for one in tiles])


def put_together(brand: bytes, items: Sequence[Item], primary: int, exif: bytes | None = None) -> bytes:
    """Write a file; ``exif`` is the body of its item, the offset in front included."""
    items = sorted(items, key=lambda item: item.number)
    properties = list(dict.fromkeys(one for item in items for one in item.properties))
    contents = [(item.number, item.content) for item in items] + ([] if exif is None else [(EXIF, exif)])
    infos = [full_box(b"infe", 2, item.hidden, struct.pack(">HH4sx", item.number, 0, item.kind)) for item in items] + (
        [] if exif is None else [full_box(b"infe", 2, 0, struct.pack(">HH4sx", EXIF, 0, b"Exif"))]
    )
    links = [(b"dimg", item.number, item.tiles) for item in items if item.tiles]
    links += [] if exif is None else [(b"cdsc", EXIF, [primary])]
    referred = [box(kind, struct.pack(f">HH{len(to)}H", number, len(to), *to)) for kind, number, to in links]
    associated = b"".join(
        struct.pack(">HB", item.number, len(item.properties))
        + bytes(properties.index(one) + 1 | 0x80 * (one[4:8] in ESSENTIAL) for one in item.properties)
        for item in items
    )
    head = box(b"ftyp", brand, bytes(4), brand, b"mif1miaf")

    def meta(at: int) -> bytes:
        places = b""
        for number, content in contents:
            places += struct.pack(">HHHII", number, 0, 1, at, len(content))
            at += len(content)
        return full_box(
            b"meta",
            0,
            0,
            full_box(b"hdlr", 0, 0, bytes(4) + b"pict" + bytes(13)),
            full_box(b"pitm", 0, 0, struct.pack(">H", primary)),
            full_box(b"iloc", 0, 0, b"\x44\0", struct.pack(">H", len(contents)), places),
            full_box(b"iinf", 0, 0, struct.pack(">H", len(infos)), *infos),
            *([full_box(b"iref", 0, 0, *referred)] if referred else []),
            box(b"iprp", box(b"ipco", *properties), full_box(b"ipma", 0, 0, struct.pack(">I", len(items)), associated)),
        )

    return head + meta(len(head) + len(meta(0)) + 8) + box(b"mdat", *(content for _, content in contents))


def in_track(film: bytes, *more: bytes) -> bytes:
    """Return an AVIF film whose first track has more boxes where it says how its frames are coded."""
    added, data, path = b"".join(more), bytearray(film), []
    start, stop = 0, len(film)
    for name, skipped in (
        (b"moov", 0),
        (b"trak", 0),
        (b"mdia", 0),
        (b"minf", 0),
        (b"stbl", 0),
        (b"stsd", 8),
        (b"av01", 0),
    ):
        start, stop = _find(film, start, stop, name)
        path.append(start - 8)
        start += skipped
        if name == b"stbl":
            places = _find(film, start, stop, b"stco")[0]
    for at in path:
        struct.pack_into(">I", data, at, len(added) + struct.unpack_from(">I", film, at)[0])
    (count,) = struct.unpack_from(">I", film, places + 4)
    for number in range(count):
        at = places + 8 + 4 * number
        struct.pack_into(">I", data, at, len(added) + struct.unpack_from(">I", film, at)[0])
    return bytes(data[:stop]) + added + bytes(data[stop:])


def _boxes(data: bytes, at: int, stop: int) -> Iterator[tuple[bytes, int, int]]:
    while at + 8 <= stop:
        length, name = struct.unpack_from(">I4s", data, at)
        yield name, at + 8, at + length
        at += length


def _find(data: bytes, at: int, stop: int, wanted: bytes) -> tuple[int, int]:
    return next((first, last) for name, first, last in _boxes(data, at, stop) if name == wanted)
