"""The imgproxy dialect, read into an `ImageRequest`.

``/{SIGNATURE|unsafe}/rs:fill:500:200/g:sm/plain/SOURCE[@EXTENSION]``, or the source in URL-safe base64 with slashes anywhere
and ``.EXTENSION`` behind it. The signature is an HMAC-SHA256 over salt and path, as imgproxy's documentation describes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from types import MappingProxyType

from focalbox.errors import InvalidRequest, SignatureError
from focalbox.imaging.output.formats import format_of
from focalbox.service.dialects.imgproxy.options import NAMES, read_option
from focalbox.service.dialects.imgproxy.presets import PRESET, read_presets
from focalbox.service.dialects.imgproxy.processing import Processing
from focalbox.service.dialects.imgproxy.refused import REFUSED
from focalbox.service.dialects.imgproxy.request import make_request
from focalbox.service.dialects.urls import decode_percent
from focalbox.service.request import ImageRequest

__all__ = ["check", "is_imgproxy", "parse", "without_secrets"]

_SIGNATURE = re.compile(rb"[A-Za-z0-9_-]{43}")
"""32 bytes in URL-safe base64 without padding."""
_UNSIGNED = (b"unsafe", b"insecure", b"_")
_OPTION = re.compile(rb"([a-z_-]{1,30})(?:%3[Aa]|:).*")
_MAX_OPTIONS = 64
_SHOWN = 30
"""Bytes of a wrong source that a message repeats."""
_THUMBORS = {b"trim", b"filters"}
"""Words before a colon that begin a part of thumbor's addresses too."""
_KNOWN = REFUSED.keys() | NAMES.keys() | PRESET


def is_imgproxy(path: bytes) -> bool:
    """Tell whether an address is one of imgproxy's.

    Examples
    --------
    >>> is_imgproxy(b"/unsafe/rs:fill:5:5/plain/cat.jpg"), is_imgproxy(b"/unsafe/5x5/smart/cat.jpg")
    (True, False)
    >>> is_imgproxy(b"/unsafe/trim:10/w:5/plain/cat.jpg"), is_imgproxy(b"/unsafe/trim:10/5x5/cat.jpg")
    (True, False)
    """
    first, _, rest = path.removeprefix(b"/").partition(b"/")
    if first == b"insecure" or _SIGNATURE.fullmatch(first):
        return b"=" not in rest.partition(b"/")[0]  # not a task of Filestack's behind an API key
    if rest.startswith(b"trim:"):  # both dialects begin like this: the next part decides
        rest = rest.partition(b"/")[2]
    second = rest.partition(b"/")[0]
    found = _OPTION.fullmatch(second)
    named = found is not None and found[1] not in _THUMBORS and found[1].decode("ascii") in _KNOWN
    return first in _UNSIGNED and (named or second == b"plain")


def without_secrets(path: str) -> str:
    """Return an address without its signature, and without a source in base64, whose password or query nobody would see.

    Examples
    --------
    >>> without_secrets("/unsafe/w:5/plain/cat.jpg"), without_secrets("/unsafe/w:5/Y2F0LmpwZw.webp")
    ('/unsafe/w:5/plain/cat.jpg', '/unsafe/w:5/base64...')
    """
    first, *parts = path.removeprefix("/").split("/")
    options = list(takewhile(lambda part: _OPTION.fullmatch(part.encode("utf-8")), parts))
    source = parts[len(options) :]
    shown = source if source[:1] == ["plain"] else ["base64..."]
    return "/".join(["", "SIGNATURE" if _SIGNATURE.fullmatch(first.encode("utf-8")) else first, *options, *shown])


def check(path: bytes, keys: Sequence[tuple[bytes, bytes]], *, allow_unsigned: bool) -> bytes:
    """Check the signature and return what it signs, without the slash before it.

    Parameters
    ----------
    path : bytes
    keys : sequence of (bytes, bytes)
        Keys with their salts, any of which may have signed it: while a key is replaced, there are two.
    allow_unsigned : bool

    Raises
    ------
    SignatureError
        When the signature is wrong, no key is set, or the address is unsigned and that is not allowed.
    """
    first, slash, rest = path.removeprefix(b"/").partition(b"/")
    if first in _UNSIGNED:
        if allow_unsigned:
            return rest
        message = "unsigned addresses are not allowed here: sign them as imgproxy does"
        raise SignatureError(message)
    if not keys:
        message = "no imgproxy key is set here, so imgproxy's signatures cannot be checked"
        raise SignatureError(message)
    digests = [hmac.digest(key, salt + slash + rest, hashlib.sha256) for key, salt in keys]
    if not any(hmac.compare_digest(base64.urlsafe_b64encode(one).rstrip(b"="), first) for one in digests):
        message = "the signature is not that of this address"
        raise SignatureError(message)
    return rest


def parse(rest: bytes, now: float, presets: Mapping[str, str] = MappingProxyType({})) -> ImageRequest:
    """Read what follows the signature.

    Parameters
    ----------
    rest : bytes
    now : float
        Seconds since 1970 UTC, for addresses that expire.
    presets : mapping of str to str
        Options by the name that ``preset:NAME`` asks for; those called ``default`` come before all others.

    Raises
    ------
    InvalidRequest
        When an option has no equivalent here or makes no sense; the message names it.
    SignatureError
        When the address has expired.

    Examples
    --------
    >>> image_request = parse(b"rs:fill:500:200/g:sm/q:70/plain/pets/cat.jpg@webp", 0)
    >>> image_request.targets[0].width, image_request.quality, image_request.format, image_request.source
    (500, 70, 'webp', 'pets/cat.jpg')
    """
    processing, count = read_presets(Processing(), presets, ["default"] if "default" in presets else []), 0
    while _OPTION.fullmatch(rest.partition(b"/")[0]) and not rest.startswith(b"plain/"):
        first, _, rest = rest.partition(b"/")
        text, count = decode_percent(first), count + 1
        name, _, names = text.partition(":")
        named = names.split(":") if name in PRESET else []
        processing = read_presets(processing, presets, named) if named else read_option(processing, text)
        if count > _MAX_OPTIONS:
            message = f"an address has at most {_MAX_OPTIONS} options"
            raise InvalidRequest(message)
    source, extension = _source(rest)
    if extension:
        processing = replace(processing, format=format_of(extension))
    if processing.expires is not None and processing.expires <= now:
        message = "the address has expired"
        raise SignatureError(message)
    return make_request(processing, source)


def _source(rest: bytes) -> tuple[str, str]:
    """Return the source and the extension behind it."""
    plain, slash, written = rest.partition(b"/")
    if plain == b"plain" and slash:
        name, _, extension = written.partition(b"@")
        source, ending = decode_percent(name), decode_percent(extension)
    elif plain == b"enc":
        message = "an encrypted source is not supported in imgproxy's addresses"
        raise InvalidRequest(message)
    else:
        packed, _, extension = rest.partition(b".")
        source, ending = _unpack(packed), decode_percent(extension)
    source = source.removeprefix("local:///")
    if not source:
        message = "an address ends with plain/ and the source, or with the source in base64"
        raise InvalidRequest(message)
    return source, ending


def _unpack(packed: bytes) -> str:
    try:
        joined = packed.replace(b"/", b"")
        text = base64.b64decode(joined + b"=" * (-len(joined) % 4), altchars=b"-_", validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        shown = packed[:_SHOWN].decode("ascii", "replace")
        message = f"behind the options come plain/ and the source, or the source in URL-safe base64, not {shown!r}"
        raise InvalidRequest(message) from error
    if any(character < " " for character in text):
        message = "a source holds no control characters"
        raise InvalidRequest(message)
    return text
