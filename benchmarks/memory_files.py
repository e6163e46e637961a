"""The large files with which memory is measured: every format, and its variants that take memory differently."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image, ImageChops

from focalbox.imaging.animation.apng import png_chunk
from focalbox.imaging.animation.encoding import encode_animation
from focalbox.imaging.colour_spaces import rgb_profile
from focalbox.imaging.headers.png import SIGNATURE

__all__ = ["FILMS", "KINDS", "Kind", "write_film"]

FILMS = ("gif", "webp", "png", "avif")
"""Formats of films."""

_P3 = (0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060)
"""x and y of white, red, green and blue of Display P3 (SMPTE EG 432-1, with the white of sRGB)."""
_ROWS = 64
"""Rows that are made at once."""
_TURNED = 6
"""An EXIF orientation that exchanges the sides."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file, and how it is written.

    Parameters
    ----------
    name : str
    ending : str
    mode : str
        Pillow's mode of the picture that is drawn, or "RGB;16" and "F;3", which Pillow has none for.
    options : dict
        What Pillow's writer is told.
    """

    name: str
    ending: str
    mode: str
    options: dict[str, Any] = field(default_factory=dict)

    def write(self, path: Path, width: int, height: int) -> None:
        """Draw soft waves, which every format compresses well, so that files stay under the limit of bytes."""
        writer = _WRITERS.get(self.mode)
        if writer is not None:
            writer(path, width, height)
            return
        _draw(self.mode, width, height).save(path, **self.options)


def write_film(path: Path, format: str, frames: int, side: int) -> None:  # noqa: A002 - the word of imaging/
    """Write a film in which waves pass, so that every pixel of every frame is another."""
    picture = _draw("RGB", side, side)
    moved = ((ImageChops.offset(picture, 3 * index, index), Fraction(1, 25)) for index in range(frames))
    path.write_bytes(encode_animation(moved, format, alpha=False))


def _wave(width: int, height: int, top: int = 0) -> NDArray[np.float32]:
    rows, columns = np.arange(top, height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)[None]
    wave = np.rint((0.5 + 0.25 * np.sin(rows / 300) + 0.25 * np.cos(columns / 200)) * 255) / 255
    return wave.astype(np.float32)


def _draw(mode: str, width: int, height: int) -> Image.Image:
    wave = _wave(width, height)
    if mode == "F":
        return Image.fromarray(wave)
    if mode == "I;16":
        return Image.fromarray((wave * 65535).astype(np.uint16))
    grey = Image.fromarray((wave * 255).astype(np.uint8))
    if mode in {"L", "P"}:
        return grey.convert(mode)
    if mode == "RGBA;opaque":
        return Image.merge("RGBA", [grey] * 3 + [Image.new("L", grey.size, 255)])
    bands = [grey, grey.transpose(Image.Transpose.FLIP_LEFT_RIGHT), grey.transpose(Image.Transpose.FLIP_TOP_BOTTOM)]
    return Image.merge(mode, bands + [bands[1]] * (len(mode) - len(bands)))


def _strips(width: int, height: int) -> Iterator[NDArray[np.float32]]:
    """Yield strips of the waves, shape (rows, width, 3)."""
    for top in range(0, height, _ROWS):
        yield _wave(width, min(height, top + _ROWS), top)[..., None].repeat(3, axis=2)


def _deep_png(path: Path, width: int, height: int) -> None:
    """Write a PNG of 16 bits a channel, which Pillow does not write."""
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([16, 2, 0, 0, 0])
    packer = zlib.compressobj(1)
    with path.open("wb") as file:
        file.write(SIGNATURE + png_chunk(b"IHDR", header))
        for strip in _strips(width, height):
            rows = (strip * 65535).astype(">u2").reshape(len(strip), -1).view(np.uint8)
            filtered = np.zeros((len(rows), rows.shape[1] + 1), np.uint8)
            filtered[:, 1:] = rows
            file.write(png_chunk(b"IDAT", packer.compress(filtered.tobytes())))
        file.write(png_chunk(b"IDAT", packer.flush()) + png_chunk(b"IEND", b""))


def _float_tiff(path: Path, width: int, height: int) -> None:
    """Write a TIFF of three floating-point channels."""
    tifffile.imwrite(
        path,
        np.concatenate(list(_strips(width, height))),
        photometric="rgb",
        compression="zlib",
        rowsperstrip=_ROWS,
    )


def _turn() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = _TURNED
    return exif.tobytes()


_WRITERS: dict[str, Callable[[Path, int, int], None]] = {"RGB;16": _deep_png, "F;3": _float_tiff}

KINDS = (
    Kind("JPEG", "jpg", "RGB", {"quality": 85}),
    Kind("JPEG, progressive", "prog.jpg", "RGB", {"quality": 85, "progressive": True}),
    Kind("JPEG, turned, Display P3", "p3.jpg", "RGB", {"icc_profile": rgb_profile(_P3, 2.2), "exif": _turn()}),
    Kind("JPEG, CMYK", "cmyk.jpg", "CMYK", {"quality": 85}),
    Kind("PNG", "png", "RGB", {"compress_level": 1}),
    Kind("PNG, alpha", "alpha.png", "RGBA", {"compress_level": 1}),
    Kind("PNG, alpha that is opaque", "opaque.png", "RGBA;opaque", {"compress_level": 1}),
    Kind("PNG, 16 bit", "deep.png", "RGB;16"),
    Kind("PNG, 16 bit grey", "grey.png", "I;16", {"compress_level": 1}),
    Kind("PNG, palette", "palette.png", "P", {"compress_level": 1}),
    Kind("WebP", "webp", "RGB", {"quality": 80, "method": 0}),
    Kind("WebP, alpha", "alpha.webp", "RGBA", {"quality": 80, "method": 0}),
    Kind("AVIF", "avif", "RGB", {"quality": 60, "speed": 10}),
    Kind("TIFF", "tif", "RGB", {"compression": "tiff_adobe_deflate"}),
    Kind("TIFF, floating-point grey", "float.tif", "F", {"compression": "tiff_adobe_deflate"}),
    Kind("TIFF, floating-point RGB", "float3.tif", "F;3"),
    Kind("GIF", "gif", "P"),
    Kind("BMP, grey", "bmp", "L"),
)
