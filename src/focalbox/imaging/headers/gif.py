"""How many frames a GIF has, where it ends, and its packet of XMP."""

from __future__ import annotations

from focalbox.errors import LimitExceeded
from focalbox.imaging.headers.rights import MAX_PACKET

__all__ = ["colour_table_bytes", "drop_remarks", "find_gif_xmp", "gif_ends", "gif_frames", "insert_gif_xmp"]

_DESCRIPTOR, _EXTENSION = 0x2C, 0x21  # GIF89a, sections 20 and 23 to 26
_HEAD, _FLAGS = 13, 10
"""Bytes of signature and screen descriptor, and where in them the flags are (section 18)."""
_MAX_BLOCKS = 2_000_000
"""Blocks of data, of up to 255 bytes each: 64 MB of full ones are a quarter of a million."""
_FEW_REMARKS = 2**16
"""Bytes of extensions before the first frame that are left for Pillow to read: it joins comments one by one."""
_CONTROL = b"\x21\xf9\x04"
"""The beginning of a frame's graphic control extension (GIF89a, section 23), which has 8 bytes."""
_XMP = b"\x21\xff\x0bXMP DataXMP"
"""The beginning of the application extension with a packet of XMP (XMP Specification, part 3, section 1.1.2)."""
_MAGIC = b"\1" + bytes(range(255, -1, -1)) + b"\0"
"""Its end (the same section): whichever byte of the packet is taken for a length, it leads from here to the closing zero."""


def gif_ends(data: bytes) -> bool:
    """Tell whether a GIF is as long as its blocks say; some programs leave out the closing byte."""
    try:
        return _walk(data, len(data))[1] <= len(data)
    except IndexError:
        return False


def gif_frames(data: bytes, max_frames: int) -> int:
    """Count the frames of a GIF, and stop counting just above ``max_frames``."""
    return _walk(data, max_frames)[0]


def find_gif_xmp(data: bytes) -> bytes | None:
    """Return the packet of XMP in a GIF, None when there is none."""
    start = data.find(_XMP) + len(_XMP)
    stop = data.find(_MAGIC, start, start + MAX_PACKET + len(_MAGIC)) if start >= len(_XMP) else -1
    return data[start:stop] if stop >= 0 else None


def insert_gif_xmp(data: bytes, packet: bytes) -> bytes:
    """Return a GIF with a packet of XMP, which has no zeros."""
    start = _HEAD + colour_table_bytes(data[_FLAGS])
    return b"".join([data[:start], _XMP, packet, _MAGIC, data[start:]])


def drop_remarks(data: bytes) -> bytes:
    """Return a GIF without comments and other extensions before its first frame, when they are long."""
    start = _HEAD + colour_table_bytes(data[_FLAGS]) if len(data) > _FLAGS else len(data)
    at, control = start, b""
    while data[at : at + 1] == _EXTENSION.to_bytes():
        if data.startswith(_CONTROL, at):
            control = data[at : at + 8]
        at += 2
        while at < len(data) and data[at]:
            at += 1 + data[at]
        at += 1
    return data if at - start <= _FEW_REMARKS else b"".join([data[:start], control, data[at:]])


def _walk(data: bytes, max_frames: int) -> tuple[int, int]:
    """Walk the blocks of a GIF (GIF89a specification, sections 15 to 27).

    Returns
    -------
    frames, end : int
        How many frames there are, at most ``max_frames + 1``, and where the last block ends or should have ended.

    Raises
    ------
    LimitExceeded
        When there are more blocks than any program writes.
    """
    left = _MAX_BLOCKS
    at = _HEAD + colour_table_bytes(data[_FLAGS])
    frames = 0
    while at < len(data) and frames <= max_frames:
        introducer = data[at]
        if introducer == _DESCRIPTOR:  # 10 bytes, colour table, code size, data
            frames += 1
            if at + 10 >= len(data):
                return frames, at + 11
            at += 10 + colour_table_bytes(data[at + 9]) + 1
        elif introducer == _EXTENSION:  # label, data
            at += 2
        else:
            break
        while at < len(data) and data[at] and left:
            at += 1 + data[at]
            left -= 1
        if not left:
            message = f"a GIF may have at most {_MAX_BLOCKS:,} blocks, but this one has more"
            raise LimitExceeded(message)
        at += 1
        left -= 1
    return frames, at


def colour_table_bytes(flags: int) -> int:
    """Return the bytes of the colour table that the flags of a descriptor announce."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0
