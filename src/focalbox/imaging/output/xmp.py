"""Rights and focal point written as a packet of XMP (ISO 16684-1)."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from focalbox.core.target import Size
from focalbox.imaging.headers.rights import FIELDS, LICENSOR, LICENSOR_URL, SPACES, Field, Rights

__all__ = ["write_xmp"]

_BEGIN = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'  # section 7.3.2
_END = '<?xpacket end="r"?>'
_MAX_WRITTEN = 60_000
"""Bytes of a packet; one segment of a JPEG holds 65,502."""


def write_xmp(rights: Rights, focal_point: tuple[float, float] | None, size: Size) -> bytes | None:
    """Write a packet.

    Parameters
    ----------
    rights : Rights
    focal_point : tuple of float, optional
        x and y in fractions of the picture; written as a focus area of the Metadata Working Group's regions.
    size : Size
        Pixels of the picture.

    Returns
    -------
    bytes or None
        UTF-8; None when there is nothing to say.

    Examples
    --------
    >>> b"stArea:x='0.250000'" in write_xmp(Rights(), (0.25, 0.5), Size(40, 30))
    True
    """
    body = "".join([*_rights(rights), *_region(focal_point, size)])
    if not body:
        return None
    spaces = "".join(
        f" xmlns:{name}='{space}'" for name, space in SPACES.items() if f"{name}:" in body or name == "rdf"
    )
    packet = (
        f"{_BEGIN}<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF{spaces}><rdf:Description rdf:about=''>{body}"
        f"</rdf:Description></rdf:RDF></x:xmpmeta>{_END}"
    )
    content = packet.encode()
    if len(content) > _MAX_WRITTEN:
        return write_xmp(Rights(rights.notice, rights.creators[:1]), focal_point, size)
    return content


def _rights(rights: Rights) -> Iterator[str]:
    for name, field in FIELDS.items():
        value = getattr(rights, name)
        texts = (value,) if isinstance(value, str) else value
        if any(texts):
            yield _property(field, *(escape(text, quote=False) for text in texts))
    if rights.licensor:
        inner = f"<rdf:Description>{_property(LICENSOR_URL, escape(rights.licensor, quote=False))}</rdf:Description>"
        yield _property(LICENSOR, inner)


def _property(field: Field, *values: str) -> str:
    """Write a property, its values being markup."""
    name = f"{field.prefix}:{field.name}"
    language = " xml:lang='x-default'" if field.form == "Alt" else ""
    items = "".join(f"<rdf:li{language}>{value}</rdf:li>" for value in values)
    return f"<{name}>{f'<rdf:{field.form}>{items}</rdf:{field.form}>' if field.form else values[0]}</{name}>"


def _region(focal_point: tuple[float, float] | None, size: Size) -> Iterator[str]:
    if focal_point is not None:
        x, y = focal_point
        yield (
            "<mwg-rs:Regions rdf:parseType='Resource'>"
            f"<mwg-rs:AppliedToDimensions stDim:w='{size.width}' stDim:h='{size.height}' stDim:unit='pixel'/>"
            "<mwg-rs:RegionList><rdf:Bag><rdf:li rdf:parseType='Resource'>"
            f"<mwg-rs:Area stArea:x='{x:.6f}' stArea:y='{y:.6f}' stArea:unit='normalized'/>"
            "<mwg-rs:Type>Focus</mwg-rs:Type><mwg-rs:FocusUsage>EvaluatedNotUsed</mwg-rs:FocusUsage>"
            "</rdf:li></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>"
        )
