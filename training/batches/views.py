"""Draws which part of a picture is shown, and resamples pictures, labels and marks to it."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from training.batches.pool import KINDS

WHOLE_SHARE = 0.3
"""Share of the fixation pictures that are shown whole."""

CLOSE_SHARE, FAR_SHARE = 0.35, 0.3
"""Shares of the pictures, where faces and lines are learned, that are cut around one of them, and that are shrunk and set
on plain ground; the others are cut as for the maps."""

CLOSEST, FARTHEST = (2.0, 8.0), 3.3
"""Side of a close-up in sides of what it is cut around, from and to; and how many times as wide as the picture the view of
a shrunk one is at most."""


def _uniform(count: int, random: torch.Generator, low: float, high: float) -> Tensor:
    return low + (high - low) * torch.rand(count, generator=random)


def draw_views(kind: Tensor, random: torch.Generator, *, uncut: bool) -> Tensor:
    """Draw the part of each picture to look at: (n, 4), centre x and y, half width (negative: mirrored), half height.

    Human crops are said about the whole picture, so those are never cut; fixations have a bias to the centre of the
    whole picture, so part of those stay whole. `uncut` leaves all pictures whole, as they are when the network is used.
    """
    count = len(kind)
    whole = (
        (kind == KINDS.index("keep"))
        | ((kind == KINDS.index("fixation")) & (_uniform(count, random, 0, 1) < WHOLE_SHARE))
        | torch.tensor(uncut)
    )
    smallest = torch.where(kind == KINDS.index("object"), 0.6, 0.65)
    width, height = (smallest + (1 - smallest) * _uniform(count, random, 0, 1) for _ in range(2))
    width, height = torch.where(whole, 1.0, width), torch.where(whole, 1.0, height)
    x = width / 2 + (1 - width) * _uniform(count, random, 0, 1)
    y = height / 2 + (1 - height) * _uniform(count, random, 0, 1)
    mirrored = torch.where(_uniform(count, random, -1, 1) < 0, -1.0, 1.0)
    return torch.stack([x, y, width / 2 * mirrored, height / 2], dim=1)


def draw_mark_views(faces: Tensor, lines: Tensor, random: torch.Generator) -> Tensor:
    """Draw views as `draw_views` does, many of them close around a face or a line, or far away."""
    count = len(faces)
    views = draw_views(torch.full((count,), KINDS.index("none")), random, uncut=False)
    drawn = _uniform(count, random, 0, 1)
    far = drawn > 1 - FAR_SHARE
    times = FARTHEST ** _uniform(count, random, 0, 1)
    stretch = 1.25 ** _uniform(count, random, -1, 1)
    side_x, side_y = times * stretch, times / stretch
    place_x, place_y = (
        (side_x - 1) * _uniform(count, random, -0.5, 0.5),
        (side_y - 1) * _uniform(count, random, -0.5, 0.5),
    )
    views[far] = torch.stack([0.5 + place_x, 0.5 + place_y, side_x / 2 * views[:, 2].sign(), side_y / 2], 1)[far]
    for row in torch.nonzero(drawn < CLOSE_SHARE)[:, 0].tolist():
        marks = torch.cat([one[row][one[row][:, 4] > 0] for one in (faces, lines)])
        if not len(marks):
            continue
        left, top, width, height, _ = marks[int(torch.randint(len(marks), (), generator=random))].tolist()
        low, high = CLOSEST
        times_side = low * (high / low) ** float(_uniform(1, random, 0, 1))
        side = min(1.0, times_side * max(width, height))
        across, down = side * float(stretch[row]), side / float(stretch[row])
        x = left + width / 2 + across * float(_uniform(1, random, -0.3, 0.3))
        y = top + height / 2 + down * float(_uniform(1, random, -0.3, 0.3))
        x, y = (min(max(at, half / 2), 1 - half / 2) if half < 1 else 0.5 for at, half in ((x, across), (y, down)))
        views[row] = torch.tensor([x, y, across / 2 * float(views[row, 2].sign()), down / 2])
    return views


def look(maps: Tensor, views: Tensor, shape: tuple[int, int]) -> Tensor:
    """Resample maps (n, c, h, w) inside the views to (n, c, *shape)."""
    down, across = ((torch.arange(side) + 0.5) / side * 2 - 1 for side in shape)
    x = 2 * (views[:, :1] + views[:, 2:3] * across) - 1
    y = 2 * (views[:, 1:2] + views[:, 3:] * down) - 1
    grid = torch.stack([x[:, None].expand(-1, shape[0], -1), y[:, :, None].expand(-1, -1, shape[1])], dim=3)
    return functional.grid_sample(maps, grid, align_corners=False, padding_mode="border")


def shrink(maps: Tensor, views: Tensor, shape: tuple[int, int]) -> Tensor:
    """As `look`, sampled twice as fine and averaged, so that thin parts of labels survive."""
    return functional.avg_pool2d(look(maps, views, (2 * shape[0], 2 * shape[1])), 2)


def show(pictures: Tensor, views: Tensor, shape: tuple[int, int], random: torch.Generator) -> Tensor:
    """Cut pictures to their views, averaged where they shrink, on plain ground of a random colour where a view is wider.

    One by one and in 8 bits by Pillow: a tenth of the time that `look` takes, and without aliasing.

    Parameters
    ----------
    pictures : uint8 (n, side, side, 3)
    views : as `draw_views` draws them.
    shape : height and width that is wanted (pixels).
    random : source of the colours.

    Returns
    -------
    uint8 (n, 3, h, w), channels last in memory
    """
    rows, columns = shape
    side = pictures.shape[1]
    ground = (256 * torch.rand(len(views), 3, generator=random)).byte().numpy()
    shown = np.empty((len(views), rows, columns, 3), dtype=np.uint8)
    for index, (x, y, half_x, half_y) in enumerate(views.tolist()):
        across, down = 2 * abs(half_x), 2 * half_y
        left, top = x - abs(half_x), y - half_y
        inside = max(0.0, left), max(0.0, top), min(1.0, left + across), min(1.0, top + down)
        first_column, last_column = (round((at - left) / across * columns) for at in inside[::2])
        first_row, last_row = (round((at - top) / down * rows) for at in inside[1::2])
        size = max(1, last_column - first_column), max(1, last_row - first_row)
        box = tuple(at * side for at in inside)
        part = Image.fromarray(pictures[index].numpy()).resize(size, Image.Resampling.BILINEAR, box=box)
        one = shown[index]
        one[:] = ground[index]
        one[first_row : first_row + size[1], first_column : first_column + size[0]] = np.asarray(part)[
            : rows - first_row, : columns - first_column
        ]
        if half_x < 0:
            one[:] = one[:, ::-1].copy()
    return torch.from_numpy(shown).permute(0, 3, 1, 2)


def move(marks: Tensor, views: Tensor) -> Tensor:
    """Express marks (n, k, 5) in the views' coordinates; those whose centre is outside get width 0, cut ones are unknown."""
    half = views[:, 2].abs()
    x = (marks[..., 0] + marks[..., 2] / 2 - views[:, None, 0]) / (2 * views[:, None, 2]) + 0.5
    y = (marks[..., 1] + marks[..., 3] / 2 - views[:, None, 1]) / (2 * views[:, None, 3]) + 0.5
    width, height = marks[..., 2] / (2 * half[:, None]), marks[..., 3] / (2 * views[:, None, 3])
    low_x, high_x = (x - width / 2).clamp(0, 1), (x + width / 2).clamp(0, 1)
    low_y, high_y = (y - height / 2).clamp(0, 1), (y + height / 2).clamp(0, 1)
    left = (high_x - low_x) * (high_y - low_y) / (width * height).clamp(min=1e-9)
    known = marks[..., 4] * (left > 0.6)  # noqa: PLR2004  a mark that is mostly inside
    seen = (left > 0.2) & (marks[..., 2] > 0)  # noqa: PLR2004  less of it teaches nothing either way
    return torch.stack([low_x, low_y, torch.where(seen, high_x - low_x, 0.0), high_y - low_y, known], dim=2)
