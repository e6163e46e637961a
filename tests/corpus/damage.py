"""Damage that knows a file's structure: chunks, markers, boxes and entries are dropped, doubled, moved and changed."""

from __future__ import annotations

import random
import zlib

from corpus.parts import parts_of

__all__ = ["damage"]

_MAX_CHANGES = 4
_NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
"""Values at the edges of what counts and lengths can hold."""


def damage(content: bytes, chance: random.Random) -> bytes:
    """Return a file with some of its parts changed; checksums of PNG are made right again, so that decoders go on."""
    parts = parts_of(content)
    for _ in range(chance.randint(1, _MAX_CHANGES)):
        at, other = chance.randrange(len(parts)), chance.randrange(len(parts))
        kind = chance.choice(("drop", "double", "swap", "number", "bytes", "cut", "splice"))
        if kind == "drop" and len(parts) > 1:
            _drop(parts, at, boxed=content[4:8] == b"ftyp")
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


def _drop(parts: list[bytes], at: int, *, boxed: bool) -> None:
    """Take a part away; a box is called free instead, so that all others stay in their places."""
    if boxed:
        parts[at] = parts[at][:4] + b"free" + parts[at][8:]
    else:
        del parts[at]


def _with_checksum(part: bytes) -> bytes:
    if len(part) < 12 or part.startswith(b"\x89PNG"):
        return part
    body = part[4:-4]
    return (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
