"""The metadata that may be kept: rights, colour profile and focal point."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PIL import Image

from focalbox.core.target import Size
from focalbox.imaging.headers.exif import ARTIST, COPYRIGHT, MAX_TEXT, Exif, read_exif
from focalbox.imaging.headers.iptc import read_iptc
from focalbox.imaging.headers.properties import Header
from focalbox.imaging.headers.rights import Focus, Rights, read_credits, read_xmp
from focalbox.imaging.orientation import upright_point

__all__ = ["IPTC_TAG", "Metadata", "block_of", "exif_of", "header_of", "read_metadata", "resources_of"]

IPTC_TAG = 33723
"""The tag of TIFF that holds IPTC's data sets."""
_IPTC_RESOURCE = 0x0404
"""Where Photoshop's image resources keep IPTC (XMP Specification, part 3, section 1.2)."""


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


def header_of(image: Image.Image) -> Header:
    """Return what Pillow has read of a picture: TIFF has its credits in tags of its own, PNG may have them in texts."""
    tags: dict[int, object] = getattr(image, "tag_v2", {})
    exif, (artist, owner) = exif_of(image), (_text(tags.get(tag)) for tag in (ARTIST, COPYRIGHT))
    return Header(
        None,
        1,
        replace(exif, artist=exif.artist or artist, copyright=exif.copyright or owner),
        xmp=block_of(image.info.get("xmp")),
        iptc=resources_of(image) or block_of(tags.get(IPTC_TAG)),
        author=_text(image.info.get("Author")),
        copyright=_text(image.info.get("Copyright")),
    )


def _text(value: object) -> bytes:
    return value.encode(errors="replace")[:MAX_TEXT] if isinstance(value, str) else b""


def block_of(value: object) -> bytes | None:
    """Return a block of metadata as Pillow gives it; None of what is no block."""
    return value if isinstance(value, bytes) else None


def resources_of(image: Image.Image) -> bytes | None:
    """Return IPTC's data sets among Photoshop's resources, which Pillow reads of a JPEG."""
    resources = image.info.get("photoshop")
    return block_of(resources.get(_IPTC_RESOURCE)) if isinstance(resources, dict) else None


def exif_of(image: Image.Image) -> Exif:
    """Return the EXIF that Pillow has found; of TIFF it gives none."""
    block = image.info.get("exif")
    return read_exif(block if isinstance(block, bytes) else None)
