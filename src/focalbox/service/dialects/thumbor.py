"""The thumbor dialect, read into an `ImageRequest`.

``/{unsafe|signature}/[meta/][trim/][fit-in/]500x200/smart/[filters:...]/SOURCE``

The grammar and the signature are those of thumbor 7 and of the ``libthumbor`` package. The signature is an HMAC-SHA1 of all
that follows it, as it came, in URL-safe base64.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from focalbox.core.geometry import PixelBox
from focalbox.errors import InvalidRequest, SignatureError
from focalbox.imaging.fill import check_fill
from focalbox.imaging.formats import format_of
from focalbox.options import CropOptions, Trim, parse_trim
from focalbox.service.dialects.urls import decoded, plain_number
from focalbox.service.request import SAME, ImageRequest, Outline

__all__ = ["check", "is_thumbor", "parse"]

_UNSAFE = b"unsafe"
_SIGNATURE = re.compile(rb"[A-Za-z0-9_-]{27}(?:=|%3D|%3d)")
"""20 bytes in base64 with their padding."""

_SIZE = re.compile(r"(-?)(\d{0,20})x(-?)(\d{0,20})", re.ASCII)
_CUT = re.compile(r"\d+x\d+:\d+x\d+", re.ASCII)
_ORIGINAL = re.compile(r"-?(orig|\d*)x-?(orig|\d*)")
_TRIM = re.compile(r"trim(?::(.*))?")
_FILTER = re.compile(r"([a-z_]{1,30})\(([^()]*)\)(?::|$)")
_FOCAL = re.compile(r"(\d{1,6})x(\d{1,6}):(\d{1,6})x(\d{1,6})", re.ASCII)
_HEXADECIMAL = re.compile(r"(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
_ACROSS = {"left": 0.0, "center": 0.5, "right": 1.0}
_DOWN = {"top": 0.0, "middle": 0.5, "bottom": 1.0}
_REFUSED = ("debug", "full-fit-in", "adaptive-fit-in", "adaptive-full-fit-in")
_STRIPPED = ("strip_exif", "strip_icc", "strip_metadata")
"""Filters that ask for what is always done."""


@dataclass(frozen=True, slots=True)
class _Filters:
    """What the filters say, as far as they are known."""

    quality: int = 80
    format: str = SAME
    fill: str | None = None
    focal: PixelBox | None = None
    no_upscale: bool = False
    upscale: bool = False
    max_age: int | None = None


def is_thumbor(path: bytes) -> bool:
    """Tell whether an address begins like one of thumbor's.

    Examples
    --------
    >>> is_thumbor(b"/unsafe/300x200/smart/cat.jpg"), is_thumbor(b"/v1/crop/300x200/cat.jpg")
    (True, False)
    """
    first = path.removeprefix(b"/").partition(b"/")[0]
    return first == _UNSAFE or _SIGNATURE.fullmatch(first) is not None


def check(path: bytes, key: str | None, *, allow_unsigned: bool) -> bytes:
    """Check the signature and return what it signs.

    Raises
    ------
    SignatureError
        When it is wrong, no key is set, or ``unsafe`` is not allowed.
    """
    first, _, rest = path.removeprefix(b"/").partition(b"/")
    if first == _UNSAFE:
        if allow_unsigned:
            return rest
        message = "unsafe addresses are not allowed here: sign them as thumbor does"
        raise SignatureError(message)
    if key is None:
        message = "no thumbor key is set here, so thumbor's signatures cannot be checked"
        raise SignatureError(message)
    expected = base64.urlsafe_b64encode(hmac.digest(key.encode("utf-8"), rest, hashlib.sha1))
    given = first[:27] + b"="
    if not hmac.compare_digest(expected, given):
        message = "the signature is not that of this address"
        raise SignatureError(message)
    return rest


def parse(rest: bytes) -> ImageRequest:
    """Read what follows the signature.

    Raises
    ------
    InvalidRequest
        When a part is not understood or not supported; the message names it.

    Examples
    --------
    >>> image_request = parse(b"500x200/smart/filters:quality(70):format(webp)/pets/cat.jpg")
    >>> image_request.targets[0].width, image_request.quality, image_request.format, image_request.source
    (500, 70, 'webp', 'pets/cat.jpg')
    """
    parts = _Parts(rest)
    meta = parts.take("meta")
    trim = _trim(parts.match(_TRIM))
    parts.refuse(_CUT, "a manual crop")
    for name in _REFUSED:
        parts.refuse(re.compile(re.escape(name)), name)
    fit_in = parts.take("fit-in")
    size = parts.match(_SIZE)
    if size is None:
        parts.refuse(_ORIGINAL, "a side of orig")
    across, down = parts.one_of(_ACROSS), parts.one_of(_DOWN)
    smart = parts.take("smart")
    filters = parts.filters()
    width, height = _sides(size)
    if fit_in and not width and not height:
        message = "fit-in needs a size"
        raise InvalidRequest(message)
    options, align = CropOptions(trim=trim), None
    if fit_in and filters.fill is not None and width and height:
        options = replace(options, fit="contain", fill=filters.fill, upscale=filters.upscale)
        fit_in = False
    elif not smart and filters.focal is None:
        align = _ACROSS[across or "center"], _DOWN[down or "middle"]
    outline = Outline(width, height, inside=fit_in, enlarge=filters.upscale if fit_in else not filters.no_upscale)
    return ImageRequest(
        source=parts.source(),
        targets=(outline,),
        answer="thumbor-meta" if meta else "crop",
        options=options,
        format=filters.format,
        quality=filters.quality,
        max_age=filters.max_age,
        focal=None if fit_in else filters.focal,
        align=align,
    )


class _Parts:
    """The parts of an address, taken from the left."""

    def __init__(self, rest: bytes) -> None:
        self._rest = rest

    def take(self, word: str) -> bool:
        """Take a part when it is this word."""
        return self._take(word) is not None

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Take the next part when it looks like this."""
        first, slash, rest = self._rest.partition(b"/")
        found = pattern.fullmatch(decoded(first)) if slash else None
        if found:
            self._rest = rest
        return found

    def one_of(self, words: dict[str, float]) -> str | None:
        """Take the next part when it is one of these."""
        return next((word for word in words if self.take(word)), None)

    def refuse(self, pattern: re.Pattern[str], name: str) -> None:
        """Raise when the next part looks like something that is not supported."""
        if self.match(pattern):
            message = f"{name} is not supported in thumbor's addresses"
            raise InvalidRequest(message)

    def filters(self) -> _Filters:
        """Take the filters, which may hold slashes."""
        if not self._rest.startswith(b"filters:"):
            return _Filters()
        end = self._rest.find(b")/")
        if end < 0:
            message = "filters end with a parenthesis and /"
            raise InvalidRequest(message)
        text, self._rest = decoded(self._rest[len(b"filters:") : end + 1]), self._rest[end + 2 :]
        found = _Filters()
        for name, argument in _filters_in(text):
            found = _filtered(found, name, argument)
        return found

    def source(self) -> str:
        """Return what is left."""
        if not self._rest:
            message = "an address ends with the source"
            raise InvalidRequest(message)
        return decoded(self._rest)

    def _take(self, word: str) -> re.Match[str] | None:
        return self.match(re.compile(re.escape(word)))


def _trim(part: re.Match[str] | None) -> Trim | None:
    if part is None:
        return None
    try:
        return Trim() if part[1] is None else parse_trim(part[1])
    except InvalidRequest as error:
        message = f"trim is trim, trim:top-left, trim:bottom-right or trim:CORNER:TOLERANCE, not trim:{part[1][:40]}"
        raise InvalidRequest(message) from error


def _sides(size: re.Match[str] | None) -> tuple[int, int]:
    if size is None:
        return 0, 0
    if size[1] or size[3]:
        message = "a flip (a negative side) is not supported in thumbor's addresses"
        raise InvalidRequest(message)
    return int(size[2] or 0), int(size[4] or 0)


def _filters_in(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        found = _FILTER.match(text, at)
        if found is None:
            message = f"filters look like quality(80):format(webp), not {text[at : at + 40]!r}"
            raise InvalidRequest(message)
        yield found[1], found[2].strip()
        at = found.end()


def _filtered(found: _Filters, name: str, argument: str) -> _Filters:
    if name == "quality":
        return replace(found, quality=plain_number("quality", argument))
    if name == "format":
        return replace(found, format=format_of(argument))
    if name == "fill":
        return replace(found, fill=_fill(argument))
    if name == "focal":
        return replace(found, focal=_focal(argument))
    if name == "max_age":
        return replace(found, max_age=plain_number("max_age", argument))
    if argument == "" and name in {"no_upscale", "upscale", *_STRIPPED}:
        return (
            found if name in _STRIPPED else replace(found, no_upscale=name == "no_upscale", upscale=name == "upscale")
        )
    message = f"the filter {name}({argument[:20]}) is not supported in thumbor's addresses"
    raise InvalidRequest(message)


def _fill(argument: str) -> str:
    if "," in argument or argument in {"auto", "transparent", "edge", ""}:
        message = f"the filter fill({argument[:20]}) is not supported: it takes a colour or blur"
        raise InvalidRequest(message)
    fill = f"#{argument}" if _HEXADECIMAL.fullmatch(argument) else argument
    check_fill(fill)
    return fill


def _focal(argument: str) -> PixelBox:
    found = _FOCAL.fullmatch(argument)
    if found is None:
        message = f"the filter focal takes LEFTxTOP:RIGHTxBOTTOM, not {argument[:40]!r}"
        raise InvalidRequest(message)
    left, top, right, bottom = map(int, found.groups())
    if right <= left or bottom <= top:
        message = f"the filter focal takes a box of at least one pixel, not {argument!r}"
        raise InvalidRequest(message)
    return PixelBox(left, top, right - left, bottom - top)
