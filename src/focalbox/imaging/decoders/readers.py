"""Pillow's reader for each format, loaded when the first file of it comes."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from functools import cache
from io import BytesIO

from PIL import Image, features

from focalbox.errors import DecodeError

__all__ = ["can_read", "reader_of"]

_PLUGINS = {
    "PNG": ("focalbox.imaging.decoders.pillow_png", "Png"),
    "GIF": ("PIL.GifImagePlugin", "GifImageFile"),
    "WEBP": ("PIL.WebPImagePlugin", "WebPImageFile"),
    "AVIF": ("focalbox.imaging.decoders.avif", "Avif"),
    "TIFF": ("focalbox.imaging.decoders.tiff", "Tiff"),
    "BMP": ("focalbox.imaging.decoders.bmp.reader", "Bmp"),
    "HEIF": ("pillow_heif.as_plugin", "HeifImageFile"),
}
"""Pillow's reader for each signature. Readers are called directly: `Image.open` loads every plug-in there is, tries
those whose signature does not match, and has a limit of its own in a global variable."""


def can_read(name: str) -> bool:
    """Tell whether this installation decodes a format, such as ``"avif"``.

    Examples
    --------
    >>> can_read("png")
    True
    """
    form = {"HEIC": "HEIF", "JPG": "JPEG", "TIF": "TIFF"}.get(name.upper(), name.upper())
    if form == "HEIF":
        return importlib.util.find_spec("pillow_heif") is not None
    codec = {"JPEG": "jpg", "PNG": "zlib", "WEBP": "webp", "AVIF": "avif"}.get(form)
    return form in {"JPEG", *_PLUGINS} and (codec is None or bool(features.check(codec)))


@cache
def reader_of(form: str) -> Callable[[BytesIO], Image.Image]:
    """Load the one plug-in that a format needs."""
    if form == "JPEG":
        return _jpeg_reader()
    module, name = _PLUGINS[form]
    try:
        reader: Callable[[BytesIO], Image.Image] = getattr(importlib.import_module(module), name)
    except ImportError as error:
        message = "HEIC pictures need an extra: pip install 'focalbox[heic]'"
        raise DecodeError(message) from error
    return reader


def _jpeg_reader() -> Callable[[BytesIO], Image.Image]:
    from PIL.JpegImagePlugin import JpegImageFile  # noqa: PLC0415 - loaded when the first JPEG comes

    class Jpeg(JpegImageFile):
        """A JPEG file, or the first picture of an MPO file, which is a JPEG file."""

        def _read_dpi_from_exif(self) -> None:
            """Leave EXIF alone: a crop has no resolution, and Pillow warns about every broken block."""

    return Jpeg
