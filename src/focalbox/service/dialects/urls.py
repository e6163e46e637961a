"""Reads the path and query of an address, once and strictly: nothing is repaired, nothing is decoded twice."""

from __future__ import annotations

import re

from focalbox.errors import InvalidRequest
from focalbox.options.addresses import MAX_FIELDS

__all__ = ["check_characters", "decode_percent", "fields_of", "plain_number"]

_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_BROKEN = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""The characters of Unicode's category Cc."""
_NUMBER = re.compile(r"[0-9]{1,9}")


def decode_percent(raw: bytes, *, plus: bool = False) -> str:
    """Return percent-encoded bytes as text.

    Parameters
    ----------
    raw : bytes
        As it came.
    plus : bool
        Whether ``+`` is a space, as in the fields of a form.

    Raises
    ------
    InvalidRequest
        When an escape is broken, the bytes are not UTF-8, or a control character is among them.

    Examples
    --------
    >>> decode_percent(b"caf%C3%A9.jpg")
    'café.jpg'
    """
    if plus:
        raw = raw.replace(b"+", b" ")
    if b"%" in raw:
        if _BROKEN.search(raw):
            message = "an address escapes characters as % and two hexadecimal digits"
            raise InvalidRequest(message)
        raw = _ESCAPE.sub(lambda found: bytes((int(found[1], 16),)), raw)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        message = "an address is UTF-8, percent-encoded"
        raise InvalidRequest(message) from error
    check_characters(text)
    return text


def check_characters(text: str) -> None:
    """Refuse control characters in a part of an address; a line break at its end would get past patterns that end with $.

    Raises
    ------
    InvalidRequest
        When there is one.
    """
    if _CONTROL.search(text):
        message = "an address holds no control characters"
        raise InvalidRequest(message)


def fields_of(query: bytes) -> dict[str, list[str]]:
    """Return the fields of a query, each with all its values in order.

    Raises
    ------
    InvalidRequest
        When it cannot be decoded, a field has no ``=``, or there are more than `MAX_FIELDS`.

    Examples
    --------
    >>> fields_of(b"size=1:1&size=16:9&fit=pad")
    {'size': ['1:1', '16:9'], 'fit': ['pad']}
    """
    found: dict[str, list[str]] = {}
    parts = query.split(b"&") if query else []
    if len(parts) > MAX_FIELDS:
        message = f"a query has at most {MAX_FIELDS} fields, not {len(parts)}"
        raise InvalidRequest(message)
    for part in parts:
        name, equals, value = part.partition(b"=")
        if not equals:
            message = "a field of a query is a name, = and a value"
            raise InvalidRequest(message)
        found.setdefault(decode_percent(name, plus=True), []).append(decode_percent(value, plus=True))
    return found


def plain_number(name: str, text: str) -> int:
    """Return a whole number >= 0 of at most 9 digits.

    Raises
    ------
    InvalidRequest
        When it is written otherwise.
    """
    if not _NUMBER.fullmatch(text):
        message = f"{name} is a whole number of at most 9 digits, not {text[:20]!r}"
        raise InvalidRequest(message)
    return int(text)
