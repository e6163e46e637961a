"""Which format to answer in (RFC 9110, section 12.5.1), and whether the client has that answer already (section 13)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from focalbox.imaging.output.encoding import can_write
from focalbox.imaging.output.formats import FORMATS

__all__ = ["field_of", "is_current", "matches", "negotiate", "pixel_ratio", "width_ratio"]

_PREFERRED = ("avif", "webp", "jpeg")
"""From the smallest files to the most readable."""
_MAX_ACCEPT = 1000
"""Characters of Accept that are read; browsers send under 200."""
_QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")
_RATIO = re.compile(r"\d{1,2}(?:\.\d{1,6})?", re.ASCII)
_RATIOS = (1.0, 1.5, 2.0, 3.0)
"""Few, so that a cache in front keeps few answers for one address."""
_MAX_DIGITS = 6
"""Digits of a width in pixels that are read."""
_TAG = re.compile(r'(?:W/)?("[!#-~\x80-\xff]*")')


def field_of(headers: Mapping[str, str], name: str) -> str | None:
    """Return the value of a field that is a list, from all of its lines (RFC 9110, section 5.3); None without any.

    Examples
    --------
    >>> field_of({"accept": "image/webp"}, "accept"), field_of({}, "accept")
    ('image/webp', None)
    """
    lines = [value for key, value in headers.items() if key == name]  # several of a name in a request's own headers
    return ", ".join(lines) if lines else None


def negotiate(accept: str) -> str:
    """Return the format to answer in.

    AVIF and WebP are chosen when they are named with no lower weight than any other; a wildcard alone means a client that
    may know neither, and JPEG.

    Examples
    --------
    >>> negotiate("image/avif,image/webp,*/*;q=0.8"), negotiate("image/webp,*/*"), negotiate("*/*"), negotiate("")
    ('avif', 'webp', 'jpeg', 'jpeg')
    >>> negotiate("image/avif;q=0,image/webp;q=0.5,image/jpeg")
    'jpeg'
    """
    weights: dict[str, float] = {}
    for part in accept[:_MAX_ACCEPT].split(","):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((value[2:] for value in parameters if value.startswith("q=")), "1")
        weights[kind] = float(weight) if _QUALITY.fullmatch(weight) else 0.0
    wildcard = weights.get("image/*", weights.get("*/*", 0.0))
    best = max(weights.get(FORMATS[name].mime, 0.0) for name in _PREFERRED)
    if best == 0.0 or weights.get("image/jpeg", wildcard) > best:
        return "jpeg"
    return next(name for name in _PREFERRED if weights.get(FORMATS[name].mime) == best and can_write(name))


def pixel_ratio(hint: str) -> float:
    """Return by how much a size is multiplied for a screen, from the client hint Sec-CH-DPR: 1, 1.5, 2 or 3.

    Examples
    --------
    >>> pixel_ratio("2.0"), pixel_ratio("1.1"), pixel_ratio("9"), pixel_ratio("fine")
    (2.0, 1.0, 3.0, 1.0)
    """
    value = float(hint) if _RATIO.fullmatch(hint.strip()) else 1.0
    return max((ratio for ratio in _RATIOS if ratio <= value), default=1.0)


def width_ratio(hint: str, width: int) -> float:
    """Return by how much a size is multiplied to be as wide as the client hint Sec-CH-Width says, in pixels of the screen.

    Examples
    --------
    >>> width_ratio("800", 400), width_ratio("801", 400), width_ratio("99999", 400), width_ratio("100", 400)
    (2.0, 3.0, 3.0, 1.0)
    """
    text = hint.strip()
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS else 0
    return next((ratio for ratio in _RATIOS if ratio * width >= wanted), _RATIOS[-1])


def matches(if_none_match: str | None, tag: str) -> bool:
    """Tell whether the client has the answer of this entity tag already, by weak comparison.

    Examples
    --------
    >>> matches('"a", W/"b"', '"b"'), matches("*", '"b"'), matches(None, '"b"')
    (True, True, False)
    """
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or tag in _TAG.findall(if_none_match)


def is_current(headers: Mapping[str, str], tag: str, modified: str) -> bool:
    """Tell whether the client of a request has this answer already, by its tag or else by the very date it was given.

    A date counts only when it is the same: a file that was put back from an older copy is another one, though its date is
    earlier (nginx compares so too, ``if_modified_since exact``).

    Examples
    --------
    >>> is_current({"if-modified-since": "Thu, 01 Jan 1970 00:00:00 GMT"}, '"a"', "Thu, 01 Jan 1970 00:00:00 GMT")
    True
    >>> is_current({"if-none-match": '"b"', "if-modified-since": "Thu, 01 Jan 1970 00:00:00 GMT"}, '"a"', "")
    False
    """
    tags = field_of(headers, "if-none-match")
    if tags is not None:
        return matches(tags, tag)
    return bool(modified) and headers.get("if-modified-since") == modified
