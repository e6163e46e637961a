"""Whether a folder is on a disk of this machine, where looking up a file takes microseconds and waits for no network."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path, PurePosixPath

__all__ = ["is_local", "mounts"]

_TABLE = Path("/proc/self/mountinfo")
"""The table of mounts (proc(5)), which only Linux has."""
_LOCAL = {"bcachefs", "btrfs", "erofs", "ext2", "ext3", "ext4", "f2fs", "overlay", "squashfs", "tmpfs", "xfs", "zfs"}
"""File systems that ask no other machine and no other process, by the names of Linux."""
_ESCAPED = re.compile(r"\\([0-7]{3})")
"""How blanks and backslashes are written in the table."""


def mounts() -> str:
    """Return the system's table of mounts; empty where there is none."""
    with contextlib.suppress(OSError):
        return _TABLE.read_text("utf-8", "surrogateescape")
    return ""


def is_local(folder: Path, table: str) -> bool:
    """Tell whether a folder and all below it lie on disks of this machine; what is not known counts as far away.

    Parameters
    ----------
    folder : Path
        Its real place, all links followed.
    table : str
        What `mounts` returns.

    Examples
    --------
    >>> table = '''22 1 8:1 / / rw - ext4 /dev/sda1 rw
    ... 23 22 0:40 / /srv/far rw - nfs4 files:/far rw'''
    >>> is_local(Path("/srv/near"), table), is_local(Path("/srv/far/pictures"), table), is_local(Path("/srv"), table)
    (True, False, False)
    """
    around: list[tuple[PurePosixPath, str]] = []
    below: list[tuple[PurePosixPath, str]] = []
    for line in table.splitlines():
        where, _, what = line.partition(" - ")
        if len(where.split(" ")) > 4 and what:  # noqa: PLR2004 - the place is the fifth field
            place = _ESCAPED.sub(lambda found: chr(int(found[1], 8)), where.split(" ")[4])
            (around if folder.is_relative_to(place) else below).append((PurePosixPath(place), what.split(" ")[0]))
    if not around or any(place.is_relative_to(folder) for place, _ in below):
        return False
    # The last one hides others.
    nearest = max(range(len(around)), key=lambda index: (len(around[index][0].parts), index))
    return around[nearest][1] in _LOCAL
