"""Rights and focal point written as a packet of XMP (ISO 16684-1)."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from focalbox.core.target import Size
from focalbox.imaging.headers.rights import DC, MWG, PHOTOSHOP, RDF, STAREA, STDIM, XMP_RIGHTS, Rights

__all__ = ["write_xmp"]

_SPACES = {
    "rdf": RDF,
    "dc": DC,
    "photoshop": PHOTOSHOP,
    "xmpRights": XMP_RIGHTS,
    "mwg-rs": MWG,
    "stArea": STAREA,
    "stDim": STDIM,
}
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
        f" xmlns:{name}='{space}'" for name, space in _SPACES.items() if f"{name}:" in body or name == "rdf"
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
    for name, text in (("dc:rights", rights.notice), ("xmpRights:UsageTerms", rights.terms)):
        if text:
            yield f"<{name}><rdf:Alt><rdf:li xml:lang='x-default'>{escape(text, quote=False)}</rdf:li></rdf:Alt></{name}>"
    if rights.creators:
        names = "".join(f"<rdf:li>{escape(name, quote=False)}</rdf:li>" for name in rights.creators)
        yield f"<dc:creator><rdf:Seq>{names}</rdf:Seq></dc:creator>"
    if rights.owner:
        yield f"<xmpRights:Owner><rdf:Bag><rdf:li>{escape(rights.owner, quote=False)}</rdf:li></rdf:Bag></xmpRights:Owner>"
    plain = (
        ("photoshop:Credit", rights.credit),
        ("xmpRights:WebStatement", rights.statement),
        ("xmpRights:Marked", rights.marked),
    )
    for name, text in plain:
        if text:
            yield f"<{name}>{escape(text, quote=False)}</{name}>"


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
