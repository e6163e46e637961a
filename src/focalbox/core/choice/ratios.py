"""Ratios that sizes in whole pixels stand for: 250x141 is 16:9."""

from __future__ import annotations

import math
from functools import lru_cache

from focalbox.core.target import Size, Target

__all__ = ["COMMON", "meant_aspect"]

COMMON = (
    (1, 1),
    (5, 4),
    (4, 3),
    (7, 5),
    (3, 2),
    (16, 10),
    (5, 3),
    (16, 9),
    (1.91, 1),
    (2, 1),
    (21, 9),
    (5, 2),
    (3, 1),
    (4, 1),
)
"""Ratios that pictures are asked for in, the longer side first: those of photographs, films, screens and banners, and
1.91:1, in which social networks preview links."""

_SAME = 1e-9
"""Difference of two aspect ratios, as a share, that is the rounding of the division alone."""

_FURTHEST = 0.04
"""Largest difference of a size's own aspect ratio from the one that it stands for, as a share: the rounding of sides from
25 pixels on. A window of 10x2 would be a fifth smaller at 4:1, and could not hold what a window of 5:1 holds."""

_TARGETS_KEPT = 256
"""Answers remembered: most crops are made for the same few sizes."""


@lru_cache(_TARGETS_KEPT)
def meant_aspect(target: Target) -> float:
    """Return the aspect ratio that a target stands for: of a size that is a common ratio in whole pixels, that ratio.

    Examples
    --------
    >>> meant_aspect(Size(250, 141)) == meant_aspect(Size(1080, 608)) == 16 / 9
    True
    >>> meant_aspect(Size(700, 400))
    1.75
    >>> meant_aspect(Size(10, 2))
    5.0
    """
    if not isinstance(target, Size):
        return target.aspect
    candidates = (aspect for across, down in COMMON for aspect in (across / down, down / across))
    found = [
        aspect
        for aspect in candidates
        if abs(target.height * aspect - target.width) < 1 or abs(target.width / aspect - target.height) < 1
    ]
    nearest = min(found, key=lambda aspect: abs(math.log(aspect / target.aspect)), default=target.aspect)
    difference = abs(nearest / target.aspect - 1)
    return nearest if _SAME <= difference <= _FURTHEST else target.aspect
