"""From any source to an opened picture: its header, the limits, and then one decode."""

from __future__ import annotations

import importlib
import importlib.util
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, features

from focalbox.core.geometry import Size
from focalbox.errors import DecodeError, FetchError, InvalidRequest
from focalbox.imaging.colour import profile_of
from focalbox.imaging.exif import Exif, read_exif
from focalbox.imaging.header import JpegCoding, count_frames, jpeg_coding, sniff, webp_canvas
from focalbox.imaging.jpeg import decode_jpeg, shared
from focalbox.imaging.limits import Limits
from focalbox.imaging.pillow_errors import translating
from focalbox.imaging.scales import decode_scale
from focalbox.imaging.working import Metadata, WorkingImage, shrink, turned, upright_size

__all__ = ["Limits", "Metadata", "Picture", "Source", "WorkingImage", "can_read", "open_picture"]

Source = str | os.PathLike[str] | bytes | BinaryIO | Image.Image | NDArray[np.uint8]
"""A path, the bytes of a file, an open binary file, a Pillow picture, or an array of shape (h, w), (h, w, 3) or
(h, w, 4) in grey, RGB or RGBA."""

_PLUGINS = {
    "PNG": ("PIL.PngImagePlugin", "PngImageFile"),
    "GIF": ("PIL.GifImagePlugin", "GifImageFile"),
    "WEBP": ("PIL.WebPImagePlugin", "WebPImageFile"),
    "AVIF": ("PIL.AvifImagePlugin", "AvifImageFile"),
    "TIFF": ("PIL.TiffImagePlugin", "TiffImageFile"),
    "BMP": ("PIL.BmpImagePlugin", "BmpImageFile"),
    "HEIF": ("pillow_heif.as_plugin", "HeifImageFile"),
}
"""Pillow's reader for each signature. Readers are called directly: `Image.open` loads every plug-in there is, tries
those whose signature does not match, and has a limit of its own in a global variable."""
_COUNT_FRAMES = {"PNG", "WEBP", "AVIF"}
"""Formats whose headers say how many frames there are, so that Pillow knows without counting."""
_TURN_THEMSELVES = {"TIFF", "HEIF"}
"""Formats that Pillow's readers turn upright while decoding."""
_AT_ONCE = 2**26
"""Bytes that a decoder is handed at once. They are in memory already, and Pillow's pieces of 64 KiB took 2.6 % of the time
of a 24 MP JPEG."""
_ARRAY_CHANNELS = (3, 4)


@dataclass(frozen=True, slots=True)
class _Header:
    """What a file says of itself besides its size."""

    format: str | None
    frames: int
    exif: Exif
    coding: JpegCoding | None = None


class Picture:
    """An opened picture: what its header says. No pixel has been decoded yet; `open_picture` makes them.

    Attributes
    ----------
    size : Size
        Pixels of the upright picture.
    format : str or None
        ``"JPEG"``, ``"PNG"``, ... as the content says, whatever the name; None for pixels that were never in a file.
    frames : int
        Frames or pages; the first is decoded.
    """

    def __init__(
        self, name: str, image: Image.Image, reopen: Callable[[], Image.Image], header: _Header, data: bytes = b""
    ) -> None:
        self._name, self._reopen, self._header, self._data = name, reopen, header, data
        self._image: Image.Image | None = image
        self._stored = Size(*image.size)
        self.size = upright_size(self._stored, header.exif.orientation)
        self.format = header.format
        self.frames = header.frames

    def decode(self, needed: Size | None = None, *, keep_profile: bool = False) -> WorkingImage:
        """Decode the picture once, at the smallest scale of 1, 1/2, 1/4 and 1/8 that serves.

        Parameters
        ----------
        needed : Size, optional
            The least width and height of the whole upright working image, as far as the source has them. The caller
            adds the margin that a sharp resize needs. None: only enough for looking.
        keep_profile : bool
            Leave the pixels of an RGB picture in the embedded profile, and keep the profile as metadata. The
            profiles of grey and CMYK pictures do not describe RGB pixels: those are brought to sRGB all the same.

        Returns
        -------
        WorkingImage

        Raises
        ------
        DecodeError
            When the pixels cannot be decoded.
        LimitExceeded
            When there is not memory enough.
        """
        with translating(self._name):
            image, self._image = self._image or self._reopen(), None  # a drafted or loaded reader is of no further use
            scale = decode_scale(self.size, needed)
            expected = (-(-self._stored.width // scale), -(-self._stored.height // scale))
            coding = self._header.coding
            plain = coding is not None and coding.usual and image.mode == "RGB"
            pixels = decode_jpeg(self._data, expected) if plain else None
            reduced, profile = self._by_pillow(image, scale) if pixels is None else (shared(pixels), profile_of(image))
            if reduced.size != expected:
                message = f"{self._name} cannot be decoded: its pixels are not as many as its header says"
                raise DecodeError(message)
            exif = self._header.exif
            working = turned(reduced, self._stored, scale, exif.orientation)
            return working.finished(profile, exif.credits(), keep_profile=keep_profile)

    def _by_pillow(self, image: Image.Image, scale: int) -> tuple[Image.Image, bytes | None]:
        """Return the stored picture at 1/``scale``, RGB or RGBA, and the colour profile that its pixels are in."""
        coding = self._header.coding
        drafts = scale > 1 and coding is not None and not coding.lossless
        if self.format is not None and isinstance(image, ImageFile.ImageFile):  # a caller's own stays as it is
            image.decodermaxblock = _AT_ONCE
        if drafts:
            image.draft(None, (self._stored.width // scale, self._stored.height // scale))
        image.load()
        profile = profile_of(image)
        return shrink(image, profile, 1 if drafts else scale), profile


def open_picture(source: Source, limits: Limits | None = None) -> Picture:
    """Read the header of a picture and hold it against the limits, before any pixel is decoded.

    Parameters
    ----------
    source : path, bytes, binary file, PIL.Image.Image or ndarray of uint8, shape (h, w), (h, w, 3) or (h, w, 4)
    limits : Limits, optional

    Returns
    -------
    Picture

    Raises
    ------
    FetchError
        When the bytes cannot be read.
    DecodeError
        When they are empty, of no known format, or their header is damaged.
    LimitExceeded
        When the picture is larger than the limits allow.
    InvalidRequest
        When ``source`` is none of the above.

    Examples
    --------
    >>> open_picture(np.zeros((30, 40, 3), dtype=np.uint8)).size
    Size(width=40, height=30)
    """
    limits = limits or Limits()
    if isinstance(source, np.ndarray):
        source = _from_array(source)
    if isinstance(source, Image.Image):
        return _given(source, limits)
    name, data = _bytes_of(source, limits)
    limits.check_bytes(len(data))
    if not data:
        message = f"{name} is empty"
        raise DecodeError(message)
    form = sniff(data)
    if form is None:
        message = f"{name} does not begin like a picture: JPEG, PNG, WebP, AVIF, GIF, TIFF, BMP and HEIC are read"
        raise DecodeError(message)
    if form == "WEBP" and (canvas := webp_canvas(data)) is not None and min(canvas) > 0:
        limits.check_picture(Size(*canvas), 1)
    reader = _reader(form)
    return _opened(name, lambda: reader(BytesIO(data)), form, data, limits)


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


def _opened(name: str, opener: Callable[[], Image.Image], form: str, data: bytes, limits: Limits) -> Picture:
    with translating(name):
        image = opener()
        frames = getattr(image, "n_frames", 1) if form in _COUNT_FRAMES else count_frames(form, data, limits.frames)
        limits.check_picture(Size(*image.size), frames)
        coding = jpeg_coding(data) if form == "JPEG" else None
        if coding is not None:
            limits.check_scans(coding.scans)
        exif = replace(read_exif(data), orientation=1) if form in _TURN_THEMSELVES else _exif_of(image)
        return Picture(name, image, opener, _Header(form, frames, exif, coding), data)


def _given(image: Image.Image, limits: Limits) -> Picture:
    """Take a picture that the caller opened or made; it is read and never changed."""
    name = "the picture"
    with translating(name):
        limits.check_picture(Size(*image.size), 1)
        return Picture(name, image, lambda: image, _Header(None, 1, _exif_of(image)))


def _exif_of(image: Image.Image) -> Exif:
    block = image.info.get("exif")
    return read_exif(block if isinstance(block, bytes) else None)


def _from_array(array: NDArray[Any]) -> Image.Image:
    shaped = array.ndim == 2 or (array.ndim == 3 and array.shape[2] in _ARRAY_CHANNELS)  # noqa: PLR2004 - (h, w[, 3])
    if array.dtype != np.uint8 or not shaped or array.size == 0:
        message = f"an array needs shape (h, w, 3) and type uint8, not {array.shape} and {array.dtype}"
        raise InvalidRequest(message)
    return Image.fromarray(np.ascontiguousarray(array))


def _bytes_of(source: object, limits: Limits) -> tuple[str, bytes]:
    """Return what to call a source in a message, and its bytes, of which no more are read than the limits allow."""
    if isinstance(source, bytes):
        return "the picture", source
    if isinstance(source, bytearray | memoryview):
        return "the picture", bytes(source)
    if isinstance(source, str | os.PathLike):
        name = os.fspath(source)
        if isinstance(name, str):
            return name, _bytes_at(name, limits)
    read = getattr(source, "read", None)
    if read is None:
        message = f"a source is a path, bytes, a binary file, a picture or an array, not {type(source).__name__}"
        raise InvalidRequest(message)
    try:
        data = read(limits.bytes + 1)
    except Exception as error:
        message = f"the picture cannot be read: {error}"
        raise FetchError(message) from error
    if not isinstance(data, bytes):
        message = "a file needs to be open for reading bytes, not text"
        raise InvalidRequest(message)
    return "the picture", data


def _bytes_at(path: str, limits: Limits) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - the same call for str and anything path-like
            limits.check_bytes(os.fstat(file.fileno()).st_size)
            return file.read(limits.bytes + 1)
    except FileNotFoundError as error:
        message = f"there is no file {path}"
        raise FetchError(message) from error
    except IsADirectoryError as error:
        message = f"{path} is a directory, not a picture"
        raise FetchError(message) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = f"{path!r} cannot be read: {reason}"
        raise FetchError(message) from error


@cache
def _reader(form: str) -> Callable[[BytesIO], Image.Image]:
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
