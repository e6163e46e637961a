"""focalbox as a process that notes its own memory: what is resident, and how much of that the allocator holds free.

From outside the two cannot be told apart: memory that the allocator keeps for the next picture looks as if it were lost.
"""

from __future__ import annotations

import ctypes
import re
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from focalbox.__main__ import main

__all__ = ["Note", "note", "read_notes"]

_EVERY = 0.2
"""Seconds between two notes: a large picture is in memory for about half a second."""


@dataclass(frozen=True, slots=True)
class Note:
    """The memory of a process at one time.

    Parameters
    ----------
    at : float
        Seconds since it began to note.
    resident, free : float
        MB that are in memory, and MB of them that the allocator holds but nothing uses.
    """

    at: float
    resident: float
    free: float

    @property
    def used(self) -> float:
        """MB that something uses."""
        return self.resident - self.free


class _Mallinfo(ctypes.Structure):
    """``struct mallinfo2`` of mallinfo(3), summed over all arenas."""

    _fields_ = (("before", ctypes.c_size_t * 8), ("fordblks", ctypes.c_size_t), ("keepcost", ctypes.c_size_t))


def note(start: float) -> Note:
    """Return the memory of this process now; where the allocator is not glibc's, nothing counts as free."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text())
    mallinfo = getattr(ctypes.CDLL(None), "mallinfo2", None)
    free = 0
    if mallinfo is not None:
        mallinfo.restype = _Mallinfo
        free = mallinfo().fordblks
    return Note(time.monotonic() - start, int(found[1]) / 1000 if found else 0.0, free / 1e6)


def read_notes(path: Path) -> list[Note]:
    """Return what a process has noted in a file, without a last line that it was still writing."""
    lines = path.read_text().split("\n")[:-1]
    return [Note(*map(float, line.split())) for line in lines]


def _keep_noting(path: Path) -> None:
    start = time.monotonic()
    with path.open("w", buffering=1) as file:
        while True:
            now = note(start)
            file.write(f"{now.at:.2f} {now.resident:.1f} {now.free:.1f}\n")
            time.sleep(_EVERY)


if __name__ == "__main__":
    threading.Thread(target=_keep_noting, args=(Path(sys.argv.pop(1)),), daemon=True).start()
    main()
