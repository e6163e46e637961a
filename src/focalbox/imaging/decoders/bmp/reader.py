"""BMP read by Pillow, except for palette indices, and channels at bits of a pixel that Pillow does not know."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImagePalette
from PIL.BmpImagePlugin import BmpImageFile

from focalbox.imaging.decoders.bmp.header import BmpHeader, as_known_header, read_bmp_header, unread_packing
from focalbox.imaging.decoders.bmp.runs import unpack_runs

__all__ = ["Bmp"]

_BITS, _COMPRESSION, _MASKS, _ALPHA_MASK = 28, 30, 54, 66
"""Where the header has the bits of a pixel, their packing, and the masks of the channels."""
_SIZE, _WITH_ALPHA = 14, 56
"""Where the length of the header stands, and the length from which it has a mask of alpha."""
_BITFIELDS = 3
_KNOWN = {
    32: {
        (0xFF0000, 0xFF00, 0xFF, 0),
        (0xFF000000, 0xFF0000, 0xFF00, 0),
        (0xFF000000, 0xFF00, 0xFF, 0),
        (0xFF000000, 0xFF0000, 0xFF00, 0xFF),
        (0xFF, 0xFF00, 0xFF0000, 0xFF000000),
        (0xFF0000, 0xFF00, 0xFF, 0xFF000000),
        (0xFF000000, 0xFF00, 0xFF, 0xFF0000),
        (0, 0, 0, 0),
    },
    16: {(0xF800, 0x7E0, 0x1F, 0), (0x7C00, 0x3E0, 0x1F, 0)},
}
"""Masks of red, green, blue and alpha that Pillow 13.0 reads, by the bits of a pixel."""
_RAW = {32: "BGRA", 16: "BGRA;15"}
"""The raw modes by which pixels with other masks are read, so that no bit is lost."""
_GREYS = bytes(level for level in range(256) for _ in range(3))
"""A palette in which each colour is its own index."""
_STRIP = 2**18
"""Pixels that are corrected at once: some MB."""
_MAX = 255


class Bmp(BmpImageFile):
    """A BMP file whose channels may be any bits of a pixel, and whose numbers of colours may have any length.

    Of the latter Pillow takes two bits for none, black and white in four or eight bits for one, and an empty row of
    run-length codes for none. What such codes pass over is transparent, as in browsers.

    Attributes
    ----------
    strip_bytes : int
        What unpacking holds besides the picture.
    """

    def _open(self) -> None:
        data = self.fp.read() if self.fp is not None else b""
        self._masks: tuple[int, ...] | None = None
        self._runs: BmpHeader | None = None
        self._data, self.strip_bytes = data, 0
        if unread := unread_packing(data):
            message = f"{unread} is not read"
            raise OSError(message)
        header = read_bmp_header(data)
        if header is None:
            self._open_colours(data)
        else:
            self.fp = BytesIO(data)
            self._open_numbers(header)

    def _open_numbers(self, header: BmpHeader) -> None:
        """Set where the palette indices lie."""
        (width, height), packing = header.size, header.packing
        if width <= 0 or height <= 0:
            message = "not identified by this driver"
            raise SyntaxError(message)
        self._size = width, height
        if packing.runs:
            self._mode, self._runs = "RGBA", header
            self.strip_bytes = 2 * width * height
            args: tuple[Any, ...] = ()
        else:
            self._mode = "L" if packing.bits == 8 and header.colours == _GREYS else "P"  # noqa: PLR2004 - of a byte
            raw = self._mode if packing.bits == 8 else f"P;{packing.bits}"  # noqa: PLR2004 - the same
            args = raw, -(-width * packing.bits // 32) * 4, 1 if packing.top_down else -1
        if self._mode == "P":
            self.palette = ImagePalette.raw("RGB", header.colours)
        self.tile = [ImageFile._Tile("raw", (0, 0, width, height), packing.start, args)]  # noqa: SLF001

    def _open_colours(self, data: bytes) -> None:
        """Let Pillow find the pixels that hold colours themselves."""
        self._masks = _unknown_masks(data)
        if self._masks is None:
            known = as_known_header(data)
            self.fp = BytesIO(known)
            super()._open()
            self.fp = BytesIO(data)
            return
        plain = data[:_COMPRESSION] + bytes(4) + data[_COMPRESSION + 4 : _SIZE + int.from_bytes(data[14:18], "little")]
        self.fp = BytesIO(plain)
        super()._open()
        self.fp = BytesIO(data)
        (tile,) = self.tile
        assert isinstance(tile.args, tuple)  # noqa: S101 - Pillow's, for its raw decoder
        self._mode = "RGBA"
        self.tile = [tile._replace(args=(_RAW[int.from_bytes(data[_BITS : _BITS + 2], "little")], *tile.args[1:]))]
        self._packed = tile.args[0] != "BGRX"

    def load(self) -> Any:
        """Decode the pixels."""
        header = self._runs
        if header is not None and self.tile:
            up = 1 if header.packing.top_down else -1
            numbers, drawn = unpack_runs(self._data, header.packing.start, header.size, header.packing.bits)
            self.load_prepare()
            self._colour(numbers[::up], drawn[::up], header.colours)
            self.tile = []
        return super().load()

    def _colour(self, numbers: NDArray[np.uint8], drawn: NDArray[np.uint8], colours: bytes) -> None:
        """Draw colours by their indices; an index without a colour is opaque black."""
        table = np.zeros((256, 4), np.uint8)
        table[: len(colours) // 3, :3] = np.frombuffer(colours, np.uint8).reshape(-1, 3)
        table[:, 3] = _MAX
        whole = self._new(self.im)
        rows = max(1, _STRIP // whole.width)
        for top in range(0, whole.height, rows):
            strip = slice(top, top + rows)
            whole.paste(Image.fromarray(table[numbers[strip]] * drawn[strip, :, None]), (0, top))

    def load_end(self) -> None:
        """Extract the channels by their masks."""
        super().load_end()
        if self._masks is None:
            return
        whole = self._new(self.im)
        rows = max(1, _STRIP // whole.width)
        for top in range(0, whole.height, rows):
            values = np.asarray(whole.crop((0, top, whole.width, min(whole.height, top + rows)))).astype(np.uint32)
            numbers = _numbers_of_16(values) if self._packed else _numbers_of_32(values)
            whole.paste(Image.fromarray(_channels(numbers, self._masks)), (0, top))


def _unknown_masks(data: bytes) -> tuple[int, ...] | None:
    """Return the masks of red, green, blue and alpha where Pillow does not know them."""
    try:
        size, bits, compression = (
            struct.unpack_from(form, data, at)[0] for form, at in (("<I", _SIZE), ("<H", _BITS), ("<I", _COMPRESSION))
        )
        masks: tuple[int, ...] = struct.unpack_from("<III", data, _MASKS)
        alpha = struct.unpack_from("<I", data, _ALPHA_MASK) if size >= _WITH_ALPHA else (0,)
    except struct.error:
        return None
    known = _KNOWN.get(bits)
    found = (*masks, *alpha)
    return found if compression == _BITFIELDS and known is not None and found not in known else None


def _numbers_of_32(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    found: NDArray[Any] = values[..., 2] | values[..., 1] << 8 | values[..., 0] << 16 | values[..., 3] << 24
    return found


def _numbers_of_16(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return the 16-bit values from channels of 5 bits that Pillow widened to 8, and the highest bit."""
    colours = values >> 3
    found: NDArray[Any] = colours[..., 2] | colours[..., 1] << 5 | colours[..., 0] << 10 | values[..., 3] >> 7 << 15
    return found


def _channels(numbers: NDArray[np.uint32], masks: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return RGBA, each channel between 0 and 255; what has no mask of alpha is opaque."""
    channels = []
    for index, mask in enumerate(masks):
        if mask:
            channels.append(np.rint((numbers & np.uint32(mask)) * (_MAX / mask)).astype(np.uint8))
        else:
            channels.append(np.full(numbers.shape, _MAX if index == len(masks) - 1 else 0, np.uint8))
    return np.stack(channels, axis=-1)
