"""One crop in a process of its own, which then prints the peak of its memory: CROPPER FILE WIDTHxHEIGHT."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.speed.candidates import candidate


def main() -> None:
    """Make one crop and print the peak of this process's resident memory, in KiB."""
    name, file, size = sys.argv[1:]
    width, height = map(int, size.split("x"))
    candidate(name)(Path(file).read_bytes(), (width, height))
    status = Path("/proc/self/status").read_text(encoding="ascii")  # getrusage would count the parent's memory
    print(status.partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    main()
