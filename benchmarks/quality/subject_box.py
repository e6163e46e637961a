"""``python -m benchmarks.quality.subject_box``: the subject box beside masks, and subjects that windows cut, as Markdown."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.croppers import centre
from benchmarks.intervals import interval, share_of
from benchmarks.labels import LabelledPicture, read_set
from benchmarks.peers import PEERS, peer_windows
from benchmarks.tables import replace_between, table, with_interval
from focalbox.core.geometry import Box
from focalbox.core.target import Ratio
from focalbox.cropper import Cropper

__all__ = ["box_of_mask", "subject_cut", "top_cut"]

_EVERY = 3
"""Of the dev rows every third is taken: the other croppers need seconds a picture."""

_INSIDE = 0.5
"""Level of a mask from which a pixel is of the object."""

_BANNER = Ratio(5, 2)
"""The flattest ratio of the gain measure: many a subject is taller than its window."""

_RATIOS = (Ratio(2, 5), Ratio(9, 16), Ratio(4, 5), Ratio(1, 1), Ratio(16, 9), _BANNER)
_OFF = 0.02
"""Share of the picture's sides by which a window may cut the box of a mask: masks are drawn loosely."""

_SLACK = 0.01
"""Share of the picture's height by which a window may begin below the top of a mask: masks are drawn loosely."""


def main() -> None:
    """Measure, print, and write the table into docs/quality.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.subject_box", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the labelled pictures")
    parser.add_argument("--peers", type=Path, default=Path(".cache/peers"), help="answers of other croppers")
    parser.add_argument("--write", type=Path, default=Path("docs/quality.md"), help="page to write the table into")
    wanted = parser.parse_args()
    pictures = read_set(wanted.data, "duts")[::_EVERY]
    boxes = [box_of_mask(one) for one in pictures]
    cropper = Cropper()
    analyses = [cropper.analyze(one.content) for one in pictures]
    found = {
        "subject box": [one.subject_box for one in analyses],
        "salient box": [one.salient_box for one in analyses],
        "free-form crop": [one.plan(None).relative for one in analyses],
    }
    rows = [
        [name, with_interval(interval([one.jaccard(box) for one, box in zip(chosen, boxes, strict=True)])), "-", "-"]
        for name, chosen in found.items()
    ]
    windows = {"centre": [list(centre(one).windows) for one in pictures]}
    for peer in PEERS:
        windows[peer.name] = [list(peer_windows(peer, one, _RATIOS, wanted.peers).boxes) for one in pictures]
    windows["**focalbox**"] = [[one.plan(ratio).relative for ratio in _RATIOS] for one in analyses]
    rows += [
        [name, "-", with_interval(share_of(_tops(boxes, chosen))), with_interval(share_of(_cuts(boxes, chosen)))]
        for name, chosen in windows.items()
    ]
    high = sum(cases for _, cases in _tops(boxes, windows["centre"]))
    fitting = sum(cases for _, cases in _cuts(boxes, windows["centre"]))
    text = (
        f"{len(pictures)} pictures with masks, {high:.0f} of them with a subject taller than a 5:2 window; {fitting:.0f} "
        "pictures and ratios with a subject that a window can hold.\n\n"
        + table(["box or cropper", "IoU with the mask's box", "tops cut", "subject cut"], rows)
    )
    print(text)
    replace_between(wanted.write, "subject box", text)


def box_of_mask(picture: LabelledPicture) -> Box:
    """Return the smallest box around the object of a picture with a mask, fractions."""
    assert picture.label is not None  # noqa: S101 - a set of masks
    inside = picture.label > _INSIDE
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    height, width = inside.shape
    return Box.between(columns[0] / width, rows[0] / height, (columns[-1] + 1) / width, (rows[-1] + 1) / height)


def top_cut(box: Box, window: Box) -> bool:
    """Tell whether a window begins below the top of a subject's box."""
    return window.top > box.top + _SLACK


def subject_cut(box: Box, window: Box) -> bool:
    """Tell whether a window leaves out more of a subject's box than masks are drawn wrong by."""
    around = Box.between(window.left - _OFF, window.top - _OFF, window.right + _OFF, window.bottom + _OFF)
    return not around.contains(box)


def _tops(boxes: Sequence[Box], windows: Sequence[Sequence[Box]]) -> list[tuple[float, float]]:
    """Return, for subjects taller than their 5:2 windows, 1 where the top is cut off."""
    flat = [by_ratio[_RATIOS.index(_BANNER)] for by_ratio in windows]
    return [(float(top_cut(box, one)), 1.0) for box, one in zip(boxes, flat, strict=True) if box.height > one.height]


def _cuts(boxes: Sequence[Box], windows: Sequence[Sequence[Box]]) -> list[tuple[float, float]]:
    """Return, for each picture, how many of the windows that could hold its subject cut it, and how many could."""
    found = []
    for box, by_ratio in zip(boxes, windows, strict=True):
        could = [one for one in by_ratio if box.width <= one.width and box.height <= one.height]
        found.append((float(sum(subject_cut(box, one) for one in could)), float(len(could))))
    return found


if __name__ == "__main__":
    main()
