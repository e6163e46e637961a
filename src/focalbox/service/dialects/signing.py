"""Signed addresses: an HMAC over path and query with an expiry and a key id, checked before anything else is parsed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from focalbox.errors import InvalidRequest, SignatureError

__all__ = ["Key", "check", "is_unicode", "new_key", "parse_key", "sign"]

_MIN_SECRET = 16
"""Least characters of a secret: 128 bits when they are random, half the output of SHA-256 (RFC 2104, section 3)."""

_LAST = re.compile(rb"expires=([0-9]{1,12})&key=([A-Za-z0-9_-]{1,32})&signature=([A-Za-z0-9_-]{43})")
"""The fields with which a signed address ends, in this order; nothing may follow the signature."""
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Matches half of a character; Python keeps bytes that are not UTF-8 as such (PEP 383)."""
_ADDED = re.compile(r"(?:.*&)?(expires|key|signature)=.*")
"""Matches a query with a field that signing adds."""


@dataclass(frozen=True, slots=True)
class Key:
    """A secret and the name it goes by; two at once let the older one be retired.

    Parameters
    ----------
    id : str
        1 to 32 letters, digits, ``-`` or ``_``; it is written in every address.
    secret : str
        At least 16 characters; never shown.
    """

    id: str
    secret: str = field(repr=False)


def parse_key(text: str) -> Key:
    """Read a key as it is written in settings: ``ID:SECRET``.

    Raises
    ------
    InvalidRequest
        When it is written otherwise; the message shows no part of the secret.

    Examples
    --------
    >>> parse_key("2026a:correct horse battery staple")
    Key(id='2026a')
    """
    name, colon, secret = text.partition(":")
    if not colon or not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", name):
        message = "a key is ID:SECRET, its id 1 to 32 letters, digits, - or _"
        raise InvalidRequest(message)
    if not is_unicode(secret):
        message = f"the secret of the key {name!r} is text in UTF-8"
        raise InvalidRequest(message)
    if len(secret) < _MIN_SECRET:
        message = f"the secret of the key {name!r} has at least {_MIN_SECRET} characters"
        raise InvalidRequest(message)
    return Key(name, secret)


def is_unicode(text: str) -> bool:
    """Tell whether text can be written as UTF-8; bytes of the command or the environment that are not stay in it otherwise.

    Examples
    --------
    >>> is_unicode("café"), is_unicode("caf" + chr(0xDCE9))
    (True, False)
    """
    return not _SURROGATE.search(text)


def new_key(name: str = "session") -> Key:
    """Return a key with a random secret, for a service that was started without one."""
    return Key(name, secrets.token_urlsafe(32))


def sign(target: str, key: Key, expires: int) -> str:
    """Return an address with its expiry, key id and signature.

    Parameters
    ----------
    target : str
        Path and query as they will be requested, percent-encoded: ``/v1/crop/500x200/cat.jpg?fit=tight``.
    key : Key
    expires : int
        Seconds since 1970 UTC, from when on it is refused.

    Raises
    ------
    InvalidRequest
        When ``target`` is no path, holds characters that have to be encoded, or has a field that signing adds.
    """
    if not re.fullmatch(r"/[!-~]*", target) or "#" in target:
        message = "a path and query to sign begin with / and are percent-encoded"
        raise InvalidRequest(message)
    given = _ADDED.fullmatch(target.partition("?")[2])
    if given:
        message = f"an address to sign has no field {given[1]}=, which signing adds"
        raise InvalidRequest(message)
    message = f"{target}{'&' if '?' in target else '?'}expires={expires}&key={key.id}"
    return f"{message}&signature={_digest(message.encode('ascii'), key)}"


def check(path: bytes, query: bytes, keys: Sequence[Key], now: float) -> bytes:
    """Check a signed address and return its query without the signature's fields.

    Parameters
    ----------
    path, query : bytes
        As they came, nothing decoded.
    keys : sequence of Key
        The accepted keys.
    now : float
        Seconds since 1970 UTC.

    Raises
    ------
    SignatureError
        When there is no signature, it is wrong, its key is not known, or it has expired.
    """
    rest, _, last = query.rpartition(b"expires=")
    found = _LAST.fullmatch(b"expires=" + last)
    if found is None or (rest and not rest.endswith(b"&")):
        message = "the address needs to end with expires=, key= and signature=, as `focalbox sign` makes them"
        raise SignatureError(message)
    name, given = found[2].decode("ascii"), found[3]
    signed = path + b"?" + query[: -len(b"&signature=") - len(given)]
    # an unknown key costs as much work as a wrong signature, so that the time does not reveal which ids exist
    key = next((key for key in keys if key.id == name), None)
    expected = _digest(signed, key or Key(name, "unknown")).encode("ascii")
    if not hmac.compare_digest(expected, given) or key is None:
        message = "the signature is not that of this address"
        raise SignatureError(message)
    if int(found[1]) <= now:
        message = "the address has expired"
        raise SignatureError(message)
    return rest.removesuffix(b"&")


def _digest(message: bytes, key: Key) -> str:
    digest = hmac.digest(key.secret.encode("utf-8"), message, hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")
