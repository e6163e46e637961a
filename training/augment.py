"""Draws a batch and changes it as one: one affine resampling for pictures and labels, then colour, all in tensors."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from training.data import CLOSE_UPS, Pictures

KINDS = ("object", "fixation", "keep", "faces")
"""What a row's own label says: mask of the salient object, fixation density, human crop, nothing but its faces."""

FEATURE_STRIDES = (16, 32)
"""Pixels a cell of the teacher's features stands for, along each side."""

WHOLE_SHARE = 0.3
"""Share of the fixation pictures that are shown whole."""
GREY_SHARE, SOFT_SHARE, NOISY_SHARE = 0.08, 0.15, 0.2
"""Shares of the pictures that become grey, are blurred by 3 x 3 pixels, and get noise."""
MOST_NOISE = 10.0
"""Largest standard deviation of the noise (levels of 0..255)."""


@dataclass(frozen=True)
class Pool:
    """All training pictures of all sets as tensors in one numbering.

    Attributes
    ----------
    pictures : uint8, (n, side, side, 3)
    labels : float16, (n, cells, cells)
    kind : int64, (n,)
        Index into `KINDS`.
    source : int64, (n,)
        Which set the row is from, in the order of `groups`.
    faces : float32, (n, faces, 4)
    has_faces : bool, (n,)
        Whether faces were marked in this row's set.
    taught : float16, (n, heads, cells, cells) or None
        What the teacher says, in the order of its heads.
    features : float16, (n, channels, cells, cells), one a stride
        What the teacher sees: its features, standardised by channel; empty without a teacher.
    groups : row numbers by set.
    """

    pictures: Tensor
    labels: Tensor
    kind: Tensor
    source: Tensor
    faces: Tensor
    has_faces: Tensor
    groups: dict[str, NDArray[np.int64]]
    taught: Tensor | None = None
    features: tuple[Tensor, ...] = ()


@dataclass(frozen=True)
class Batch:
    """One step's pictures (n, 3, s, s; 0..255) and labels (n, s / 4, s / 4), as in `Pool`."""

    pictures: Tensor
    labels: Tensor
    kind: Tensor
    faces: Tensor
    has_faces: Tensor
    taught: Tensor | None
    features: tuple[Tensor, ...] = ()

    def to(self, device: torch.device) -> Batch:
        """Return the batch in the memory of a device."""
        return Batch(
            self.pictures.to(device),
            self.labels.to(device),
            self.kind.to(device),
            self.faces.to(device),
            self.has_faces.to(device),
            None if self.taught is None else self.taught.to(device),
            tuple(one.to(device) for one in self.features),
        )


def join(sets: dict[str, Pictures], taught: Tensor | None = None) -> Pool:
    """Put the sets into one numbering."""
    groups, start, kinds = {}, 0, []
    for name, rows in sets.items():
        groups[name] = np.arange(start, start + len(rows))
        start += len(rows)
        kinds += [KINDS.index({"duts": "object", "fcdb": "keep", CLOSE_UPS: "faces"}.get(name, "fixation"))] * len(rows)
    return Pool(
        pictures=torch.from_numpy(np.concatenate([rows.pictures for rows in sets.values()])),
        labels=torch.from_numpy(np.concatenate([rows.labels for rows in sets.values()])),
        kind=torch.tensor(kinds),
        source=torch.cat([torch.full((len(rows),), index) for index, rows in enumerate(sets.values())]),
        faces=torch.from_numpy(np.concatenate([rows.faces for rows in sets.values()])),
        has_faces=torch.cat([torch.full((len(rows),), name in {"crowd", CLOSE_UPS}) for name, rows in sets.items()]),
        groups=groups,
        taught=taught,
    )


def with_faces(pool: Pool, marked: dict[str, NDArray[np.float32]]) -> Pool:
    """Put in the faces of sets where none were marked, by set."""
    faces, has_faces = pool.faces.clone(), pool.has_faces.clone()
    for name, boxes in marked.items():
        rows = torch.from_numpy(pool.groups[name])
        faces[rows], has_faces[rows] = torch.from_numpy(boxes), True
    return dataclasses.replace(pool, faces=faces, has_faces=has_faces)


def draw_rows(pool: Pool, counts: dict[str, int], random: np.random.Generator) -> NDArray[np.int64]:
    """Draw so many rows of each set, without repeats inside one batch."""
    return np.concatenate([random.choice(pool.groups[name], count, replace=False) for name, count in counts.items()])


def draw_views(kind: Tensor, random: torch.Generator, *, uncut: bool) -> Tensor:
    """Draw the part of each picture to look at: (n, 4), centre x and y, half width (negative: mirrored), half height.

    Human crops are said about the whole picture, so those are never cut; fixations have a bias to the centre of the
    whole picture, so part of those stay whole. `uncut` leaves all pictures whole, as they are when the network is used.
    """
    count = len(kind)

    def uniform(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(count, generator=random)

    whole = (
        (kind == KINDS.index("keep"))
        | ((kind == KINDS.index("fixation")) & (uniform(0, 1) < WHOLE_SHARE))
        | torch.tensor(uncut)
    )
    smallest = torch.where(kind == KINDS.index("object"), 0.6, 0.65)
    width, height = smallest + (1 - smallest) * uniform(0, 1), smallest + (1 - smallest) * uniform(0, 1)
    width, height = torch.where(whole, 1.0, width), torch.where(whole, 1.0, height)
    x = width / 2 + (1 - width) * uniform(0, 1)
    y = height / 2 + (1 - height) * uniform(0, 1)
    mirrored = torch.where(uniform(-1, 1) < 0, -1.0, 1.0)
    return torch.stack([x, y, width / 2 * mirrored, height / 2], dim=1)


def look(maps: Tensor, views: Tensor, side: int) -> Tensor:
    """Resample maps (n, c, h, w) inside the views to (n, c, side, side)."""
    places = (torch.arange(side) + 0.5) / side * 2 - 1
    x = 2 * (views[:, :1] + views[:, 2:3] * places) - 1
    y = 2 * (views[:, 1:2] + views[:, 3:] * places) - 1
    grid = torch.stack([x[:, None].expand(-1, side, -1), y[:, :, None].expand(-1, -1, side)], dim=3)
    return functional.grid_sample(maps, grid, align_corners=False, padding_mode="border")


def shrink(maps: Tensor, views: Tensor, side: int) -> Tensor:
    """As `look`, sampled twice as fine and averaged, so that thin parts of labels survive."""
    return functional.avg_pool2d(look(maps, views, 2 * side), 2)


def move_faces(faces: Tensor, views: Tensor) -> Tensor:
    """Express face boxes (n, k, 4: left, top, width, height) in the views' coordinates; those outside get width 0."""
    half = views[:, 2].abs()
    x = (faces[..., 0] + faces[..., 2] / 2 - views[:, None, 0]) / (2 * views[:, None, 2]) + 0.5
    y = (faces[..., 1] + faces[..., 3] / 2 - views[:, None, 1]) / (2 * views[:, None, 3]) + 0.5
    width, height = faces[..., 2] / (2 * half[:, None]), faces[..., 3] / (2 * views[:, None, 3])
    width = torch.where((x > 0) & (x < 1) & (y > 0) & (y < 1), width, 0.0)
    return torch.stack([x - width / 2, y - height / 2, width, height], dim=2)


def recolour(pictures: Tensor, random: torch.Generator) -> Tensor:
    """Jitter brightness, contrast, saturation and cast; some grey, blurred or noisy; (n, 3, h, w) 0..255."""
    count = len(pictures)

    def uniform(low: float, high: float, channels: int = 1) -> Tensor:
        return low + (high - low) * torch.rand(count, channels, 1, 1, generator=random)

    grey = pictures.mean(1, keepdim=True)
    saturation = torch.where(uniform(0, 1) < GREY_SHARE, 0.0, uniform(0.6, 1.4))
    pictures = grey + (pictures - grey) * saturation
    middle = grey.mean((2, 3), keepdim=True)
    pictures = (middle + (pictures - middle) * uniform(0.7, 1.3)) * uniform(0.75, 1.25) * uniform(0.93, 1.07, 3)
    # Only the rows that are drawn: blur and noise cost as much as all the rest.
    soft = torch.rand(count, generator=random) < SOFT_SHARE
    pictures[soft] = functional.avg_pool2d(pictures[soft], 3, 1, 1, count_include_pad=False)
    noisy = torch.rand(count, generator=random) < NOISY_SHARE
    noise = torch.randn(pictures[noisy].shape, generator=random)
    pictures[noisy] += noise * uniform(0, MOST_NOISE)[noisy]
    return pictures.clamp_(0, 255)


def make_batch(
    pool: Pool, rows: NDArray[np.int64], side: int, random: torch.Generator, *, uncut: bool = False
) -> Batch:
    """Cut, squash, mirror and recolour the rows: pictures of `side` pixels and maps of side / 4 cells."""
    index = torch.from_numpy(rows)
    views = draw_views(pool.kind[index], random, uncut=uncut)
    pictures = look(pool.pictures[index].permute(0, 3, 1, 2).float(), views, side)
    return Batch(
        pictures=recolour(pictures, random).contiguous(memory_format=torch.channels_last),
        labels=shrink(pool.labels[index, None].float(), views, side // 4)[:, 0],
        kind=pool.kind[index],
        faces=move_faces(pool.faces[index], views),
        has_faces=pool.has_faces[index],
        taught=None if pool.taught is None else look(pool.taught[index].float(), views, side // 4),
        features=tuple(
            look(seen[index].float(), views, side // stride)
            for seen, stride in zip(pool.features, FEATURE_STRIDES, strict=bool(pool.features))
        ),
    )
