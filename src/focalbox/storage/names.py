"""Names on a disk as text: addresses and names that can be written as UTF-8, which those of files need not be."""

from __future__ import annotations

import os
import urllib.parse

from focalbox.storage.base import FILE, FileInfo, local_path

__all__ = ["as_address", "as_name", "as_text"]


def as_address(place: str) -> str:
    r"""Return an address that can be written as UTF-8, which names on a disk need not be: `local_path` reads it.

    This is the one form of such names in all that is written for programs: JSON, manifests and reports.

    Examples
    --------
    >>> as_address("café.jpg"), as_address("/photos/caf\udce9.jpg")
    ('café.jpg', 'file:///photos/caf%E9.jpg')
    """
    if _is_utf8(place):
        return place
    return FILE + urllib.parse.quote_from_bytes(os.fsencode(os.path.abspath(local_path(place))))  # noqa: PTH100 - text


def as_name(name: str) -> str:
    r"""Return a name with ``%E9`` for each byte that is not UTF-8: results are called so, which every system can store.

    Examples
    --------
    >>> as_name("caf\udce9.jpg")
    'caf%E9.jpg'
    """
    return "".join(c if _is_utf8(c) else urllib.parse.quote_from_bytes(os.fsencode(c)) for c in name)


def as_text(found: FileInfo) -> FileInfo:
    r"""Return a file with an address and a name that can be written as UTF-8, which names on a disk need not be.

    Examples
    --------
    >>> as_text(FileInfo("/photos/caf\udce9.jpg", "caf\udce9.jpg", 7, ""))
    FileInfo(address='file:///photos/caf%E9.jpg', name='caf%E9.jpg', bytes=7, stamp='')
    """
    if _is_utf8(found.address) and _is_utf8(found.name):
        return found
    return FileInfo(as_address(found.address), as_name(found.name), found.bytes, found.stamp)


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
