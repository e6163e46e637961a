"""Readers of settings from text: each returns the value, or raises an error that describes the expected value."""

from __future__ import annotations

import ipaddress
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from focalbox.amounts import read_bytes
from focalbox.errors import InvalidRequest
from focalbox.options.sizes import FREE, parse_target
from focalbox.service.dialects.signing import Key, parse_key
from focalbox.storage.http_source import PORTS

__all__ = [
    "BUCKET",
    "CACHE",
    "amount",
    "each",
    "filled",
    "folder",
    "hexadecimal",
    "imgproxy_presets",
    "is_host",
    "is_origin",
    "is_proxy",
    "keys",
    "matching",
    "one_of",
    "open_folder",
    "permissions",
    "presets",
    "secret",
    "sizes",
    "socket_path",
    "truth",
    "whole_number",
]

_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)
_HOST = re.compile(r"(?:(?:\*\.)?[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?")
BUCKET = re.compile(r"(?:(?:s3|gs|az)://)?[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ORIGIN = re.compile(r"\*|(https?)://[a-z0-9.-]+(?::([0-9]{1,5}))?")
_MAX_PORT = 65_535
_OWN = "orig"
_OPEN = re.compile(rf"(?!.\Z)([0-9]{{0,9}}|{_OWN})[x\u00d7]([0-9]{{0,9}}|{_OWN})", re.ASCII)
"""A size whose sides may be left open, or be the picture's own."""
_PERMISSIONS = re.compile(r"0?[0-7]{3}", re.ASCII)
_MAX_SOCKET_PATH = 107 if sys.platform.startswith("linux") else 103
"""Bytes of ``sun_path`` without its end: unix(7) of Linux, unix(4) of the BSDs and macOS."""
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
CACHE = re.compile(r"memory|none|rediss?://(?=.)[^/?#]*(?:/[0-9]*)?(?:\?.*)?|unix://.+")
"""A path is the number of a database; redis-py takes the first where it is anything else."""
_TRUTHS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def words(text: str) -> tuple[str, ...]:
    """Return the words between commas."""
    return tuple(word for word in text.split(",") if word)


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Return a reader of whole numbers in a range."""

    def read(text: str) -> int:
        value = int(text) if _NUMBER.fullmatch(text) else -1
        if not least <= value <= most:
            message = f"a whole number from {least} to {most}, not {text!r}"
            raise InvalidRequest(message)
        return value

    return read


def amount(least: int, most: int) -> Callable[[str], int]:
    """Return a reader of amounts of bytes in a range, such as ``2G``, ``512M`` and ``64k``."""

    def read(text: str) -> int:
        try:
            return read_bytes(text, least, most)
        except ValueError as error:
            message = f"{error}, not {text!r}"
            raise InvalidRequest(message) from error

    return read


def truth(text: str) -> bool:
    """Read true or false."""
    if text.lower() not in _TRUTHS:
        message = f"true or false, not {text!r}"
        raise InvalidRequest(message)
    return _TRUTHS[text.lower()]


def folder(text: str) -> Path:
    """Read a folder that exists and may be read."""
    if not os.path.isdir(text):  # noqa: PTH112 - pathlib raises where the folder above may not be entered
        message = f"a folder that exists, not {text!r}"
        raise InvalidRequest(message)
    if not os.access(text, os.R_OK | os.X_OK):
        message = f"a folder that this user may read, not {text!r}"
        raise InvalidRequest(message)
    return Path(text)


def open_folder(text: str) -> Path:
    """Read a folder that exists and may be written to."""
    found = folder(text)
    if not os.access(text, os.W_OK):
        message = f"a folder that this user may write to, not {text!r}"
        raise InvalidRequest(message)
    return found


def each(fits: Callable[[str], object], what: str) -> Callable[[str], tuple[str, ...]]:
    """Return a reader of words that all fit, such as those that match a pattern."""

    def read(text: str) -> tuple[str, ...]:
        found = words(text.lower())
        wrong = [word for word in found if not fits(word)]
        if wrong:
            message = f"{what}, with commas between them, not {wrong[0]!r}"
            raise InvalidRequest(message)
        return found

    return read


def is_host(word: str) -> bool:
    """Tell whether a word is a host that pictures can be fetched from, all below it, or one port of it."""
    found = _HOST.fullmatch(word)
    named = found is not None and 0 < int(found[1] or _MAX_PORT) <= _MAX_PORT
    return named and (not word.startswith("[") or _reads(ipaddress.IPv6Address, word[1:].partition("]")[0]))


def is_origin(word: str) -> bool:
    """Tell whether a word is an origin as browsers write it, without the port that follows from the scheme, or a star."""
    found = _ORIGIN.fullmatch(word)
    port = int(found[2]) if found is not None and found[2] else None
    return found is not None and (port is None or (0 < port <= _MAX_PORT and port != PORTS[found[1]]))


def is_proxy(word: str) -> bool:
    """Tell whether a word is an address, a network whose address has no bits behind its mask, or ``unix``."""
    return word == "unix" or _reads(ipaddress.ip_network, word)


def _reads(read: Callable[[str], object], word: str) -> bool:
    with suppress(ValueError):
        read(word)
        return True
    return False


def socket_path(text: str) -> Path:
    """Read the path of a unix socket, which the system bounds."""
    count = len(os.fsencode(text))
    if not 0 < count <= _MAX_SOCKET_PATH or "\0" in text:
        message = f"a path of 1 to {_MAX_SOCKET_PATH} bytes, not one of {count}"
        raise InvalidRequest(message)
    return Path(text)


def permissions(text: str) -> str:
    """Read the permissions of a file, three octal digits."""
    if not _PERMISSIONS.fullmatch(text):
        message = f"three octal digits such as 660, not {text!r}"
        raise InvalidRequest(message)
    return text[-3:]


def sizes(text: str) -> tuple[str, ...]:
    """Read sizes, written as addresses write them; ``500x0`` leaves a side open, ``origx100`` has one of the picture's own.

    Examples
    --------
    >>> sizes("500x200,500X0,x300,free")
    ('500x200', '500x0', '0x300', 'free')
    """
    return tuple(_size(word.strip()) for word in words(text))


def _size(word: str) -> str:
    """Return a size as `ImageRequest.named_sizes` calls it."""
    found = _OPEN.fullmatch(word.lower())
    if found is None:
        return str(parse_target(word) or FREE)
    sides = [side if side == _OWN else int(side or "0") for side in found.groups()]
    if 0 not in sides and _OWN not in sides:
        return str(parse_target(word))
    if sides == [0, 0]:
        message = f"a size leaves one side open, as 500x0 does, not {word!r}; origxorig is that of the picture itself"
        raise InvalidRequest(message)
    parse_target((max(side for side in (1, *sides) if isinstance(side, int)), 1))  # raises when that is too much
    return "x".join(map(str, sides))


def keys(text: str) -> tuple[Key, ...]:
    """Read signing keys with an id each."""
    found = tuple(map(parse_key, words(text)))
    if len({key.id for key in found}) < len(found):
        message = "keys with an id each"
        raise InvalidRequest(message)
    return found


def matching(pattern: re.Pattern[str], what: str) -> Callable[[str], str]:
    """Return a reader of one word that matches a pattern."""

    def read(text: str) -> str:
        if not pattern.fullmatch(text):
            raise InvalidRequest(what)  # never the value: it may hold a password
        return text

    return read


def one_of(*choices: str) -> Callable[[str], str]:
    """Return a reader of one of some words, in small letters or capitals."""

    def read(text: str) -> str:
        if text.lower() not in choices:
            message = f"{' or '.join(choices)}, not {text!r}"
            raise InvalidRequest(message)
        return text.lower()

    return read


def hexadecimal(text: str) -> tuple[bytes, ...]:
    """Read bytes that are written in hexadecimal, several with commas between them."""
    try:
        found = tuple(map(bytes.fromhex, text.split(",")))
    except ValueError:
        found = (b"",)
    if not all(found):
        message = "bytes in hexadecimal, with commas between several"  # never the value
        raise InvalidRequest(message)
    return found


def presets(text: str) -> tuple[tuple[str, str], ...]:
    """Read named sizes and options, ``NAME=SIZE?OPTIONS`` with semicolons between them."""
    from focalbox.service.dialects.native import parse  # noqa: PLC0415 - loads what neither help nor signing needs

    found: dict[str, str] = {}
    for entry in filter(None, text.split(";")):
        name, equals, written = entry.strip().partition("=")
        size = written.partition("?")[0]
        if not equals or not _NAME.fullmatch(name) or name in found or not size or "/" in written:
            message = f"presets such as card=500x200?fit=tight;hero=16:9, not {entry[:60]!r}"
            raise InvalidRequest(message)
        try:
            parse(f"/v1/crop/{size}/picture".encode(), written.partition("?")[2].encode())
        except InvalidRequest as error:
            message = f"a preset is a size with options, and {name} is not: {error}"
            raise InvalidRequest(message) from error
        found[name] = written
    return tuple(found.items())


def imgproxy_presets(text: str) -> tuple[tuple[str, str], ...]:
    """Read named options as imgproxy's own setting has them, ``NAME=OPTION/OPTION`` with commas between them."""
    from focalbox.service.dialects.imgproxy.presets import read_presets  # noqa: PLC0415 - as above
    from focalbox.service.dialects.imgproxy.processing import Processing  # noqa: PLC0415 - as above

    found: dict[str, str] = {}
    for entry in words(text):
        name, equals, written = entry.strip().partition("=")
        if not equals or not _NAME.fullmatch(name) or name in found or not written:
            message = f"presets such as card=rs:fill:500:200/g:sm,hero=w:1600, not {entry[:60]!r}"
            raise InvalidRequest(message)
        found[name] = written
    for name in found:
        try:
            read_presets(Processing(), found, [name])
        except InvalidRequest as error:
            message = f"a preset is a list of options, and {name} is not: {error}"
            raise InvalidRequest(message) from error
    return tuple(found.items())


def filled(what: str) -> Callable[[str], str]:
    """Return a reader of any text that is not empty."""

    def read(text: str) -> str:
        if not text:
            message = f"{what}, not empty"
            raise InvalidRequest(message)
        return text

    return read


secret = filled("a secret of at least one character")
