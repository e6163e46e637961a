"""The metadata that may be kept: rights, colour profile and focal point."""

from __future__ import annotations

from dataclasses import dataclass

from focalbox.core.target import Size
from focalbox.imaging.headers.iptc import read_iptc
from focalbox.imaging.headers.properties import Header
from focalbox.imaging.headers.rights import Focus, Rights, read_credits, read_xmp
from focalbox.imaging.orientation import upright_point

__all__ = ["Metadata", "read_metadata"]


@dataclass(frozen=True, slots=True)
class Metadata:
    """The metadata that ``keep_metadata`` keeps. No other metadata, such as places and times, ever reaches a result.

    Parameters
    ----------
    exif : bytes or None
        An EXIF block of artist and copyright alone.
    profile : bytes or None
        The ICC profile that the pixels are in; None for sRGB.
    rights : Rights
        The rights to the picture, from its XMP and IPTC.
    focal_point : tuple of float, optional
        The focal point that the picture's own metadata gives: x and y in fractions of the upright picture.
    xmp : bytes, optional
        A packet of the rights and of a focal point, to be written.
    """

    exif: bytes | None = None
    profile: bytes | None = None
    rights: Rights = Rights()  # noqa: RUF009 - frozen
    focal_point: tuple[float, float] | None = None
    xmp: bytes | None = None

    def info(self) -> dict[str, bytes]:
        """Return the metadata under Pillow's names, as in ``Image.info`` and for writing."""
        return {
            name: block
            for name, block in (("exif", self.exif), ("icc_profile", self.profile), ("xmp", self.xmp))
            if block
        }


def read_metadata(header: Header, stored: Size) -> Metadata:
    """Return rights and focal point from a header: from XMP first, then IPTC, EXIF and the format's own texts.

    Parameters
    ----------
    header : Header
    stored : Size
        Pixels of the stored picture.
    """
    rights, focus = read_xmp(header.xmp)
    if header.more_xmp is not None:
        more, other = read_xmp(header.more_xmp)
        rights, focus = rights.or_else(more), focus or other
    for other_rights in (
        read_iptc(header.iptc),
        read_credits(header.exif.artist, header.exif.copyright),
        read_credits(header.author, header.copyright),
    ):
        rights = rights.or_else(other_rights)
    point = None if focus is None else _point_of(focus, stored, header.exif.orientation)
    return Metadata(header.exif.credits(), rights=rights, focal_point=point)


def _point_of(focus: Focus, stored: Size, orientation: int) -> tuple[float, float]:
    """Return a focal point in fractions of the upright picture; most programs write it for the stored one."""
    turned_already = (focus.width > focus.height) != (stored.width > stored.height)
    known = focus.width > 0 and focus.width != focus.height and stored.width != stored.height
    return upright_point(focus.x, focus.y, 1 if known and turned_already else orientation)
