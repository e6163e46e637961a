"""The pictures of a batch: those of folders, globs, list files, single files and addresses."""

from __future__ import annotations

import fnmatch
import os
import posixpath
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from focalbox.errors import InvalidRequest
from focalbox.storage.base import FileInfo, below, is_remote, local_path, reason_of
from focalbox.storage.open import storage_of

__all__ = ["ENDINGS", "list_pictures", "root_of"]

ENDINGS = frozenset(
    ".jpg .jpeg .jpe .jfif .png .webp .avif .gif .tif .tiff .bmp .heic .heif".split()  # noqa: SIM905 - reads as a list
)
"""The endings of pictures' names; other files of a folder are ignored. A file that a list or the caller names is taken
whatever its name."""

_LISTS = {".txt", ".lst", ".list"}
"""The endings of list files, which hold one address a line; ``#`` begins a remark."""

_WILD = re.compile(r"[*?[]")
_STANDARD_INPUT = "-"


def root_of(source: str) -> str:
    """Return the folder or prefix that a source covers, or the file itself.

    Examples
    --------
    >>> root_of("cats/*/tom-?.jpg")
    'cats'
    """
    wild = _WILD.search(source)
    if not wild or _is_list(source):
        return source
    head = source[: wild.start()]
    return head.rpartition("/")[0] or ("/" if head.startswith("/") else ".")


def list_pictures(sources: Iterable[str], unlisted: Callable[[str], None] | None = None) -> Iterator[FileInfo]:
    """List the pictures of all sources.

    Parameters
    ----------
    sources : iterable of str
        Folders, globs (``*`` within a name, ``**`` over folders), list files (``.txt``, ``.lst``, ``.list``, ``@file``, or
        ``-`` for standard input), single files, and any of these as an address.
    unlisted : callable, optional
        Is told, in a sentence, of a folder that cannot be listed and may hold pictures; the others are listed.

    Yields
    ------
    FileInfo
        With the name below its source. A listed picture that is not there, and a dead link or a pipe with a picture's
        name, come with a length of -1: they become rows of the manifest like every picture that fails.

    Raises
    ------
    InvalidRequest
        When a source is not there or cannot be listed; without ``unlisted`` also when a folder below it cannot.
    """
    for source in sources:
        if _is_list(source):
            yield from _from_list(source)
        elif _WILD.search(source) and not (not is_remote(source) and Path(source).exists()):
            yield from _from_glob(source, unlisted)
        else:
            yield from _from_place(source, unlisted)


def _is_list(source: str) -> bool:
    if source == _STANDARD_INPUT or source.startswith("@"):
        return True
    return PurePosixPath(source).suffix.lower() in _LISTS and (is_remote(source) or not Path(source).is_dir())


def _is_picture(name: str) -> bool:
    return posixpath.splitext(name)[1].lower() in ENDINGS


def _from_place(source: str, unlisted: Callable[[str], None] | None) -> Iterator[FileInfo]:
    place, itself = storage_of(source), PurePosixPath(source).name
    count = 0
    for found in place.list(source, None if unlisted is None else lambda _, sentence: unlisted(sentence)):
        count += 1
        if found.name == itself or _is_picture(found.name):
            yield found
    if count == 0 and not (not is_remote(source) and Path(source).is_dir()):
        message = f"there is no folder, picture or prefix {source}"
        raise InvalidRequest(message)


def _from_glob(source: str, unlisted: Callable[[str], None] | None) -> Iterator[FileInfo]:
    root = root_of(source)
    pattern = source[len(root) :].lstrip("/") if source.startswith(root) else source
    parts = pattern.split("/")
    explicit = not _WILD.search(PurePosixPath(pattern).suffix) and PurePosixPath(pattern).suffix

    def tell(name: str, sentence: str) -> None:
        if not _may_hold(parts, name.split("/")):
            return
        if unlisted is None:
            raise InvalidRequest(sentence)
        unlisted(sentence)

    for found in storage_of(root).list(root, tell):
        if _matches(parts, found.name.split("/")) and (explicit or _is_picture(found.name)):
            yield found


def _matches(pattern: Sequence[str], parts: Sequence[str]) -> bool:
    """Tell whether the parts of a path match those of a glob; ``**`` matches any number of folders, also none."""
    if not pattern or not parts:
        return not pattern and not parts
    if pattern[0] == "**":
        return len(pattern) == 1 or any(_matches(pattern[1:], parts[skipped:]) for skipped in range(len(parts)))
    return fnmatch.fnmatchcase(parts[0], pattern[0]) and _matches(pattern[1:], parts[1:])


def _may_hold(pattern: Sequence[str], folder: Sequence[str]) -> bool:
    """Tell whether a glob may match something in a folder.

    Examples
    --------
    >>> _may_hold(["cats", "*.jpg"], ["cats"]), _may_hold(["cats", "*.jpg"], ["dogs"]), _may_hold(["**", "*"], ["dogs"])
    (True, False, True)
    """
    if not folder:
        return bool(pattern)
    if not pattern:
        return False
    return pattern[0] == "**" or (fnmatch.fnmatchcase(folder[0], pattern[0]) and _may_hold(pattern[1:], folder[1:]))


def _from_list(source: str) -> Iterator[FileInfo]:
    path = source.removeprefix("@")
    for number, line in enumerate(_lines(path), start=1):
        address = local_path(line.strip())
        if not address or address.startswith("#"):
            continue
        remote = is_remote(address)
        name = address.split("://", 1)[-1] if remote else address.replace("\\", "/")
        if ".." in PurePosixPath(name).parts:
            message = f"line {number} of {path}: a listed picture is named without .., not {address}"
            raise InvalidRequest(message)
        if not remote and not Path(address).is_absolute() and path != _STANDARD_INPUT:
            address = below(path.rpartition("/")[0], address) if "/" in path else address
        found = storage_of(address).find(address) or FileInfo(address, name, -1, "")
        yield replace(found, address=address, name=str(PurePosixPath(name.lstrip("/"))))


def _lines(path: str) -> Iterator[str]:
    if path == _STANDARD_INPUT:
        if sys.stdin is None:
            message = "standard input is closed, and no list can be read from it"
            raise InvalidRequest(message)
        for line in sys.stdin.buffer:  # names of files need not be in the encoding of the terminal
            yield os.fsdecode(line)
    elif is_remote(path):
        content, _ = storage_of(path).read(path, 2**30)
        yield from content.decode("utf-8-sig", errors="surrogateescape").splitlines()
    else:
        try:
            with open(path, encoding="utf-8-sig", errors="surrogateescape") as lines:  # noqa: PTH123 - an address is text
                yield from lines
        except OSError as error:
            message = f"the list {path} cannot be read: {reason_of(error)}"
            raise InvalidRequest(message) from error
