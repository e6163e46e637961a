"""The thumbor dialect, read into an `ImageRequest`.

``/{unsafe|signature}/[meta/][trim/][AxB:CxD/][fit-in/]500x200/smart/[filters:...]/SOURCE``

The grammar and the signature are those of thumbor 7 and of the ``libthumbor`` package. The signature is an HMAC-SHA1 of all
that follows it, as it came, in URL-safe base64.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import replace
from urllib.parse import quote

from focalbox.core.geometry import PixelBox
from focalbox.errors import InvalidRequest, SignatureError
from focalbox.imaging.output.effects import Effect
from focalbox.options import CropOptions, Trim, parse_trim
from focalbox.service.dialects.thumbor_filters import BOX, Filters, box_of, read_filters
from focalbox.service.dialects.urls import decode_percent
from focalbox.service.request import ImageRequest
from focalbox.service.shape.outline import Outline

__all__ = ["check", "is_thumbor", "parse"]

_UNSAFE = b"unsafe"
_SIGNATURE = re.compile(rb"[A-Za-z0-9_-]{27}(?:=|%3D|%3d)")
"""20 bytes in base64 with their padding."""

_SIZE = re.compile(r"(-?)(\d{0,20}|orig)x(-?)(\d{0,20}|orig)", re.ASCII)
_TRIM = re.compile(r"trim(?::(.*))?")
_PLAIN = re.compile(r"[0-9]+")
_ACROSS = {"left": 0.0, "center": 0.5, "right": 1.0}
_DOWN = {"top": 0.0, "middle": 0.5, "bottom": 1.0}
_FITS = ("adaptive-full-fit-in", "adaptive-fit-in", "full-fit-in", "fit-in")


_NESTED = re.compile(r"(?:^|/)(?:unsafe|[A-Za-z0-9_-]{27}=)/(.+)", re.DOTALL)
"""A thumbor address inside a source: the part behind its signature."""
_AS_WRITTEN = "/:(),@=#"
"""Characters with a meaning in such an address; others are escaped again, so that they are decoded only once."""


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
    parts.refuse("debug")
    meta = parts.take("meta")
    trim = _trim(parts.match(_TRIM))
    cut = parts.match(BOX)
    fit = next((name for name in _FITS if parts.take(name)), "")
    size = parts.match(_SIZE)
    across, down = parts.one_of(_ACROSS), parts.one_of(_DOWN)
    smart = parts.take("smart")
    filters = parts.filters()
    width, height, flips = _sides(size)
    own = [side == "orig" for side in size.group(2, 4)] if size else [False, False]
    if any(own) and (filters.stretch or filters.proportion != 1.0):
        message = "a side of orig is not supported with the filters stretch and proportion"
        raise InvalidRequest(message)
    given = bool(width or own[0]), bool(height or own[1])
    if fit and not any(given):
        message = f"{fit} needs a size"
        raise InvalidRequest(message)
    width, height = (round(side * filters.proportion) for side in (width, height))
    stretched = filters.stretch and not fit and bool(width and height)
    options, align, inside = CropOptions(trim=trim), None, bool(fit) or stretched
    effects = (*flips, *filters.effects)
    over = "full" in fit
    filled = filters.fill if fit and not over and all(given) else None  # an overflowing picture leaves nothing to fill
    if filled in {"edge", "blur"} or (filled and (not filters.fill_after or filters.no_upscale or meta)):
        options = replace(options, fit="contain", fill=filled or "", upscale=filters.upscale)
        inside = False
    elif filled:  # at its place among the effects: earlier ones do not change its colour
        before = len(flips) + filters.fill_after
        effects = (*effects[:before], Effect("ground", (), filled), *effects[before:])
    elif stretched:
        effects = (Effect("resize", (float(width), float(height))), *effects)
    elif not smart:
        align = _ACROSS[across or "center"], _DOWN[down or "middle"]
    outline = Outline(
        width,
        height,
        inside=inside,
        enlarge=filters.upscale if inside and not over else not filters.no_upscale,
        over=inside and over,
        turned="adaptive" in fit,
        own_width=own[0],
        own_height=own[1],
    )
    image_request = ImageRequest(
        source=parts.source(),
        targets=(outline,),
        answer="thumbor-meta" if meta else "crop",
        options=options,
        format=filters.format,
        quality=filters.quality,
        max_age=filters.max_age,
        focal=None if inside else filters.focal,
        align=align,
        window=box_of(cut) if cut and any(map(int, cut.groups())) else None,  # 0x0:0x0 is no crop
        effects=effects,
        max_bytes=filters.max_bytes,
    )
    return _extract_focal(image_request) if filters.extract_focal else image_request


def _extract_focal(found: ImageRequest) -> ImageRequest:
    """Take the picture, and the middle of its manual crop as focal point, from a source that is another thumbor address."""
    inner = _NESTED.search(found.source)
    if inner is None:
        return found
    nested = parse(quote(inner[1], safe=_AS_WRITTEN).encode("ascii"))
    if not isinstance(nested.window, PixelBox) or found.focal is not None:
        return replace(found, source=nested.source)
    inside = any(isinstance(target, Outline) and target.inside for target in found.targets)
    return replace(found, source=nested.source, focal=None if inside else nested.window, align=None)


class _Parts:
    """Takes the parts of an address, from the left."""

    def __init__(self, rest: bytes) -> None:
        self._rest, self._first = rest, _first_of(rest)

    def take(self, word: str) -> bool:
        """Take the next part if it is this word."""
        if self._first != word:
            return False
        self._step()
        return True

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Take the next part if it matches."""
        found = pattern.fullmatch(self._first) if self._first is not None else None
        if found:
            self._step()
        return found

    def one_of(self, words: dict[str, float]) -> str | None:
        """Take the next part if it is one of these."""
        return next((word for word in words if self.take(word)), None)

    def refuse(self, name: str) -> None:
        """Raise if the next part is not supported."""
        if self.take(name):
            message = f"{name} is not supported in thumbor's addresses"
            raise InvalidRequest(message)

    def filters(self) -> Filters:
        """Take the filters, which may hold slashes."""
        if not self._rest.startswith(b"filters:"):
            return Filters()
        end = self._rest.find(b")/")
        if end < 0:
            message = "filters end with a parenthesis and /"
            raise InvalidRequest(message)
        text, self._rest = decode_percent(self._rest[len(b"filters:") : end + 1]), self._rest[end + 2 :]
        return read_filters(text)

    def source(self) -> str:
        """Return the rest without its leading slashes, which thumbor's own loader drops too."""
        source = decode_percent(self._rest).lstrip("/")
        if not source:
            message = "an address ends with the source"
            raise InvalidRequest(message)
        return source

    def _step(self) -> None:
        self._rest = self._rest.partition(b"/")[2]
        self._first = _first_of(self._rest)


def _first_of(rest: bytes) -> str | None:
    """Return the first part of an address; None when it is the last, which is the source."""
    first, slash, _ = rest.partition(b"/")
    return decode_percent(first) if slash else None


def _trim(part: re.Match[str] | None) -> Trim | None:
    if part is None:
        return None
    wanted = "top-left" if part[1] is None else f"top-left:{part[1]}" if _PLAIN.fullmatch(part[1]) else part[1]
    try:
        trim = parse_trim(wanted)
    except InvalidRequest:
        trim = None
    if trim is None or trim.colour or trim.equal:
        message = f"trim is trim, trim:TOLERANCE, trim:CORNER or trim:CORNER:TOLERANCE, not trim:{wanted[:40]}"
        raise InvalidRequest(message)
    return trim


def _sides(size: re.Match[str] | None) -> tuple[int, int, tuple[Effect, ...]]:
    """Return width and height, 0 where the picture's own decides, and the flips that negative sides ask for."""
    if size is None:
        return 0, 0, ()
    flips = [Effect(name) for name, sign in (("flop", size[1]), ("flip", size[3])) if sign]
    width, height = (0 if side in {"", "orig"} else int(side) for side in (size[2], size[4]))
    return width, height, tuple(flips)
