"""From bytes, a Pillow picture or an array to an opened picture: its header, the limits, and then one decode."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from focalbox.core.target import Size
from focalbox.errors import DecodeError, InvalidRequest
from focalbox.imaging.colour_spaces import profile_of_cicp, profile_of_png
from focalbox.imaging.decoders.jpeg import DAMAGED, END
from focalbox.imaging.decoders.readers import can_read, reader_of
from focalbox.imaging.decoders.webp import held_beside
from focalbox.imaging.headers.bigtiff import as_plain_tiff
from focalbox.imaging.headers.exif import read_exif
from focalbox.imaging.headers.gif import drop_remarks, find_gif_xmp
from focalbox.imaging.headers.header import count_frames, drop_blanks, say_what_it_is, sniff, webp_canvas
from focalbox.imaging.headers.iptc import iptc_of
from focalbox.imaging.headers.isobmff import nclx_of
from focalbox.imaging.headers.jpeg import drop_burden, extended_xmp, jpeg_coding, unread_coding
from focalbox.imaging.headers.png import join, read_png
from focalbox.imaging.headers.properties import Header
from focalbox.imaging.headers.tiff import choose_picture, drop_unsound, read_blocks, samples_of
from focalbox.imaging.headers.truncation import ends_early
from focalbox.imaging.headers.webp import drop_cut_chunk
from focalbox.imaging.limits import Limits
from focalbox.imaging.memory import Need, check_memory
from focalbox.imaging.metadata import IPTC_TAG, Metadata, block_of, exif_of, header_of, resources_of
from focalbox.imaging.picture import Picture
from focalbox.imaging.pillow_errors import translating
from focalbox.imaging.working import WorkingImage

__all__ = ["Content", "Limits", "Metadata", "Picture", "WorkingImage", "can_read", "open_picture"]

Content = bytes | Image.Image | NDArray[np.uint8]
"""The bytes of a file, a Pillow picture, or an array of shape (h, w), (h, w, 3) or (h, w, 4) in grey, RGB or RGBA."""

_FIRST_CHUNK, _FOR_IOS = slice(12, 16), b"CgBI"
"""Where the name of a PNG's first chunk stands, and that name in files repacked by Apple's tools."""
_UNREAD = ("pixel mode", "samples per pixel", "data organization")
"""Pillow's message about samples that it does not read."""
_ARRAY_CHANNELS = (3, 4)
_XMP_TAG, _RESOURCES_TAG = 700, 34377
"""Where TIFF keeps XMP, IPTC and Photoshop's image resources (the same, section 3.2)."""


def open_picture(content: Content, limits: Limits | None = None, *, name: str = "the picture") -> Picture:
    """Read the header of a picture and hold it against the limits, before any pixel is decoded.

    Parameters
    ----------
    content : bytes, PIL.Image.Image or ndarray of uint8, shape (h, w), (h, w, 3) or (h, w, 4)
    limits : Limits, optional
    name : str
        What to call the file in a message.

    Returns
    -------
    Picture

    Raises
    ------
    DecodeError
        When the bytes are empty, of no known format, or their header is damaged.
    LimitExceeded
        When the picture is larger than the limits allow.
    InvalidRequest
        When an array has another shape or type.

    Examples
    --------
    >>> open_picture(np.zeros((30, 40, 3), dtype=np.uint8)).size
    Size(width=40, height=30)
    """
    limits = limits or Limits()
    if isinstance(content, np.ndarray):
        content = _from_array(content)
    if isinstance(content, Image.Image):
        return _take(content, limits)
    data = content
    limits.check_bytes(len(data))
    if not data:
        message = f"{name} is empty"
        raise DecodeError(message)
    data = drop_blanks(data)
    form = sniff(data)
    if form is None:
        message = f"{name} {say_what_it_is(data)}"
        raise DecodeError(message)
    return _open(name, form, data, limits)


def _open(name: str, form: str, data: bytes, limits: Limits) -> Picture:
    with translating(name, lambda: ends_early(form, data)):
        return _OPENERS.get(form, partial(_open_plain, form))(name, data, limits)


def _open_jpeg(name: str, data: bytes, limits: Limits) -> Picture:
    file, coding = data, jpeg_coding(data)
    if coding is not None:
        if unread := unread_coding(data):
            message = f"{name} cannot be decoded: {unread} is not read"
            raise DecodeError(message)
        limits.check_scans(coding.scans)
        file = drop_burden(data) + END * (coding.usual and not coding.ended)  # checked when it is decoded
    image = _read("JPEG", file, limits)
    xmp = block_of(image.info.get("xmp"))
    header = Header(
        "JPEG",
        1,
        exif_of(image),
        coding,
        notes=(DAMAGED,) if coding is not None and coding.ended and not coding.refined else (),
        xmp=xmp,
        iptc=resources_of(image),
        more_xmp=extended_xmp(data, xmp),
    )
    return _picture(name, data, image, header, limits, file=file)


def _open_png(name: str, data: bytes, limits: Limits) -> Picture:
    if data[_FIRST_CHUNK] == _FOR_IOS:
        message = f"{name} cannot be decoded: PNG as Xcode packs it for iOS (CgBI) is not read"
        raise DecodeError(message)
    png = read_png(data)
    file = join(data, png.pixels)
    header = Header(
        "PNG",
        png.frames,
        read_exif(png.exif),
        profile=profile_of_png(png),
        xmp=png.xmp,
        author=png.author,
        copyright=png.copyright,
    )
    return _picture(name, data, _read("PNG", file, limits), header, limits, file=file)


def _open_gif(name: str, data: bytes, limits: Limits) -> Picture:
    file = drop_remarks(data)
    image = _read("GIF", file, limits)
    header = Header("GIF", count_frames("GIF", data, limits.frames), exif_of(image), xmp=find_gif_xmp(data))
    return _picture(name, data, image, header, limits, file=file)


def _open_webp(name: str, data: bytes, limits: Limits) -> Picture:
    canvas = webp_canvas(data)
    if canvas is not None and min(canvas) > 0:  # its reader allocates the memory at once
        size, beside = Size(*canvas), held_beside(data, "RGB")
        limits.check_picture(size)
        need = Need("WEBP", "RGBA" if beside is None else "RGB", size, len(data), beside=beside)
        check_memory(name, need, limits.memory)
    file = drop_cut_chunk(data)
    image = _read("WEBP", file, limits)
    header = Header("WEBP", _frames_of(image), exif_of(image), xmp=block_of(image.info.get("xmp")))
    return _picture(name, data, image, header, limits, file=file)


def _open_tiff(name: str, data: bytes, limits: Limits) -> Picture:
    chosen, note = choose_picture(data)
    frames = count_frames("TIFF", data, limits.frames)
    if note is None and frames > 1 and chosen is data:
        note = f"the file has {frames} pages: the first was taken"
    file = as_plain_tiff(drop_unsound(chosen))
    image = _read_tiff(name, file, limits)
    blocks = read_blocks(chosen, {_XMP_TAG, IPTC_TAG, _RESOURCES_TAG})
    header = Header(
        "TIFF",
        frames,
        replace(read_exif(chosen), orientation=1),  # its reader turns it upright
        notes=tuple(one for one in (note, image.info.get("note")) if one),
        xmp=blocks.get(_XMP_TAG, block_of(image.info.get("xmp"))),
        iptc=iptc_of(blocks.get(IPTC_TAG), blocks.get(_RESOURCES_TAG)),
    )
    return _picture(name, data, image, header, limits, file=file)


def _open_boxed(form: str, name: str, data: bytes, limits: Limits) -> Picture:
    """Open an AVIF or HEIF, which may name its colours outside of a profile."""
    image = _read(form, data, limits)
    exif, frames, nclx = exif_of(image), 1, nclx_of(data)
    if form == "AVIF":
        frames = _frames_of(image)
    else:
        exif = replace(exif, orientation=1)  # its reader turns it upright
    header = Header(
        form,
        frames,
        exif,
        profile=None if nclx is None else profile_of_cicp(*nclx),
        xmp=block_of(image.info.get("xmp")),
    )
    return _picture(name, data, image, header, limits)


def _open_plain(form: str, name: str, data: bytes, limits: Limits) -> Picture:
    image = _read(form, data, limits)
    return _picture(name, data, image, Header(form, 1, exif_of(image)), limits)


_OPENERS: dict[str, Callable[[str, bytes, Limits], Picture]] = {
    "JPEG": _open_jpeg,
    "PNG": _open_png,
    "GIF": _open_gif,
    "WEBP": _open_webp,
    "TIFF": _open_tiff,
    "AVIF": partial(_open_boxed, "AVIF"),
    "HEIF": partial(_open_boxed, "HEIF"),
}
"""How a file of each format is opened, without what no pixel of it needs; the others say nothing besides their pixels."""


def _read(form: str, file: bytes, limits: Limits) -> Image.Image:
    """Open a file with the reader of its format, which decodes nothing yet, and check what would be decoded."""
    image = reader_of(form)(BytesIO(file))
    limits.check_picture(_coded(image))
    return image


def _read_tiff(name: str, file: bytes, limits: Limits) -> Image.Image:
    """Open a TIFF, and name the kind of one that Pillow does not know."""
    try:
        return _read("TIFF", file, limits)
    except SyntaxError as error:
        samples = samples_of(file)
        if samples is None or not any(words in str(error) for words in _UNREAD):
            raise
        message = f"{name} cannot be decoded: TIFF pixels of {samples} are not read"
        raise DecodeError(message) from error


def _picture(
    name: str, data: bytes, image: Image.Image, header: Header, limits: Limits, *, file: bytes | None = None
) -> Picture:
    """Return the picture in some data, or in ``file``, which may be a copy of them without what no pixel needs."""
    content, reader = data if file is None else file, reader_of(str(header.format))
    copied = len(content) * (content is not data) + getattr(image, "strip_bytes", 0)
    header = replace(header, copied=copied, coded=_coded(image))
    return Picture(name, image, lambda: reader(BytesIO(content)), header, limits, data)


def _coded(image: Image.Image) -> Size:
    """Return the pixels that are decoded, which may be more than a picture has."""
    return Size(*getattr(image, "coded", image.size))


def _frames_of(image: Image.Image) -> int:
    return getattr(image, "n_frames", 1)


def _take(image: Image.Image, limits: Limits) -> Picture:
    """Take a picture that the caller opened or made; it is read and never changed."""
    name = "the picture"
    with translating(name):
        limits.check_picture(Size(*image.size))
        return Picture(name, image, lambda: image, header_of(image), limits)


def _from_array(array: NDArray[Any]) -> Image.Image:
    shaped = array.ndim == 2 or (array.ndim == 3 and array.shape[2] in _ARRAY_CHANNELS)  # noqa: PLR2004 - (h, w[, 3])
    if array.dtype != np.uint8 or not shaped or array.size == 0:
        message = (
            f"an array needs shape (h, w), (h, w, 3) or (h, w, 4) and type uint8, not {array.shape} and {array.dtype}"
        )
        raise InvalidRequest(message)
    return Image.fromarray(np.ascontiguousarray(array))
