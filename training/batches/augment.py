"""Makes a batch: one affine resampling for pictures and labels, lines of made-up text, then colour, all in tensors."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from training.batches.lettering import write_lines
from training.batches.pool import KINDS, Pool
from training.batches.tones import change_tones
from training.batches.views import draw_mark_views, draw_views, move, show, shrink

GREY_SHARE, SOFT_SHARE, NOISY_SHARE = 0.1, 0.15, 0.2
"""Shares of the pictures that become grey, are blurred by 3 x 3 pixels, and get noise."""

COARSE_SHARE = 0.15
"""Share of the pictures that are halved and enlarged again: uploads are often smaller than the looking copy."""

MAX_NOISE = 10.0
"""Largest standard deviation of the noise (levels of 0..255)."""

DIM_SHARE = 0.25
"""Share of the pictures that become much darker or brighter."""


@dataclass(frozen=True)
class Batch:
    """One step's pictures (uint8, n, 3, h, w) and labels (n, h / 4, w / 4), as in `Pool`; so are the answers."""

    pictures: Tensor
    labels: Tensor
    kind: Tensor
    faces: Tensor
    lines: Tensor
    marked: Tensor
    heads: Tensor
    headed: Tensor
    answers: Tensor
    answered: Tensor

    def to(self, device: torch.device) -> Batch:
        """Return the batch in the memory of a device."""
        return Batch(*(one.to(device) for one in self.parts))

    @property
    def parts(self) -> tuple[Tensor, ...]:
        """All tensors, in the order of the fields."""
        return tuple(getattr(self, field.name) for field in fields(self))

    def of(self, rows: Tensor) -> Batch:
        """Return some rows (bool or numbers) as a batch."""
        return Batch(*(one[rows] for one in self.parts))

    def __add__(self, other: Batch) -> Batch:
        """Put the rows of another batch behind those of this one."""
        both = [torch.cat(pair) for pair in zip(self.parts, other.parts, strict=True)]
        return Batch(both[0].contiguous(memory_format=torch.channels_last), *both[1:])


def recolour(pictures: Tensor, random: torch.Generator, *, strongly: bool = False) -> Tensor:
    """Jitter brightness, contrast, saturation and cast; some grey, blurred or noisy; float (n, 3, h, w) -> uint8."""
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
    coarse = torch.rand(count, generator=random) < COARSE_SHARE
    halved = functional.avg_pool2d(pictures[coarse], 2)
    pictures[coarse] = functional.interpolate(halved, size=pictures.shape[2:], mode="bilinear", align_corners=False)
    soft = torch.rand(count, generator=random) < SOFT_SHARE
    pictures[soft] = functional.avg_pool2d(pictures[soft], 3, 1, 1, count_include_pad=False)
    noisy = torch.rand(count, generator=random) < NOISY_SHARE
    noise = torch.randn(pictures[noisy].shape, generator=random)
    pictures[noisy] += noise * uniform(0, MAX_NOISE)[noisy]
    return pictures.clamp_(0, 255).round_().to(torch.uint8).contiguous(memory_format=torch.channels_last)


def make_batch(
    pool: Pool, rows: NDArray[np.int64], shape: tuple[int, int], random: torch.Generator, *, uncut: bool = False
) -> Batch:
    """Cut, squash, mirror and recolour the rows: pictures of a shape (h, w) and maps of a quarter of its sides."""
    index = torch.from_numpy(rows)
    views = draw_views(pool.kind[index], random, uncut=uncut)
    pictures = show(pool.pictures[index], views, shape, random)
    faces, cells = move(pool.faces[index], views), (shape[0] // 4, shape[1] // 4)
    change_tones(pictures, faces, random)
    return Batch(
        pictures=recolour(pictures, random),
        labels=shrink(pool.labels[index, None].float(), views, cells)[:, 0],
        kind=pool.kind[index],
        faces=faces,
        lines=move(pool.lines[index], views),
        marked=pool.marked[index],
        heads=move(pool.heads[index], views),
        headed=pool.headed[index],
        answers=shrink(pool.answers[index].float(), views, cells),
        answered=pool.answered[index],
    )


def make_mark_batch(pool: Pool, rows: NDArray[np.int64], shape: tuple[int, int], random: torch.Generator) -> Batch:
    """As `make_batch` for faces, heads and lines: near and far, dark and bright, some written on; no labels for the maps."""
    index = torch.from_numpy(rows)
    views = draw_mark_views(torch.cat([pool.faces[index], pool.heads[index]], 1), pool.lines[index], random)
    pictures = show(pool.pictures[index], views, shape, random)
    faces, lines = move(pool.faces[index], views), move(pool.lines[index], views)
    cells = (shape[0] // 4, shape[1] // 4)
    change_tones(pictures, faces, random)
    seed = int(torch.randint(2**31, (), generator=random))
    heads = move(pool.heads[index], views)
    write_lines(pictures, torch.cat([faces, heads], 1), lines, np.random.default_rng(seed))
    return Batch(
        pictures=recolour(pictures, random, strongly=True),
        labels=torch.zeros(len(rows), *cells),
        kind=torch.full((len(rows),), KINDS.index("none")),
        faces=faces,
        lines=lines,
        marked=pool.marked[index],
        heads=heads,
        headed=pool.headed[index],
        answers=torch.zeros(len(rows), pool.answers.shape[1], *cells),
        answered=torch.zeros(len(rows), dtype=torch.bool),
    )
