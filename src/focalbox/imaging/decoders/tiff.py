"""TIFF read by Pillow, turned upright by its own tag alone, with samples corrected where Pillow reads them wrong."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image
from PIL.TiffImagePlugin import COMPRESSION_INFO, TiffImageFile

from focalbox.imaging.decoders.jpeg import END, ROWS_MISSING, are_damaged, is_filled
from focalbox.imaging.decoders.tiff_errors import silence_libtiff
from focalbox.imaging.decoders.tiff_samples import SIGN, plan_mending, shift

__all__ = ["Tiff"]

_COMPRESSION = 259  # TIFF 6.0, section 8
_UNREAD = {
    33003: "JPEG 2000",
    33005: "JPEG 2000",
    34661: "JBIG",
    34712: "JPEG 2000",
    34887: "LERC",
    34892: "lossy JPEG of DNG",
    34933: "PNG",
    50001: "WebP",
    50002: "JPEG XL",
    52546: "JPEG XL",
}
"""Compressions, by number, that neither Pillow nor its libtiff decodes."""
_ORIENTATION, _BITS, _SAMPLES, _ROWS_PER_STRIP, _PLANES = 274, 258, 277, 278, 284  # TIFF 6.0, section 8
_TILE_WIDTH, _TILE_LENGTH = 322, 323  # section 15
_STRIPS, _TILES = (273, 279), (324, 325)  # the same: where pixels lie, and how many bytes
_JPEG, _JPEG_TABLES = 7, 347  # TIFF Technical Note 2
_APART = 2  # of PlanarConfiguration
_NATIVE = {
    **dict.fromkeys(("I;16S", "I;16BS"), "I;16NS"),
    **dict.fromkeys(("I;32S", "I;32BS"), "I;32NS"),
    **dict.fromkeys(("F;32F", "F;32BF"), "F;32NF"),
}
"""Pillow's names of numbers in the order of the file, and in the processor's, in which libtiff gives them. Pillow 13.0 takes
the former for the latter."""
_PACKED = "I;12"
"""Its name of numbers of 12 bits, packed."""
_STRIP = 2**18
"""Pixels that are corrected at once: some MB."""


class Tiff(TiffImageFile):
    """A TIFF file whose EXIF and XMP are left alone.

    Pillow refuses pictures for faults in them, and turns pictures by XMP although it has reported their unturned size.

    Attributes
    ----------
    strip_bytes : int
        What libtiff holds besides the picture: a strip or a tile, of which some files have only one.
    """

    def _setup(self) -> None:
        silence_libtiff()
        packing = self.tag_v2.get(_COMPRESSION, 1)
        if packing in _UNREAD or packing not in COMPRESSION_INFO:
            message = f"TIFF packed as {_UNREAD.get(packing, f'number {packing}')} is not read"
            raise OSError(message)
        mending = plan_mending(self.tag_v2)
        self._steps, self._signed = mending.steps, mending.signed
        for tag, value in mending.tags.items():
            self.tag_v2[tag] = value
        super()._setup()
        self.info.pop("xmp", None)
        self.info.update(mending.info)
        if self.use_load_libtiff:
            (tile,) = self.tile
            raw, *more = tile.args if isinstance(tile.args, tuple) else (tile.args,)
            if mending.packed:
                self._mode, raw = "I;16", _PACKED
            self.tile = [tile._replace(args=(_NATIVE.get(raw, raw), *more))]
        self.strip_bytes: int = self._strip_bytes() if self.use_load_libtiff else 0

    def _strip_bytes(self) -> int:
        width, height = self._tile_size
        rows = min(height, self._number(_ROWS_PER_STRIP, height))
        down = self._number(_TILE_LENGTH, rows)  # however much larger than the picture
        samples = 1 if self._number(_PLANES, 0) == _APART else self._number(_SAMPLES, 1)
        return self._number(_TILE_WIDTH, width) * down * int(max(self.tag_v2.get(_BITS, (1,)))) * samples // 8

    def _number(self, tag: int, otherwise: int) -> int:
        """Return the value of a tag that ought to be a number above 0."""
        value = self.tag_v2.get(tag)
        return value if isinstance(value, int) and value > 0 else otherwise

    def _refuse_missing_rows(self, whole: Image.Image) -> None:
        """Refuse strips and tiles that are JPEG whose codes end before their last row: libjpeg leaves the others grey."""
        places, lengths = _STRIPS if _STRIPS[0] in self.tag_v2 else _TILES
        across = self._number(_TILE_WIDTH, whole.width)
        down = self._number(_TILE_LENGTH, self._number(_ROWS_PER_STRIP, whole.height))
        columns = -(-whole.width // across)
        tables: bytes = self.tag_v2.get(_JPEG_TABLES, b"")
        file = self.fp.getvalue() if isinstance(self.fp, BytesIO) else b""
        parts = zip(self.tag_v2.get(places, ()), self.tag_v2.get(lengths, ()), strict=False)
        for number, (start, length) in enumerate(parts):
            left, top = number % columns * across, number // columns * down
            box = (
                left,
                min(top + down, whole.height) - 1,
                min(left + across, whole.width),
                min(top + down, whole.height),
            )
            if top < whole.height and is_filled(whole.crop(box)):  # of planes of their own only the first is looked at
                head = 2 if tables else 0  # SOI, which the tables have
                if are_damaged(b"".join([tables[:-2], memoryview(file)[start + head : start + length], END])):
                    raise OSError(ROWS_MISSING)

    def load_end(self) -> None:
        """Correct the samples, and turn the picture upright."""
        whole = self._new(self.im)
        if self.tag_v2.get(_COMPRESSION) == _JPEG:
            self._refuse_missing_rows(whole)
        steps = [shift, *self._steps] if self._signed and np.max(whole.getextrema()) >= SIGN else self._steps
        rows = max(1, _STRIP // whole.width)
        for top in range(0, whole.height if steps else 0, rows):
            values = np.asarray(whole.crop((0, top, whole.width, min(whole.height, top + rows))))
            for step in steps:
                values = step(values)
            whole.paste(Image.fromarray(values), (0, top))
        exif = self._exif = Image.Exif()
        exif._loaded = True  # noqa: SLF001 - all that is to be known of it
        exif[_ORIENTATION] = self.tag_v2.get(_ORIENTATION, 1)
        super().load_end()
