"""Whose picture it is, as XMP and IPTC say it, and where its focal point is.

Of XMP (ISO 16684-1) the fields of rights are read that the IPTC Photo Metadata Standard 2023.2 maps its own to, and the
focus areas of the Metadata Working Group's regions (Guidelines for Handling Image Metadata 2.0, section 5.9), which phones,
cameras and digiKam write. Nothing else is, so that no place, time or edit history reaches a result.
"""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

__all__ = ["DC", "MWG", "PHOTOSHOP", "RDF", "STAREA", "STDIM", "XMP_RIGHTS", "Focus", "Rights", "read_iptc", "read_xmp"]

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DC = "http://purl.org/dc/elements/1.1/"
XMP_RIGHTS = "http://ns.adobe.com/xap/1.0/rights/"
PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
MWG = "http://www.metadataworkinggroup.com/schemas/regions/"
STAREA = "http://ns.adobe.com/xmp/sType/Area#"
STDIM = "http://ns.adobe.com/xap/1.0/sType/Dimensions#"

_MAX_PACKET = 2**20
"""Bytes of XMP that are read: more is no description of a picture."""
_NO_XML = {"Cc", "Cs", "Cn"}
"""Categories of characters that XML cannot hold: control characters, halves of pairs, and what is no character."""
_MAX_TEXT = 4096
"""Characters of a field that are kept: a credit line, not a hiding place."""
_MAX_NAMES = 32
"""Creators that are kept."""
_RECORD = b"\x1c\x02"
_BY_LINE, _CREDIT, _COPYRIGHT = 80, 110, 116  # IPTC IIM 4.2, record 2
_EXTENDED = 0x8000
"""Lengths from which a data set has another form (the same, section 1.6); no field of rights is so long."""


@dataclass(frozen=True, slots=True)
class Rights:
    """Whose picture it is; every text may be empty.

    Parameters
    ----------
    notice : str
        ``dc:rights``, the copyright notice.
    creators : tuple of str
        ``dc:creator``.
    credit : str
        ``photoshop:Credit``.
    owner, terms, statement, marked : str
        ``xmpRights:Owner``, ``UsageTerms``, ``WebStatement`` (an address) and ``Marked`` ("True" when protected).
    """

    notice: str = ""
    creators: tuple[str, ...] = ()
    credit: str = ""
    owner: str = ""
    terms: str = ""
    statement: str = ""
    marked: str = ""

    def or_else(self, other: Rights) -> Rights:
        """Return these rights, and those of another where these say nothing."""
        missing = {field.name: getattr(other, field.name) for field in fields(self) if not getattr(self, field.name)}
        return replace(self, **missing)


@dataclass(frozen=True, slots=True)
class Focus:
    """A focal point.

    Parameters
    ----------
    x, y : float
        In fractions of the picture that it was said of, from the left and from the top.
    width, height : float
        Sides of that picture, 0 when they are not said.
    """

    x: float
    y: float
    width: float = 0.0
    height: float = 0.0


def read_xmp(packet: bytes | None) -> tuple[Rights, Focus | None]:
    """Read rights and focal point from a packet of XMP; whatever is broken is absent.

    Examples
    --------
    >>> read_xmp(b"nonsense")
    (Rights(notice='', creators=(), credit='', owner='', terms='', statement='', marked=''), None)
    """
    if not packet:
        return Rights(), None
    from xml.etree import ElementTree as ET  # noqa: PLC0415 - 5 ms that pictures without a packet need not pay

    text = packet.strip(b"\0 \t\r\n")
    if len(text) > _MAX_PACKET or b"\0" in text or b"<!" in text.replace(b"<!--", b""):
        return (
            Rights(),
            None,
        )  # zeros hide declarations in UTF-16, and declarations make entities that grow without bound
    try:
        root = ET.fromstring(text)  # noqa: S314 - no declarations, so no entities
    except (ET.ParseError, ValueError, LookupError):
        return Rights(), None
    found = {
        "notice": _texts(root, DC, "rights"),
        "creators": _texts(root, DC, "creator"),
        "credit": _texts(root, PHOTOSHOP, "Credit"),
        "owner": _texts(root, XMP_RIGHTS, "Owner"),
        "terms": _texts(root, XMP_RIGHTS, "UsageTerms"),
        "statement": _texts(root, XMP_RIGHTS, "WebStatement"),
        "marked": _texts(root, XMP_RIGHTS, "Marked"),
    }
    creators = tuple(found.pop("creators")[:_MAX_NAMES])
    return Rights(creators=creators, **{name: next(iter(texts), "") for name, texts in found.items()}), _focus(root)


def read_iptc(block: bytes | None) -> Rights:
    """Read by-line, credit and copyright notice from a block of IPTC's data sets (IIM 4.2); a broken rest is absent."""
    found: dict[int, list[str]] = {_BY_LINE: [], _CREDIT: [], _COPYRIGHT: []}
    at, block = 0, block or b""
    while at + 5 <= len(block) and block[at] == _RECORD[0]:
        kind, length = block[at + 2], int.from_bytes(block[at + 3 : at + 5], "big")
        if length >= _EXTENDED:
            break
        if block[at : at + 2] == _RECORD and kind in found:
            found[kind].append(_decode_text(block[at + 5 : at + 5 + length]))
        at += 5 + length
    first = {kind: next((text for text in texts if text), "") for kind, texts in found.items()}
    creators = tuple(text for text in found[_BY_LINE] if text)[:_MAX_NAMES]
    return Rights(notice=first[_COPYRIGHT], creators=creators, credit=first[_CREDIT])


def _decode_text(value: bytes) -> str:
    """Return a text of IPTC: UTF-8, as nearly all programs write it whatever they declare, else Latin 1."""
    value = value[:_MAX_TEXT].strip(b"\0 ")
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        text = value.decode("latin-1")
    return _clean(text)


def _clean(text: str) -> str:
    """Return a text without control characters, which XML cannot hold, and not too long."""
    return "".join(one for one in text.strip()[:_MAX_TEXT] if one in "\n\t" or unicodedata.category(one) not in _NO_XML)


def _texts(root: ET.Element, space: str, name: str) -> list[str]:
    """Return the values of a property: an attribute, a text, or the items of a list, the default language first."""
    key, texts = f"{{{space}}}{name}", []
    for node in root.iter():
        if key in node.attrib:
            texts.append(node.attrib[key])
        if node.tag == key:
            items = list(node.iter(f"{{{RDF}}}li"))
            items.sort(key=lambda item: item.get("{http://www.w3.org/XML/1998/namespace}lang") != "x-default")
            texts += [item.text or "" for item in items] or [node.text or ""]
    return [clean for text in texts if (clean := _clean(text))]


def _focus(root: ET.Element) -> Focus | None:
    """Return the first focus area's centre."""
    sides = (0.0, 0.0)
    for node in root.iter(f"{{{MWG}}}AppliedToDimensions"):
        across, down = _value(node, STDIM, "w"), _value(node, STDIM, "h")
        with contextlib.suppress(ValueError):
            sides = float(across), float(down)
    for regions in root.iter(f"{{{MWG}}}RegionList"):
        for item in regions.iter(f"{{{RDF}}}li"):
            area = next(item.iter(f"{{{MWG}}}Area"), None)
            if area is None or _value(item, MWG, "Type") != "Focus" or _value(area, STAREA, "unit") != "normalized":
                continue
            with contextlib.suppress(ValueError):
                x, y = float(_value(area, STAREA, "x")), float(_value(area, STAREA, "y"))
                if 0 <= x <= 1 and 0 <= y <= 1:
                    return Focus(x, y, *sides)
    return None


def _value(node: ET.Element, space: str, name: str) -> str:
    """Return the value of a field of a structure, empty when absent."""
    key = f"{{{space}}}{name}"
    return next(_fields(node, key), "").strip()


def _fields(node: ET.Element, key: str) -> Iterator[str]:
    for inner in node.iter():
        if key in inner.attrib:
            yield inner.attrib[key]
        if inner.tag == key:
            yield inner.text or ""
