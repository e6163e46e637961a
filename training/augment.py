"""Draws a batch and changes it as one: one affine resampling for pictures and labels, then colour, all in tensors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from training.data import UNLABELLED, Pictures
from training.marks import MAX_MARKS, Marks

KINDS = ("object", "fixation", "keep", "none")
"""What a row's own label says: mask of the salient object, fixation density, human crop, nothing about the map."""

WHOLE_SHARE = 0.3
"""Share of the fixation pictures that are shown whole."""

WITH_FACES, WITH_LINES = "with faces", "with lines"
"""Groups of the rows, of whatever set, that have a face or a line of text."""

CLOSE_SHARE, FAR_SHARE = 0.35, 0.3
"""Shares of the pictures, where faces and lines are learned, that are cut around one of them, and that are shrunk and set
on plain ground; the others are cut as for the maps."""

CLOSEST, FARTHEST = (2.0, 8.0), 3.3
"""Side of a close-up in sides of what it is cut around, from and to; and how many times as wide as the picture the view of
a shrunk one is at most."""

GREY_SHARE, SOFT_SHARE, NOISY_SHARE = 0.1, 0.15, 0.2
"""Shares of the pictures that become grey, are blurred by 3 x 3 pixels, and get noise."""

MAX_NOISE = 10.0
"""Largest standard deviation of the noise (levels of 0..255)."""

DIM_SHARE = 0.25
"""Share of the pictures that become much darker or brighter."""

SHAPED = 1.1
"""Ratio of the sides from which a picture is a wide or a tall one."""


@dataclass(frozen=True)
class Pool:
    """All training pictures of some sets as tensors in one numbering.

    Attributes
    ----------
    pictures : uint8, (n, side, side, 3)
    labels : float16, (n, cells, cells)
    kind : int64, (n,)
        Index into `KINDS`.
    aspects : float32, (n,)
    faces, lines : float32, (n, marks, 5)
        As in `Marks`.
    marked : bool, (n,)
        Whether faces and lines of the row are known.
    groups : row numbers by set, and those `WITH_FACES` and `WITH_LINES`.
    """

    pictures: Tensor
    labels: Tensor
    kind: Tensor
    aspects: Tensor
    faces: Tensor
    lines: Tensor
    marked: Tensor
    groups: dict[str, NDArray[np.int64]]


@dataclass(frozen=True)
class Batch:
    """One step's pictures (n, 3, h, w; 0..255) and labels (n, h / 4, w / 4), as in `Pool`."""

    pictures: Tensor
    labels: Tensor
    kind: Tensor
    faces: Tensor
    lines: Tensor
    marked: Tensor

    def to(self, device: torch.device) -> Batch:
        """Return the batch in the memory of a device."""
        return Batch(*(one.to(device) for one in self.parts))

    @property
    def parts(self) -> tuple[Tensor, ...]:
        """All tensors, in the order of the fields."""
        return self.pictures, self.labels, self.kind, self.faces, self.lines, self.marked

    def __add__(self, other: Batch) -> Batch:
        """Put the rows of another batch behind those of this one."""
        both = [torch.cat(pair) for pair in zip(self.parts, other.parts, strict=True)]
        return Batch(both[0].contiguous(memory_format=torch.channels_last), *both[1:])


def join(sets: dict[str, Pictures], marks: dict[str, Marks] | None = None) -> Pool:
    """Put the sets into one numbering; rows that were not marked get no marks."""
    groups, start, kinds = {}, 0, []
    names = {"duts": "object", "fcdb": "keep"} | dict.fromkeys(UNLABELLED, "none")
    for name, rows in sets.items():
        groups[name] = np.arange(start, start + len(rows))
        start += len(rows)
        kinds += [KINDS.index(names.get(name, "fixation"))] * len(rows)
    faces, lines = (np.zeros((start, MAX_MARKS, 5), dtype=np.float32) for _ in range(2))
    marked = np.zeros(start, dtype=bool)
    for name, found in (marks or {}).items():
        rows_marked = groups[name][: len(found)]
        faces[rows_marked], lines[rows_marked], marked[rows_marked] = found.faces, found.lines, True
    for name, found in ((WITH_FACES, faces), (WITH_LINES, lines)):
        groups[name] = np.flatnonzero((found[..., 4] > 0).any(1))
    return Pool(
        pictures=torch.from_numpy(np.concatenate([rows.pictures for rows in sets.values()])),
        labels=torch.from_numpy(np.concatenate([rows.labels for rows in sets.values()])),
        kind=torch.tensor(kinds),
        aspects=torch.from_numpy(np.concatenate([rows.aspects for rows in sets.values()])),
        faces=torch.from_numpy(faces),
        lines=torch.from_numpy(lines),
        marked=torch.from_numpy(marked),
        groups=groups,
    )


def draw_rows(
    pool: Pool,
    counts: dict[str, int],
    random: np.random.Generator,
    shape: tuple[int, int] | None = None,
    *,
    marked: bool = False,
) -> NDArray[np.int64]:
    """Draw so many rows of each set, without repeats inside one batch.

    Of about a shape (h, w) where there are enough; ``marked`` only those whose faces and lines are known.
    """
    drawn = []
    for name, count in counts.items():
        rows = pool.groups[name]
        if marked:
            rows = rows[pool.marked[torch.from_numpy(rows)].numpy()]
        if shape is not None and shape[0] != shape[1]:
            aspects = pool.aspects[torch.from_numpy(rows)].numpy()
            like = rows[aspects > SHAPED] if shape[1] > shape[0] else rows[aspects < 1 / SHAPED]
            rows = like if len(like) > 2 * count else rows
        if len(rows) >= count:
            drawn.append(random.choice(rows, count, replace=False))
    return np.concatenate(drawn) if drawn else np.zeros(0, dtype=np.int64)


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


def look_far(pictures: Tensor, views: Tensor, shape: tuple[int, int], random: torch.Generator) -> Tensor:
    """As `look` at pictures (n, 3, h, w), averaged where they are shrunk, on plain ground of a random colour."""
    times = (2 * views[:, 2].abs() * pictures.shape[3] / shape[1]).amax()
    finer = 1 if times < 1.5 else 2  # noqa: PLR2004  aliasing begins where pixels are skipped
    seen = look(pictures, views, (finer * shape[0], finer * shape[1]))
    seen = functional.avg_pool2d(seen, finer) if finer > 1 else seen
    inside = look(functional.pad(torch.ones(len(views), 1, 32, 32), (1, 1, 1, 1))[:, :, :, :], _padded(views), shape)
    ground = 255 * torch.rand(len(views), 3, 1, 1, generator=random)
    return torch.where(inside > 0.5, seen, ground)  # noqa: PLR2004  half a cell inside


def _padded(views: Tensor) -> Tensor:
    """Express views of a picture in the coordinates of the picture with a border of one cell in 32."""
    scale = 32 / 34
    return torch.cat([(views[:, :2] - 0.5) * scale + 0.5, views[:, 2:] * scale], 1)


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


def recolour(pictures: Tensor, random: torch.Generator, *, strongly: bool = False) -> Tensor:
    """Jitter brightness, contrast, saturation and cast; some grey, blurred or noisy; (n, 3, h, w) 0..255."""
    count = len(pictures)

    def uniform(low: float, high: float, channels: int = 1) -> Tensor:
        return low + (high - low) * torch.rand(count, channels, 1, 1, generator=random)

    grey = pictures.mean(1, keepdim=True)
    saturation = torch.where(uniform(0, 1) < GREY_SHARE, 0.0, uniform(0.6, 1.4))
    pictures = grey + (pictures - grey) * saturation
    middle = grey.mean((2, 3), keepdim=True)
    pictures = (middle + (pictures - middle) * uniform(0.7, 1.3)) * uniform(0.75, 1.25) * uniform(0.93, 1.07, 3)
    if strongly:
        pictures = pictures * torch.where(uniform(0, 1) < DIM_SHARE, 4.0 ** uniform(-1, 0.4), 1.0)
    # Only the rows that are drawn: blur and noise cost as much as all the rest.
    soft = torch.rand(count, generator=random) < SOFT_SHARE
    pictures[soft] = functional.avg_pool2d(pictures[soft], 3, 1, 1, count_include_pad=False)
    noisy = torch.rand(count, generator=random) < NOISY_SHARE
    noise = torch.randn(pictures[noisy].shape, generator=random)
    pictures[noisy] += noise * uniform(0, MAX_NOISE)[noisy]
    return pictures.clamp_(0, 255)


def make_batch(
    pool: Pool, rows: NDArray[np.int64], shape: tuple[int, int], random: torch.Generator, *, uncut: bool = False
) -> Batch:
    """Cut, squash, mirror and recolour the rows: pictures of a shape (h, w) and maps of a quarter of its sides."""
    index = torch.from_numpy(rows)
    views = draw_views(pool.kind[index], random, uncut=uncut)
    pictures = look(pool.pictures[index].permute(0, 3, 1, 2).float(), views, shape)
    return Batch(
        pictures=recolour(pictures, random).contiguous(memory_format=torch.channels_last),
        labels=shrink(pool.labels[index, None].float(), views, (shape[0] // 4, shape[1] // 4))[:, 0],
        kind=pool.kind[index],
        faces=move(pool.faces[index], views),
        lines=move(pool.lines[index], views),
        marked=pool.marked[index],
    )


def make_mark_batch(pool: Pool, rows: NDArray[np.int64], shape: tuple[int, int], random: torch.Generator) -> Batch:
    """As `make_batch` for faces and lines: near and far, dark and bright; without labels for the maps."""
    index = torch.from_numpy(rows)
    views = draw_mark_views(pool.faces[index], pool.lines[index], random)
    pictures = look_far(pool.pictures[index].permute(0, 3, 1, 2).float(), views, shape, random)
    return Batch(
        pictures=recolour(pictures, random, strongly=True).contiguous(memory_format=torch.channels_last),
        labels=torch.zeros(len(rows), shape[0] // 4, shape[1] // 4),
        kind=torch.full((len(rows),), KINDS.index("none")),
        faces=move(pool.faces[index], views),
        lines=move(pool.lines[index], views),
        marked=pool.marked[index],
    )
