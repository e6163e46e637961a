"""Runs the benchmark of this folder."""

from __future__ import annotations

from benchmarks.batch.run import main

if __name__ == "__main__":
    main()
