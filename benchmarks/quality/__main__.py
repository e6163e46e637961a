"""Runs the benchmark of this folder."""

from __future__ import annotations

import sys

from benchmarks.quality.run import main

if __name__ == "__main__":
    sys.exit(main())
