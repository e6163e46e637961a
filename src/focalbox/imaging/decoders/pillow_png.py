"""PNG read by Pillow, but for a transparent colour, which it compares with pixels of other depths, and a wrong checksum."""

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


class Png(PngImageFile):
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
            self._im = None  # what was decoded of it takes memory
            with PngImageFile(BytesIO(mended)) as whole:
                whole.load()
                self.im, self.tile = whole.im, []
            return Image.Image.load(self)
