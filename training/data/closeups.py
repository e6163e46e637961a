"""Close-ups of the heads marked in `crowd`: the large faces that no set of pictures with marked faces has."""

from __future__ import annotations

from typing import Any

import numpy as np

A_PICTURE = 4
"""Close-ups made of each picture (count)."""

SHARES = 0.12, 0.5
"""Width of the head as a share of the close-up's sides, smallest and largest."""

MIN_SIDE = 96
"""Least side of a close-up (pixels): smaller ones are too blurred to learn from."""

SEED = 7


def close_ups(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Make rows of windows around marked heads.

    Parameters
    ----------
    rows : rows with ``width``, ``height`` and ``faces`` (left, top, right, bottom; pixels).

    Returns
    -------
    list of rows
        As given, with a ``window`` (left, top, right, bottom; pixels of the picture) to be cut out, and size and faces as
        they are inside it. Fixations are dropped: nobody looked at the close-up.

    Examples
    --------
    >>> row = {"width": 400, "height": 300, "faces": [[180, 100, 220, 150]], "fixations": [[1, 1]]}
    >>> made = close_ups([row])
    >>> len(made), "fixations" in made[0]
    (4, False)
    """
    random = np.random.default_rng(SEED)
    return [_close_up(row, random) for row in rows if row["faces"] for _ in range(A_PICTURE)]


def _close_up(row: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
    faces = np.asarray(row["faces"], dtype=np.float64)
    widths = faces[:, 2] - faces[:, 0]
    chances = np.maximum(widths, 1.0) ** 2  # large heads are sharp when seen from near
    left, top, right, bottom = faces[random.choice(len(faces), p=chances / chances.sum())]
    most = min(row["width"], row["height"])
    side = min(max((right - left) / random.uniform(*SHARES), MIN_SIDE), most)
    # The head is anywhere in the window, whole if it fits.
    x = (left + right) / 2 - side * random.uniform(0.25, 0.75)
    y = (top + bottom) / 2 - side * random.uniform(0.2, 0.7)
    x, y = min(max(x, 0.0), row["width"] - side), min(max(y, 0.0), row["height"] - side)
    moved = faces - (x, y, x, y)
    centres = (moved[:, :2] + moved[:, 2:]) / 2
    inside = ((centres > 0) & (centres < side)).all(axis=1)
    kept = {name: value for name, value in row.items() if name != "fixations"}
    return kept | {
        "width": side,
        "height": side,
        "window": [x, y, x + side, y + side],
        "faces": moved[inside].tolist(),
    }
