"""How many cases a law is tried on: a few in ``make check``, all in ``make test``."""

from __future__ import annotations

import hypothesis

__all__ = ["QUICK_CASES", "cases"]

QUICK_CASES = 10
"""Cases that a law is tried on in ``make check``; ``make test`` tries as many as a law says, or 100."""


def cases(most: int) -> int:
    """Return how many cases to try of a law that is worth ``most``, for its ``@settings(max_examples=...)``."""
    return min(most, QUICK_CASES) if hypothesis.settings().max_examples <= QUICK_CASES else most
