"""The speed benchmark: focalbox beside Pillow, libvips and smartcrop, in one run; writes docs/benchmarks.md."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from benchmarks.threads import ONE_THREAD

_REPORT = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def main() -> None:
    """Measure everything, print and write the report; exit 1 when a goal is missed and ``--strict`` was given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds, 500x200 only, no 24 MP, no report")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a goal is missed")
    parser.add_argument(
        "--only", choices=("films", "profile"), help="measure this part alone, and write it into the report"
    )
    parser.add_argument("--out", type=Path, default=_REPORT, help="where the report is written")
    wanted = parser.parse_args()
    # The libraries read these variables when they are loaded, so the process starts itself again with them.
    if any(os.environ.get(name) != value for name, value in ONE_THREAD.items()):
        command = [sys.executable, "-m", "benchmarks.speed", *sys.argv[1:]]
        os.execve(sys.executable, command, os.environ | ONE_THREAD)  # noqa: S606 - itself, with no shell
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    from benchmarks.speed.run import measure, renew

    if wanted.only:
        renew(wanted.only, wanted.out)
    else:
        sys.exit(measure(quick=wanted.quick, strict=wanted.strict, out=wanted.out))


if __name__ == "__main__":
    main()
