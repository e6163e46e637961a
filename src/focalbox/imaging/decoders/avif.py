"""AVIF read by Pillow, and cut to the clean aperture of its file, which Pillow ignores."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image, ImageFile
from PIL.AvifImagePlugin import AvifImageFile

from focalbox.imaging.headers.isobmff import aperture_of, drop_exif

__all__ = ["Avif"]


class Avif(AvifImageFile):
    """An AVIF file that is cut to its clean aperture, and not refused for its EXIF.

    Attributes
    ----------
    coded : tuple of int
        Width and height of all that is decoded.
    """

    def _open(self) -> None:
        data = self.fp.read() if self.fp is not None else b""
        self.fp = BytesIO(data)
        try:
            super()._open()
        except ValueError as error:
            if "Exif" not in str(error):
                raise
            self.fp = BytesIO(drop_exif(data))
            super()._open()
        self.coded = self.size
        self._aperture = aperture_of(data, self.size)
        if self._aperture is not None:
            left, top, right, bottom = self._aperture
            self._size = right - left, bottom - top

    def load(self) -> Any:
        """Decode the frame, and cut it to the clean aperture."""
        if self._aperture is None or not self.tile:
            return super().load()
        shown, self._size = self._size, self.coded
        self._im = None  # in a film, the frame before is there, cut already
        self.tile = [ImageFile._Tile("raw", (0, 0, *self.coded), 0, self.mode)]  # noqa: SLF001
        super().load()
        self.im = self.im.crop(self._aperture)
        self._size = shown
        return Image.Image.load(self)
