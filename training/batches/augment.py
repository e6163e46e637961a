"""Makes a batch: resamples pictures and labels alike, adds lines of made-up text, and draws changes of colour."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.batches.colours import draw_colours, recolour
from training.batches.lettering import write_lines
from training.batches.pool import KINDS, Pool
from training.batches.tones import change_tones
from training.batches.views import draw_mark_views, draw_views, move, show, shrink


@dataclass(frozen=True)
class Batch:
    """One step's pictures (uint8, n, 3, h, w) and labels (n, h / 4, w / 4), as in `Pool`; so are the answers.

    ``colours`` (n, COLOURS) says what is still done to the pictures, by `coloured`.
    """

    pictures: Tensor
    colours: Tensor
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

    def coloured(self, device: torch.device) -> Batch:
        """Return the batch in the memory of a device, its pictures in the colours that were drawn for them."""
        return replace(self, pictures=recolour(self.pictures.to(device), self.colours)).to(device)

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


def make_batch(
    pool: Pool, rows: NDArray[np.int64], shape: tuple[int, int], random: torch.Generator, *, uncut: bool = False
) -> Batch:
    """Cut, squash and mirror the rows, and draw colours: pictures of a shape (h, w), maps of a quarter of its sides."""
    index = torch.from_numpy(rows)
    views = draw_views(pool.kind[index], random, uncut=uncut)
    pictures = show(pool.pictures[index], views, shape, random)
    faces, cells = move(pool.faces[index], views), (shape[0] // 4, shape[1] // 4)
    change_tones(pictures, faces, random)
    return Batch(
        pictures=pictures,
        colours=draw_colours(len(rows), random),
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
        pictures=pictures,
        colours=draw_colours(len(rows), random, strongly=True),
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
