"""The properties of a picture, collected from the headers of its file."""

from __future__ import annotations

from dataclasses import dataclass

from focalbox.core.target import Size
from focalbox.imaging.headers.exif import Exif
from focalbox.imaging.headers.jpeg import JpegCoding

__all__ = ["Header"]


@dataclass(frozen=True, slots=True)
class Header:
    """The properties of a picture that its headers tell, besides its size.

    Parameters
    ----------
    format : str or None
        ``"JPEG"``, ``"PNG"``, ... as the content says; None for pixels that were never in a file.
    frames : int
        Frames or pages.
    exif : Exif
    coding : JpegCoding, optional
        Of a JPEG.
    profile : bytes, optional
        The ICC profile of the pixels where Pillow finds none.
    notes : tuple of str
        Notes for the caller about the picture that was taken.
    xmp, iptc : bytes, optional
        The packet of XMP, and the block of IPTC's data sets.
    more_xmp : bytes, optional
        A second packet, with the properties that did not fit into the first.
    author, copyright : bytes
        From the format's own texts, such as those of PNG.
    copied : int
        Bytes of a copy of the file without what no pixel needs, and of the strip that its decoder holds.
    coded : Size, optional
        Pixels that are decoded, where they are more than the picture has.
    """

    format: str | None
    frames: int
    exif: Exif
    coding: JpegCoding | None = None
    profile: bytes | None = None
    notes: tuple[str, ...] = ()
    xmp: bytes | None = None
    iptc: bytes | None = None
    more_xmp: bytes | None = None
    author: bytes = b""
    copyright: bytes = b""
    copied: int = 0
    coded: Size | None = None
