"""From pixels to the bytes of a file."""

from __future__ import annotations

import os
from contextlib import suppress
from io import BytesIO
from typing import Any, BinaryIO

from PIL import Image, features

from focalbox.amounts import show_bytes
from focalbox.errors import InvalidRequest, LimitExceeded
from focalbox.imaging.colour import to_srgb
from focalbox.imaging.headers.gif import insert_gif_xmp
from focalbox.imaging.limits import Limits
from focalbox.imaging.metadata import Metadata
from focalbox.imaging.output.formats import FORMATS, check_quality, format_of, writer_takes
from focalbox.imaging.output.palette import index_colours, near_colours, with_palette

__all__ = ["can_write", "check_writer", "encode"]

_WHITE = (255, 255, 255)
"""The colour behind transparent parts in formats without transparency: white, as in browsers."""
_OPTIMIZED = {"jpeg", "png"}
"""Formats whose writers search for a shorter code for the same pixels when told to."""
_MAX_REASON = 120
"""Characters of a library's message that are passed on."""
_PIXEL = 4
"""Bytes of a pixel of the picture itself."""
_END_OF_JPEG = b"\xff\xd9"
"""The marker EOI, with which every JPEG ends (ITU-T T.81, B.1.1.3)."""
_TIFF_XMP = 700
"""The tag of XMP (XMP Specification, part 3, section 3.2)."""


def can_write(name: str) -> bool:
    """Tell whether this installation encodes a format, such as ``"avif"``.

    Examples
    --------
    >>> can_write("jpeg")
    True
    """
    codec = {"jpeg": "jpg", "png": "zlib", "webp": "webp", "avif": "avif"}.get(format_of(name))
    return codec is None or bool(features.check(codec))


def encode(
    image: Image.Image,
    format: str,  # noqa: A002 - the word every imaging library uses
    *,
    quality: int = 80,
    metadata: Metadata | None = None,
    memory: int | None = None,
    palette: bool = False,
    progressive: bool = False,
    compress: bool = False,
) -> bytes:
    """Encode a picture as the bytes of a file.

    Nothing is written about where, when or with what a picture was made; ``metadata`` adds copyright and profile.

    Parameters
    ----------
    image : PIL.Image.Image
        Mode RGB or RGBA.
    format : str
        As `format_of` understands it.
    quality : int
        1 to 100, for JPEG, WebP and AVIF.
    metadata : Metadata, optional
        What to keep, in the formats that can.
    memory : int, optional
        Most bytes that picture and writer may take together; that of `Limits` if not given.
    palette : bool
        Whether a PNG may have a palette, where it then is smaller and looks the same.
    progressive : bool
        Whether a JPEG has several scans, so that all of it is seen early, coarsely.
    compress : bool
        Whether more time is spent to write JPEG and PNG in fewer bytes; the pixels are the same.

    Returns
    -------
    bytes

    Raises
    ------
    InvalidRequest
        When the format is unknown, the quality out of range, or the format cannot hold such a picture.
    LimitExceeded
        When it would take more memory.
    """
    name = format_of(format)
    form = FORMATS[name]
    quality = check_quality(quality)
    taken = writer_takes(name, several=progressive or compress, clear=image.mode == "RGBA")
    check_writer(image, name, Limits().memory if memory is None else memory, taken)
    if image.mode == "RGBA" and not form.alpha:
        image = _on_white(image)
    if metadata is not None and not form.profiled:
        image = to_srgb(image, metadata.profile)
    if image.info:  # writers would write what they find there: comments, and places in EXIF
        image = image.copy()
        image.info.clear()
    options = dict(form.options)
    if form.lossy:
        options["quality"] = quality
    if progressive and name == "jpeg":
        options["progressive"] = True
    if compress and name in _OPTIMIZED:
        options["optimize"] = True
    if form.tagged and metadata is not None:
        options |= _metadata_options(name, metadata)
    __import__(f"PIL.{form.plugin}")  # the one plug-in needed; Pillow by itself would load them all
    if name == "gif":
        return _write_gif(image, options, metadata)
    content = _write(image, name, options)
    indexed = with_palette(image) if palette and name == "png" else None
    return content if indexed is None else min(_write(indexed, name, options), content, key=len)


def _on_white(image: Image.Image) -> Image.Image:
    ground = Image.new("RGB", image.size, _WHITE)
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _write_gif(image: Image.Image, options: dict[str, Any], metadata: Metadata | None) -> bytes:
    if image.mode == "RGB":
        image = index_colours(image) or near_colours(image)
    content = _write(image, "gif", options)
    return content if metadata is None or metadata.xmp is None else insert_gif_xmp(content, metadata.xmp)


def _write(image: Image.Image, name: str, options: dict[str, Any]) -> bytes:
    try:
        if name == "jpeg" and hasattr(os, "memfd_create"):
            with suppress(OSError):  # too many open files, or not allowed here: a buffer takes the same bytes
                content = _save(os.fdopen(os.memfd_create("focalbox"), "w+b", buffering=0), image, name, options)
                if content.endswith(_END_OF_JPEG):
                    return content
        return _save(BytesIO(), image, name, options)
    except Exception as error:
        reason = " ".join(str(error).split())[:_MAX_REASON] or type(error).__name__
        message = f"a picture of {image.width}x{image.height} cannot be written as {name}: {reason}"
        raise InvalidRequest(message) from error


def _save(file: BinaryIO, image: Image.Image, name: str, options: dict[str, Any]) -> bytes:
    """Write a picture into an empty file, and return its content.

    Into a file that the system knows, Pillow's writer of JPEG lets go of Python's lock, and two threads write twice as
    much as one; into a buffer it holds the lock all the time, and they write no more. The other writers let go of it
    anyway. But it does not notice when the system takes only a part, as under a limit on the size of files (setrlimit(2)).
    """
    with file:
        image.save(file, name.upper(), **options)
        file.seek(0)
        return file.read()


def _metadata_options(name: str, metadata: Metadata) -> dict[str, Any]:
    """Return the metadata as options of Pillow's writer of a format; the writer of GIF has none."""
    if name == "gif":
        return {}
    options: dict[str, Any] = dict(metadata.info())
    if metadata.xmp is not None and name == "png":
        from PIL.PngImagePlugin import PngInfo  # noqa: PLC0415 - loaded when it is needed, as all plug-ins

        text = PngInfo()
        text.add_itxt("XML:com.adobe.xmp", options.pop("xmp").decode())
        options["pnginfo"] = text
    if metadata.xmp is not None and name == "tiff":
        options["tiffinfo"] = {_TIFF_XMP: options.pop("xmp")}
    return options


def check_writer(image: Image.Image, name: str, maximum: int, taken: int) -> None:
    """Raise `LimitExceeded` when a picture and its writer (``taken`` bytes a pixel) need more than ``maximum`` bytes."""
    need = image.width * image.height * (_PIXEL + taken)
    if need > maximum:
        message = (
            f"a result of {image.width}x{image.height} needs about {show_bytes(need)} to be written as {name}, "
            f"but a picture may take at most {show_bytes(maximum)}"
        )
        raise LimitExceeded(message)
