"""TIFF read by Pillow, turned upright by its own tag alone."""

from __future__ import annotations

from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

__all__ = ["Tiff"]

_ORIENTATION = 274  # TIFF 6.0, section 8


class Tiff(TiffImageFile):
    """A TIFF file whose EXIF and XMP are left alone.

    Pillow refuses pictures for what it finds there, and turns them by what XMP says though it has told other sides before.
    """

    def _setup(self) -> None:
        super()._setup()
        self.info.pop("xmp", None)

    def load_end(self) -> None:
        """Turn the picture upright."""
        exif = self._exif = Image.Exif()
        exif._loaded = True  # noqa: SLF001 - all that is to be known of it
        exif[_ORIENTATION] = self.tag_v2.get(_ORIENTATION, 1)
        super().load_end()
