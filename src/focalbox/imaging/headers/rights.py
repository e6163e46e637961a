"""The rights to a picture and its focal point, from XMP.

Of XMP (ISO 16684-1) the fields of rights are read that the IPTC Photo Metadata Standard 2023.2 has for them, and the focus
areas of the Metadata Working Group's regions (Guidelines for Handling Image Metadata 2.0, section 5.9), which phones and
cameras write. Nothing else is, so that no place, time or edit history reaches a result. Only properties of the picture
itself count: those of other pictures, such as the ones that it was composed of, lie deeper in a packet.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    Value = ET.Element | str | None  # what a property has: an element, the text of an attribute, or nothing
    Structure = Mapping[str, ET.Element | str]

__all__ = [
    "FIELDS",
    "LICENSOR",
    "LICENSOR_URL",
    "MAX_NAMES",
    "MAX_PACKET",
    "SPACES",
    "Field",
    "Focus",
    "Rights",
    "decode_text",
    "read_credits",
    "read_xmp",
]

SPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "cc": "http://creativecommons.org/ns#",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "mwg-rs": "http://www.metadataworkinggroup.com/schemas/regions/",
    "stArea": "http://ns.adobe.com/xmp/sType/Area#",
    "stDim": "http://ns.adobe.com/xap/1.0/sType/Dimensions#",
}
"""The schemas that are read and written, by their usual prefix."""
_RDF = f"{{{SPACES['rdf']}}}"
_DESCRIPTION, _ITEM, _VALUE, _RESOURCE = (_RDF + name for name in ("Description", "li", "value", "resource"))
_LISTS = tuple(_RDF + name for name in ("Alt", "Seq", "Bag"))
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_DECLARATION = re.compile(r"<!(?!--|\[CDATA\[)")
"""The beginning of a declaration, which might define entities that grow without bound."""


@dataclass(frozen=True, slots=True)
class Field:
    """Where a packet of XMP has a field of `Rights`.

    Parameters
    ----------
    prefix, name : str
        The schema's prefix, and the property.
    form : {"", "Alt", "Seq", "Bag"}
        The kind of list that it is, if it is one.
    """

    prefix: str
    name: str
    form: Literal["", "Alt", "Seq", "Bag"] = ""


FIELDS = {
    "notice": Field("dc", "rights", "Alt"),
    "creators": Field("dc", "creator", "Seq"),
    "credit": Field("photoshop", "Credit"),
    "owner": Field("xmpRights", "Owner", "Bag"),
    "terms": Field("xmpRights", "UsageTerms", "Alt"),
    "statement": Field("xmpRights", "WebStatement"),
    "marked": Field("xmpRights", "Marked"),
    "license": Field("cc", "license"),
    "mining": Field("plus", "DataMining"),
    "origin": Field("Iptc4xmpExt", "DigitalSourceType"),
}
"""Every field of `Rights` but the licensor, who stands in a structure."""
LICENSOR, LICENSOR_URL = Field("plus", "Licensor", "Seq"), Field("plus", "LicensorURL")

MAX_PACKET = 2**20
"""Bytes of XMP that are read: more is no description of a picture."""
_NO_XML = {"Cc", "Cs", "Cn"}
"""Categories of characters that XML cannot hold: control characters, halves of pairs, and what is no character."""
_MAX_TEXT = 4096
"""Characters of a field that are kept: a credit line, not a hiding place."""
MAX_NAMES = 32
"""Creators that are kept."""


@dataclass(frozen=True, slots=True)
class Rights:
    """The rights to a picture; every text may be empty.

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
    license, licensor : str
        ``cc:license``, the address of a Creative Commons licence, and the ``LicensorURL`` of the first ``plus:Licensor``.
    mining, origin : str
        ``plus:DataMining``, whether models may be trained with it, and ``Iptc4xmpExt:DigitalSourceType``, whether it is a
        photograph or was generated; both are terms of a vocabulary, as addresses.
    """

    notice: str = ""
    creators: tuple[str, ...] = ()
    credit: str = ""
    owner: str = ""
    terms: str = ""
    statement: str = ""
    marked: str = ""
    license: str = ""
    licensor: str = ""
    mining: str = ""
    origin: str = ""

    def or_else(self, other: Rights) -> Rights:
        """Return these rights, with empty texts filled from another's."""
        missing = {field.name: getattr(other, field.name) for field in fields(self) if not getattr(self, field.name)}
        return replace(self, **missing)


@dataclass(frozen=True, slots=True)
class Focus:
    """A focal point.

    Parameters
    ----------
    x, y : float
        In fractions of the picture that it was written for, from the left and from the top.
    width, height : float
        Sides of that picture; 0 when they are not given.
    """

    x: float
    y: float
    width: float = 0.0
    height: float = 0.0


def read_xmp(packet: bytes | None) -> tuple[Rights, Focus | None]:
    """Read rights and focal point from a packet of XMP; whatever is broken is absent.

    Examples
    --------
    >>> read_xmp(b"nonsense")[0] == Rights()
    True
    """
    if not packet:
        return Rights(), None
    from xml.etree import ElementTree as ET  # noqa: PLC0415 - 5 ms that pictures without a packet need not pay

    content = packet.strip(b"\0 \t\r\n")
    try:
        text = content.decode("utf-8-sig") if len(content) <= MAX_PACKET else ""
        if _DECLARATION.search(text):
            return Rights(), None
        root = ET.fromstring(text)  # noqa: S314 - no declarations, so no entities; a text, so no other coding of them
    except (ET.ParseError, ValueError):
        return Rights(), None
    said = _properties(root)
    found = {name: _texts(_of(said, field)) for name, field in FIELDS.items()}
    creators = tuple(found.pop("creators")[:MAX_NAMES])
    licensors = [_clean(_plain(_of(_structure(item), LICENSOR_URL))) for item in _items(_of(said, LICENSOR))]
    rights = Rights(
        creators=creators,
        licensor=next(filter(None, licensors), ""),
        **{name: next(iter(texts), "") for name, texts in found.items()},
    )
    return rights, _focus(said)


def read_credits(artist: bytes, notice: bytes) -> Rights:
    """Return the rights from EXIF.

    Examples
    --------
    >>> read_credits(b"A. Person", b"").creators
    ('A. Person',)
    """
    return Rights(notice=decode_text(notice), creators=tuple(filter(None, [decode_text(artist)])))


def decode_text(value: bytes) -> str:
    """Return a text of IPTC or EXIF: UTF-8, as nearly all programs write it whatever they declare, else Latin 1."""
    value = value[:_MAX_TEXT].strip(b"\0 ")
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        text = value.decode("latin-1")
    return _clean(text)


def _clean(text: str) -> str:
    """Return a text without control characters, which XML cannot hold, and not too long."""
    return "".join(one for one in text.strip()[:_MAX_TEXT] if one in "\n\t" or unicodedata.category(one) not in _NO_XML)


def _properties(root: ET.Element) -> Structure:
    """Return the properties of a packet's own picture, from the descriptions at its top, by their full names."""
    top = root if root.tag == f"{_RDF}RDF" else root.find(f"{_RDF}RDF")
    said: dict[str, ET.Element | str] = {}
    for description in [] if top is None else top.findall(_DESCRIPTION):
        for key, value in description.attrib.items():
            said.setdefault(key, value)
        for child in description:
            said.setdefault(child.tag, child)
    return said


def _of(structure: Structure, field: Field) -> Value:
    return structure.get(f"{{{SPACES[field.prefix]}}}{field.name}")


def _structure(value: Value) -> Structure:
    """Return the fields of a structure, in each of the three ways in which RDF writes them."""
    if value is None or isinstance(value, str):
        return {}
    inner = value.find(_DESCRIPTION)
    within = value if inner is None else inner
    return {**value.attrib, **within.attrib, **{child.tag: child for child in within}}


def _items(value: Value) -> list[ET.Element]:
    """Return the items of a list."""
    if value is None or isinstance(value, str):
        return []
    return [item for inner in value if inner.tag in _LISTS for item in inner.findall(_ITEM)]


def _plain(value: Value) -> str:
    """Return the text of a value: its own, the address that it refers to, or its main value when it has qualifiers."""
    if value is None or isinstance(value, str):
        return value or ""
    return value.get(_RESOURCE) or value.findtext(_VALUE) or value.text or ""


def _texts(value: Value) -> list[str]:
    """Return the texts of a property, one or a list; those in the default language first."""
    items = _items(value)
    items.sort(key=lambda item: item.get(_LANGUAGE) != "x-default")
    return [clean for text in (map(_plain, items) if items else [_plain(value)]) if (clean := _clean(text))]


def _focus(said: Structure) -> Focus | None:
    """Return the first focus area's centre."""
    regions = _structure(_of(said, Field("mwg-rs", "Regions")))
    sides, applied = (0.0, 0.0), _structure(_of(regions, Field("mwg-rs", "AppliedToDimensions")))
    with contextlib.suppress(ValueError):
        sides = _number(applied, "stDim", "w"), _number(applied, "stDim", "h")
    for item in _items(_of(regions, Field("mwg-rs", "RegionList"))):
        region = _structure(item)
        area = _structure(_of(region, Field("mwg-rs", "Area")))
        kind, unit = _of(region, Field("mwg-rs", "Type")), _of(area, Field("stArea", "unit"))
        if (_plain(kind).strip(), _plain(unit).strip()) == ("Focus", "normalized"):
            with contextlib.suppress(ValueError):
                x, y = _number(area, "stArea", "x"), _number(area, "stArea", "y")
                if 0 <= x <= 1 and 0 <= y <= 1:
                    return Focus(x, y, *sides)
    return None


def _number(structure: Structure, prefix: str, name: str) -> float:
    return float(_plain(_of(structure, Field(prefix, name))))
