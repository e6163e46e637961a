"""Which format to answer in (RFC 9110, section 12.5.1), and whether the client has that answer already (section 13)."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from focalbox.imaging.output.encoding import can_write
from focalbox.imaging.output.formats import FORMATS
from focalbox.service.problems import ConditionFailed

__all__ = [
    "check_conditions",
    "field_of",
    "is_current",
    "matches",
    "negotiate",
    "pixel_ratio",
    "read_date",
    "width_ratio",
]

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
_TAGS = re.compile(r'W/"[!#-~\x80-\xff]*"|("[!#-~\x80-\xff]*")')
"""Matches any tag, with its text if it is a strong one."""
_SHORT_YEAR = re.compile(r"\d[ -][A-Za-z]{3}[ -]\d\d(?!\d)")
"""The part of a date whose year has two digits, as RFC 850 and RFC 822 write it."""
_CENTURY = 100
_MOST_AHEAD = timedelta(days=50 * 365.25)
"""How far in the future a date with a year of two digits may be (RFC 9110, section 5.6.7)."""


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
    since, changed = read_date(headers.get("if-modified-since")), read_date(modified)
    return since is not None and since == changed


def read_date(text: str | None, now: float | None = None) -> float | None:
    """Read a date as seconds since 1970, None where it is none; one without a zone, as asctime() writes it, is UTC.

    All three forms of RFC 9110, section 5.6.7, are read. A year of two digits is the latest that is at most 50 years ahead.

    Parameters
    ----------
    text : str, optional
    now : float, optional
        What time it is, seconds since 1970; by default, the time that it is.

    Examples
    --------
    >>> read_date("Sun, 06 Nov 1994 08:49:37 GMT"), read_date("Sun Nov  6 08:49:37 1994")
    (784111777.0, 784111777.0)
    >>> read_date("Sunday, 06-Nov-94 08:49:37 GMT", now=1.8e9)
    784111777.0
    """
    try:
        found = parsedate_to_datetime(text) if text else None
        if text is None or found is None:
            return None
        found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        if _SHORT_YEAR.search(text):
            found = _in_century(found, datetime.fromtimestamp(time.time() if now is None else now, UTC))
        return found.timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def _in_century(date: datetime, now: datetime) -> datetime:
    """Move a date by centuries to the latest one that is not more than 50 years ahead."""
    latest = now + _MOST_AHEAD
    moved = date.replace(year=latest.year - (latest.year - date.year) % _CENTURY)
    return moved.replace(year=moved.year - _CENTURY) if moved > latest else moved


def check_conditions(headers: Mapping[str, str], tag: str, modified: str = "") -> None:
    """Refuse to answer a client that goes on with another version than this one, such as a download that was interrupted.

    Parameters
    ----------
    headers : mapping of str to str
        Of the request.
    tag : str
        That of the answer, a strong one. `If-Match` names it by strong comparison (RFC 9110, section 13.1.1).
    modified : str, optional
        When the picture was changed, as HTTP writes dates. `If-Unmodified-Since` counts only without `If-Match`, and where
        both dates are known (section 13.1.4).

    Raises
    ------
    ConditionFailed
        When the answer is another one.

    Examples
    --------
    >>> check_conditions({"if-match": '"a", "b"', "if-unmodified-since": "long ago"}, '"b"')
    >>> check_conditions({"if-match": 'W/"b"'}, '"b"')
    Traceback (most recent call last):
    ...
    focalbox.service.problems.ConditionFailed: the answer is not the one that If-Match names
    """
    tags = field_of(headers, "if-match")
    if tags is not None:
        if tags.strip() != "*" and tag not in _TAGS.findall(tags):
            message = "the answer is not the one that If-Match names"
            raise ConditionFailed(message)
        return
    since, changed = read_date(headers.get("if-unmodified-since")), read_date(modified)
    if since is not None and changed is not None and changed > since:
        message = "the picture has been changed since the date in If-Unmodified-Since"
        raise ConditionFailed(message)
