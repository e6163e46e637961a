"""Damage that knows a file's structure: chunks, markers, boxes and entries are dropped, doubled, moved and changed."""

from __future__ import annotations

import itertools
import random
import re
import zlib

__all__ = ["damage", "parts_of"]

_MARKER = re.compile(rb"\xff[\xc0-\xfe]")
_MAX_CHANGES = 4
_NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
"""Values at the edges of what counts and lengths can hold."""


def parts_of(content: bytes) -> list[bytes]:
    """Split a file into the parts of its format; together they are the file."""
    if content.startswith(b"\x89PNG"):
        return _walk(content, 8, lambda at: 12 + int.from_bytes(content[at : at + 4], "big"))
    if content[:4] == b"RIFF":
        return _walk(
            content, 12, lambda at: 8 + int.from_bytes(content[at + 4 : at + 8], "little") + content[at + 4] % 2
        )
    if content[4:8] == b"ftyp":
        return _walk(content, 0, lambda at: max(8, int.from_bytes(content[at : at + 4], "big")))
    if content.startswith(b"\xff\xd8"):
        places = [0, *(match.start() for match in _MARKER.finditer(content)), len(content)]
        return [content[start:stop] for start, stop in itertools.pairwise(places)]
    step = 12 if content[:2] in {b"II", b"MM"} else 16
    return [content[at : at + step] for at in range(0, len(content), step)]


def _walk(content: bytes, start: int, length: object) -> list[bytes]:
    parts, at = [content[:start]], start
    while at < len(content):
        stop = at + length(at)  # type: ignore[operator]
        parts.append(content[at:stop])
        at = stop
    return parts


def damage(content: bytes, chance: random.Random) -> bytes:
    """Return a file with some of its parts changed; checksums of PNG are made right again, so that decoders go on."""
    parts = parts_of(content)
    for _ in range(chance.randint(1, _MAX_CHANGES)):
        at, other = chance.randrange(len(parts)), chance.randrange(len(parts))
        kind = chance.choice(("drop", "double", "swap", "number", "bytes", "cut", "splice"))
        if kind == "drop" and len(parts) > 1:
            del parts[at]
        elif kind == "double":
            parts.insert(at, parts[at])
        elif kind == "swap":
            parts[at], parts[other] = parts[other], parts[at]
        elif kind == "number" and parts[at]:
            width = chance.choice((1, 2, 4))
            place = chance.randrange(len(parts[at]))
            value = (chance.choice(_NUMBERS) & (256**width - 1)).to_bytes(width, chance.choice(("big", "little")))
            parts[at] = parts[at][:place] + value + parts[at][place + width :]
        elif kind == "bytes" and parts[at]:
            place = chance.randrange(len(parts[at]))
            parts[at] = parts[at][:place] + chance.randbytes(4) + parts[at][place + 4 :]
        elif kind == "cut":
            parts[at] = parts[at][: chance.randrange(len(parts[at]) + 1)]
        elif kind == "splice":
            parts[at] += parts[other]
    if content.startswith(b"\x89PNG") and chance.random() < 0.8:
        parts = [_with_checksum(part) for part in parts]
    return b"".join(parts)


def _with_checksum(part: bytes) -> bytes:
    if len(part) < 12 or part.startswith(b"\x89PNG"):
        return part
    body = part[4:-4]
    return (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
