"""The environment in which every library of the croppers uses one thread."""

from __future__ import annotations

__all__ = ["ONE_THREAD"]

ONE_THREAD = {"VIPS_CONCURRENCY": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
