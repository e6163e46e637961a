"""Finds the dialect of an address, checks its signature, and then reads it."""

from __future__ import annotations

import time
from dataclasses import replace

from focalbox.amounts import show_bytes
from focalbox.errors import InvalidRequest, SignatureError
from focalbox.options.addresses import MAX_ADDRESS
from focalbox.service.dialects import native, signing, thumbor
from focalbox.service.dialects.filestack import address as filestack
from focalbox.service.dialects.filestack import policy as policies
from focalbox.service.dialects.filestack import request as filestack_request
from focalbox.service.dialects.imgproxy import address as imgproxy
from focalbox.service.problems import AddressTooLong, NotAllowed, NotFound
from focalbox.service.request import AUTO, SAME, ImageRequest
from focalbox.service.settings import ServiceSettings

__all__ = ["PAGE_PATH", "dialect_of", "read_address", "read_upload_address"]

PAGE_PATH = b"/"
"""The address of the page, whose signature also allows uploads until it expires."""

_SIZELESS = {"map", "faces", "imagesize"}
"""Answers that are the same whatever size is asked for."""


def dialect_of(path: bytes) -> str:
    """Return the name of the dialect of an address.

    Examples
    --------
    >>> dialect_of(b"/v1/crop/5x5/cat.jpg"), dialect_of(b"/unsafe/5x5/cat.jpg"), dialect_of(b"/favicon.ico")
    ('native', 'thumbor', 'none')
    """
    if path.startswith(native.PREFIX):
        return "native"
    if imgproxy.is_imgproxy(path):
        return "imgproxy"
    if thumbor.is_thumbor(path):
        return "thumbor"
    if filestack.is_filestack(path):
        return "filestack"
    return "none"


def read_address(path: bytes, query: bytes, settings: ServiceSettings) -> ImageRequest:
    """Read what an address asks for.

    Parameters
    ----------
    path, query : bytes
        As they came.
    settings : ServiceSettings

    Raises
    ------
    SignatureError
        When it needs a signature and has no valid one.
    InvalidRequest
        When it makes no sense.
    NotFound
        When it is of no dialect.
    """
    _check_length(path, query)
    dialect, automatic = dialect_of(path), False
    now = time.time()
    if dialect == "native":
        plain = _signed_query(path, query, settings, now)
        named = native.preset_of(path)
        image_request = native.parse(*(_preset(*named, plain, settings) if named else (path, plain)))
        if named:
            return image_request  # its size is the owner's own
    elif dialect == "thumbor":
        _no_query(query)
        image_request = thumbor.parse(thumbor.check(path, settings.thumbor_key, allow_unsigned=settings.allow_unsigned))
        automatic = settings.thumbor_auto
    elif dialect == "imgproxy":
        _no_query(query)
        keys = list(zip(settings.imgproxy_key, settings.imgproxy_salt, strict=True))
        signed = imgproxy.check(path, keys, allow_unsigned=settings.allow_unsigned)
        image_request = imgproxy.parse(signed, now, dict(settings.imgproxy_presets))
        automatic = settings.imgproxy_auto
    elif dialect == "filestack":
        request = filestack.read(path, query)
        policies.check(request, settings.filestack_secret, now, allow_unsigned=settings.allow_unsigned)
        if settings.filestack_api_key is not None and request.api_key not in {None, settings.filestack_api_key}:
            message = "the API key is not the one of this service"
            raise SignatureError(message)
        image_request = filestack_request.parse(request)
    else:
        message = "there is nothing at this address"
        raise NotFound(message)
    _check_sizes(image_request, settings)
    return replace(image_request, format=AUTO) if automatic and image_request.format == SAME else image_request


def _preset(name: str, source: bytes, query: bytes, settings: ServiceSettings) -> tuple[bytes, bytes]:
    """Return the address that a preset stands for; further options are refused, since they would get around caches."""
    presets = dict(settings.presets)
    if name not in presets:
        message = f"there is no preset {name[:40]!r}"
        raise InvalidRequest(message)
    if query:
        message = "an address with a preset has no options"
        raise InvalidRequest(message)
    size, _, options = presets[name].partition("?")
    return b"/v1/crop/" + size.encode() + b"/" + source, options.encode()  # UTF-8, as they were checked


def read_upload_address(
    answer: str, path: bytes, query: bytes, page: bytes | None, settings: ServiceSettings
) -> ImageRequest:
    """Read what is asked of an upload.

    Parameters
    ----------
    answer : str
        ``"crop"``, ``"plan"`` and so on.
    path, query : bytes
        As they came.
    page : bytes, optional
        The query of the page's own signed address, when the page asks; it stands for a signature, and the list of sizes
        does not bind the page. Nor does it bind the plan of an upload: that is a few numbers, and no cache keeps it.
    settings : ServiceSettings
    """
    _check_length(path, query)
    if page is not None and not settings.allow_unsigned:
        signing.check(PAGE_PATH, page, settings.keys, time.time())
        return native.parse_upload(answer, query)
    image_request = native.parse_upload(answer, _signed_query(path, query, settings, time.time()))
    if answer != "plan":
        _check_sizes(image_request, settings)
    return image_request


def _signed_query(path: bytes, query: bytes, settings: ServiceSettings, now: float) -> bytes:
    """Return the query without its signature, which is checked whenever there is one."""
    if settings.allow_unsigned and b"signature=" not in query:
        return query
    return signing.check(path, query, settings.keys, now)


def _no_query(query: bytes) -> None:
    """Refuse a query that no signature covers: it would ask for another picture, or get around caches."""
    if query:
        message = "an address of this dialect has no query: the ? of a source is written %3F"
        raise InvalidRequest(message)


def _check_length(path: bytes, query: bytes) -> None:
    length = len(path) + len(query)
    if length > MAX_ADDRESS:
        message = f"an address has at most {show_bytes(MAX_ADDRESS)} of path and query, not {show_bytes(length)}"
        raise AddressTooLong(message)


def _check_sizes(image_request: ImageRequest, settings: ServiceSettings) -> None:
    if not settings.sizes or image_request.answer in _SIZELESS:
        return
    other = [size for size in image_request.named_sizes() if size not in settings.sizes]
    if other:
        message = f"the sizes served here are {', '.join(settings.sizes)}, not {other[0]}"
        raise NotAllowed(message)
