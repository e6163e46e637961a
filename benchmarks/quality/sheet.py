"""A contact sheet of the worst cases: picture, map, chosen window (red) against the best one (green)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.croppers import RATIOS
from benchmarks.quality.measures.scores import Score
from focalbox.core.geometry import Box, largest_window
from focalbox.metrics.window_metrics import choose_position

if TYPE_CHECKING:
    from benchmarks.truth import MarkedPicture

__all__ = ["draw_cut_heads", "draw_sheet", "worst"]

_PANEL = 220
"""Longest side of a panel, pixels."""

_CAPTION = 14
_COLUMNS = 3


def worst(scores: Sequence[Score], count: int) -> list[tuple[Score, int]]:
    """Return the pictures that lost most against the best window, with the ratio (its index) where they did."""
    found = [
        (max(range(len(one.cases)), key=lambda index, one=one: _loss(one, index)), one)  # type: ignore[misc]
        for one in scores
        if one.cases
    ]
    ordered = sorted(found, key=lambda pair: -_loss(pair[1], pair[0]))
    return [(one, index) for index, one in ordered[:count]]


def draw_sheet(cases: Sequence[tuple[Score, int]], path: Path) -> None:
    """Draw the cases in a grid and write them as WebP (not for the repository: the pictures are not free)."""
    rows = -(-len(cases) // _COLUMNS)
    cell = 2 * _PANEL + 8, _PANEL + _CAPTION + 4
    sheet = Image.new("RGB", (cell[0] * _COLUMNS, cell[1] * rows), "white")
    for place, (one, index) in enumerate(cases):
        sheet.paste(_panels(one, index), ((place % _COLUMNS) * cell[0], (place // _COLUMNS) * cell[1]))
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, "WEBP", quality=85)


def draw_cut_heads(chosen: Sequence[tuple[MarkedPicture, Sequence[Box]]], count: int, path: Path) -> None:
    """Draw windows (red) that cut heads (yellow) that they could hold, those first that show least of one."""
    found = []
    for one, windows in chosen:
        for window, ratio in zip(windows, RATIOS, strict=True):
            fitting = [head for head in one.heads if head.width <= window.width and head.height <= window.height]
            shown = min((head.intersection(window).area / head.area for head in fitting if head.area > 0), default=1.0)
            found.append((shown, one, window, str(ratio)))
    found.sort(key=lambda case: case[0])
    cell = _PANEL + 8, _PANEL + _CAPTION + 4
    columns = 2 * _COLUMNS
    some = [case for case in found if case[0] < 1.0][:count]
    sheet = Image.new("RGB", (cell[0] * columns, cell[1] * max(1, -(-len(some) // columns))), "white")
    for place, (shown, one, window, name) in enumerate(some):
        picture = one.picture.open()
        picture.thumbnail((_PANEL, _PANEL))
        draw = ImageDraw.Draw(picture)
        for box, colour in (*((head, "yellow") for head in one.heads), (window, "red")):
            _outline(draw, box, picture.size, colour)
        left, top = (place % columns) * cell[0], (place // columns) * cell[1]
        ImageDraw.Draw(sheet).text((left, top), f"{one.picture.name[:20]} {name}: {shown:.0%} of a head", fill="black")
        sheet.paste(picture, (left, top + _CAPTION))
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, "WEBP", quality=85)


def _outline(draw: ImageDraw.ImageDraw, box: Box, size: tuple[int, int], colour: str) -> None:
    width, height = size
    corners = box.left * width, box.top * height, box.right * width - 1, box.bottom * height - 1
    draw.rectangle(corners, outline=colour, width=2)


def _loss(one: Score, index: int) -> float:
    return one.cases[index].best - one.cases[index].chosen


def _panels(one: Score, index: int) -> Image.Image:
    picture = one.picture.open()
    picture.thumbnail((_PANEL, _PANEL))
    panels = Image.new("RGB", (2 * _PANEL, _PANEL + _CAPTION), "white")
    draw = ImageDraw.Draw(panels)
    case, ratio = one.cases[index], RATIOS[index]
    caption = f"{one.picture.origin} {one.picture.name[:28]}  {ratio}  kept {case.chosen:.2f}, middle {case.centre:.2f}"
    draw.text((2, 1), f"{caption}, best {case.best:.2f}", fill="black")
    panels.paste(picture, (0, _CAPTION))
    if one.choice.saliency is not None:
        heat = Image.fromarray((one.choice.saliency.values * 255).astype(np.uint8)).resize(picture.size)
        panels.paste(heat, (_PANEL, _CAPTION))
    for box, colour in ((_best(one, index), "lime"), (one.choice.windows[index], "red")):
        left, top = box.left * picture.width, _CAPTION + box.top * picture.height
        right, bottom = box.right * picture.width - 1, _CAPTION + box.bottom * picture.height - 1
        draw.rectangle((left, top, right, bottom), outline=colour, width=2)
    return panels


def _best(one: Score, index: int) -> Box:
    assert one.picture.label is not None  # noqa: S101 - only pictures with cases come here
    width, height = largest_window(one.picture.size, RATIOS[index].aspect)
    position = choose_position(one.picture.label, one.picture.size.aspect, RATIOS[index].aspect)
    return Box((1 - width) * position, (1 - height) * position, width, height)
