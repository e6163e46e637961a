"""PNG read by Pillow, with its faults mended: transparent colours of another depth, wrong checksums and missing rows."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from focalbox.imaging.decoders.png_checksum import mend_checksum

__all__ = ["Png"]

_SPREAD = {"L;2": 85, "L;4": 17, "L": 1}
"""What Pillow multiplies greys of 2, 4 and 8 bits by, so that white is 255, by its names of how they lie in the file."""
_HALVED = "RGB;16B"
"""The same name of colours of 16 bits, of which Pillow keeps the higher 8."""
_GREY = "LA;16B"
"""The same name of grey and alpha of 16 bits, which Pillow gives as RGBA."""
_PASSES = ((0, 1, 1, 2), (1, 0, 2, 2), (0, 2, 2, 4), (2, 0, 4, 4), (0, 4, 4, 8), (4, 0, 8, 8), (0, 0, 8, 8))
"""Left, top and steps to the right and down of the passes of an interlaced picture, the last one first (section 8.1)."""
_MARK, _OTHER_MARK = 0xA7, 0x58
"""Two marks for a pixel: no pixel has both colours."""


class _WholePng(PngImageFile):
    """A PNG file that is refused when its codes end before its last row does; Pillow leaves the others black.

    The last pixel is set to a mark in advance. If the mark is still there afterwards, the file is decoded again with
    another mark, as the pixel may have had that colour.
    """

    _mark = _MARK

    def load_prepare(self) -> None:
        """Make room for the pixels, and mark the last."""
        super().load_prepare()
        left, top = self._last = self._last_pixel()
        whole = self._new(self.im)
        whole.paste(self._mark, (left, top, left + 1, top + 1))
        self._marked = whole.getpixel(self._last)

    def load(self) -> Any:
        """Decode the pixels."""
        data = self.fp.getvalue() if self.tile and isinstance(self.fp, BytesIO) else b""
        loaded = super().load()
        if not data or self._mark == _OTHER_MARK or not self._is_marked():
            return loaded
        self._im = None  # two pictures would take too much memory
        with type(self)(BytesIO(data)) as again:
            again._mark = _OTHER_MARK  # noqa: SLF001 - its own
            again.load()
            if again._is_marked():  # noqa: SLF001 - the same
                message = "image file is truncated: its last pixel is missing"
                raise OSError(message)
            self.im = again.im
        return Image.Image.load(self)

    def _is_marked(self) -> bool:
        return self._new(self.im).getpixel(self._last) == self._marked

    def _last_pixel(self) -> tuple[int, int]:
        """Return which pixel comes last: of an interlaced picture that of the last pass that has any."""
        width, height = self.size
        if not self.info.get("interlace"):
            return width - 1, height - 1
        return next(
            (width - 1 - (width - 1 - left) % right, height - 1 - (height - 1 - top) % down)
            for left, top, right, down in _PASSES
            if left < width and top < height
        )


class Png(_WholePng):
    """A PNG file whose transparent colour (tRNS, section 11.3.1.1) is as its pixels are once they are decoded.

    Of 16 bits Pillow gives 8: all colours that are the same in them are transparent. It is not refused for the checksum of
    its compressed pixels, when these are whole.
    """

    def _open(self) -> None:
        super()._open()
        clear, layout = self.info.get("transparency"), self.tile[0].args if self.tile else None
        if layout == _GREY:
            self.info["grey"] = True  # a profile of greys is its profile
        if isinstance(clear, int) and layout in _SPREAD:
            spread = _SPREAD[str(layout)]
            self.info["transparency"] = (clear & 255 // spread) * spread  # of 16 bits there, only so many count
        elif isinstance(clear, tuple) and layout == _HALVED:
            self.info["transparency"] = tuple(number >> 8 for number in clear)

    def load(self) -> Any:
        """Decode the pixels."""
        data = self.fp.getvalue() if isinstance(self.fp, BytesIO) else b""
        try:
            return super().load()
        except (OSError, SyntaxError):
            mended = mend_checksum(data)
            if mended is None:
                raise
            self._im = None  # the part that was decoded takes memory
            with Png(BytesIO(mended)) as whole:
                whole.load()
                self.im, self.tile = whole.im, []
            return Image.Image.load(self)
