"""From bytes, a Pillow picture or an array to an opened picture: its header, the limits, and then one decode."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
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
from focalbox.imaging.headers.exif import Exif, read_exif
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
from focalbox.imaging.metadata import Metadata
from focalbox.imaging.picture import Picture
from focalbox.imaging.pillow_errors import translating
from focalbox.imaging.working import WorkingImage

__all__ = ["Content", "Limits", "Metadata", "Picture", "WorkingImage", "can_read", "open_picture"]

Content = bytes | Image.Image | NDArray[np.uint8]
"""The bytes of a file, a Pillow picture, or an array of shape (h, w), (h, w, 3) or (h, w, 4) in grey, RGB or RGBA."""

_COUNT_FRAMES = {"WEBP", "AVIF"}
"""Formats whose headers give the number of frames, so that Pillow need not count them."""
_BOXED = {"AVIF", "HEIF"}
"""Formats that may name their colours outside of a profile."""
_FIRST_CHUNK, _FOR_IOS = slice(12, 16), b"CgBI"
"""Where the name of a PNG's first chunk stands, and that name in files repacked by Apple's tools."""
_UNREAD = ("pixel mode", "samples per pixel", "data organization")
"""Pillow's message about samples that it does not read."""
_TURN_THEMSELVES = {"TIFF", "HEIF"}
"""Formats that Pillow's readers turn upright while decoding."""
_ARRAY_CHANNELS = (3, 4)
_IPTC_RESOURCE = 0x0404
"""Where Photoshop's image resources keep IPTC (XMP Specification, part 3, section 1.2)."""
_XMP_TAG, _IPTC_TAG, _RESOURCES_TAG = 700, 33723, 34377
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
        if form == "PNG":
            return _png(name, data, limits)
        if form == "WEBP" and (canvas := webp_canvas(data)) is not None and min(canvas) > 0:
            limits.check_picture(Size(*canvas))
            beside = held_beside(data, "RGB")
            mode = "RGBA" if beside is None else "RGB"
            # Its reader allocates the memory at once.
            check_memory(name, Need(form, mode, Size(*canvas), len(data), beside=beside), limits.memory)
        file, note = choose_picture(data) if form == "TIFF" else (data, None)
        counted = 1 if form in _COUNT_FRAMES else count_frames(form, data, limits.frames)
        if form == "GIF":
            file = drop_remarks(data)
        if form == "WEBP":
            file = drop_cut_chunk(data)
        coding = jpeg_coding(data) if form == "JPEG" else None
        if coding is not None and (unread := unread_coding(data)):
            message = f"{name} cannot be decoded: {unread} is not read"
            raise DecodeError(message)
        if coding is not None:
            limits.check_scans(coding.scans)
            file = drop_burden(data) + END * (coding.usual and not coding.ended)  # checked when it is decoded
        reader, chosen = reader_of(form), file
        if form == "TIFF":
            file = as_plain_tiff(drop_unsound(file))
        image = _read_tiff(name, reader, file) if form == "TIFF" else reader(BytesIO(file))
        frames = getattr(image, "n_frames", 1) if form in _COUNT_FRAMES else counted
        coded = Size(*getattr(image, "coded", image.size))
        limits.check_picture(coded)
        exif = replace(read_exif(chosen), orientation=1) if form in _TURN_THEMSELVES else _exif_of(image)
        coarse = coding is not None and coding.ended and not coding.refined
        if form == "TIFF" and note is None and frames > 1 and chosen is data:
            note = f"the file has {frames} pages: the first was taken"
        nclx = nclx_of(data) if form in _BOXED else None
        blocks = read_blocks(chosen, {_XMP_TAG, _IPTC_TAG, _RESOURCES_TAG}) if form == "TIFF" else {}
        xmp = find_gif_xmp(data) if form == "GIF" else blocks.get(_XMP_TAG, _block(image.info.get("xmp")))
        header = Header(
            form,
            frames,
            exif,
            coding,
            profile=None if nclx is None else profile_of_cicp(*nclx),
            notes=tuple(one for one in (note, form == "TIFF" and image.info.get("note"), coarse and DAMAGED) if one),
            xmp=xmp,
            iptc=iptc_of(blocks.get(_IPTC_TAG), blocks.get(_RESOURCES_TAG)) if form == "TIFF" else _iptc_of(image),
            more_xmp=extended_xmp(data, xmp) if form == "JPEG" else None,
            copied=len(file) * (file is not data) + getattr(image, "strip_bytes", 0),
            coded=coded,
        )
        return Picture(name, image, lambda: reader(BytesIO(file)), header, limits, data)


def _read_tiff(name: str, reader: Callable[[BytesIO], Image.Image], file: bytes) -> Image.Image:
    """Open a TIFF, and name the kind of one that Pillow does not know."""
    try:
        return reader(BytesIO(file))
    except SyntaxError as error:
        samples = samples_of(file)
        if samples is None or not any(words in str(error) for words in _UNREAD):
            raise
        message = f"{name} cannot be decoded: TIFF pixels of {samples} are not read"
        raise DecodeError(message) from error


def _png(name: str, data: bytes, limits: Limits) -> Picture:
    """Open a PNG without the chunks that no pixel needs."""
    if data[_FIRST_CHUNK] == _FOR_IOS:
        message = f"{name} cannot be decoded: PNG as Xcode packs it for iOS (CgBI) is not read"
        raise DecodeError(message)
    png = read_png(data)
    file = join(data, png.pixels)
    reader = reader_of("PNG")
    image = reader(BytesIO(file))
    limits.check_picture(Size(*image.size))
    header = Header(
        "PNG",
        png.frames,
        read_exif(png.exif),
        profile=profile_of_png(png),
        xmp=png.xmp,
        author=png.author,
        copyright=png.copyright,
        copied=len(file) * (file is not data),
    )
    return Picture(name, image, lambda: reader(BytesIO(file)), header, limits, data)


def _take(image: Image.Image, limits: Limits) -> Picture:
    """Take a picture that the caller opened or made; it is read and never changed."""
    name = "the picture"
    with translating(name):
        limits.check_picture(Size(*image.size))
        header = Header(None, 1, _exif_of(image), xmp=_block(image.info.get("xmp")), iptc=_iptc_of(image))
        return Picture(name, image, lambda: image, header, limits)


def _block(value: object) -> bytes | None:
    return value if isinstance(value, bytes) else None


def _iptc_of(image: Image.Image) -> bytes | None:
    """Return the data sets of IPTC of a JPEG."""
    resources = image.info.get("photoshop")
    return _block(resources.get(_IPTC_RESOURCE)) if isinstance(resources, dict) else None


def _exif_of(image: Image.Image) -> Exif:
    block = image.info.get("exif")
    return read_exif(block if isinstance(block, bytes) else None)


def _from_array(array: NDArray[Any]) -> Image.Image:
    shaped = array.ndim == 2 or (array.ndim == 3 and array.shape[2] in _ARRAY_CHANNELS)  # noqa: PLR2004 - (h, w[, 3])
    if array.dtype != np.uint8 or not shaped or array.size == 0:
        message = (
            f"an array needs shape (h, w), (h, w, 3) or (h, w, 4) and type uint8, not {array.shape} and {array.dtype}"
        )
        raise InvalidRequest(message)
    return Image.fromarray(np.ascontiguousarray(array))
