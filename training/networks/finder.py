"""The finder of faces, heads and lines: a detector of YuNet's shape on the features of the network.

YuNet looks at the pixels; here its first stages, the most expensive half, are replaced by the features that the network has
already. It answers at the places of three grids.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from focalbox.saliency.grids import KINDS, SAID, STRIDES

__all__ = [
    "KINDS",
    "LEVELS",
    "SAID",
    "STRIDES",
    "WIDTH",
    "Finder",
    "Pair",
    "PlaceAnswers",
    "answers",
    "answers_by_kind",
    "merge",
]

LEVELS = range(len(STRIDES))

WIDTH = 64
"""Channels at all levels."""

LARGEST = 6.0
"""The largest logarithm of a side: larger ones, of a network that has not learned yet, would overflow."""


class PlaceAnswers(NamedTuple):
    """What is said at each of p places in n pictures.

    Attributes
    ----------
    fits, things : (n, p)
        Logits: how well the box fits a thing of the kind, and whether one is there.
    boxes : (n, p, 4)
        Middle (x, y), width and height in pixels.
    """

    fits: Tensor
    things: Tensor
    boxes: Tensor

    def of(self, rows: Tensor) -> PlaceAnswers:
        """Keep the answers of some pictures, given as a mask (n,)."""
        return PlaceAnswers(self.fits[rows], self.things[rows], self.boxes[rows])

    def scores(self) -> Tensor:
        """How sure a thing is, (n, p), 0..1: the geometric mean of both."""
        return (self.fits.sigmoid() * self.things.sigmoid()).sqrt()


class Pair(nn.Module):
    """A 1x1 and a depthwise 3x3 convolution with the names of YuNet's published weights; ReLU behind, but for answers."""

    def __init__(self, inputs: int, outputs: int, *, last: bool = False) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, groups=outputs)
        self.last = last

    def forward(self, features: Tensor) -> Tensor:
        """(n, inputs, h, w) -> (n, outputs, h, w)."""
        mixed: Tensor = self.conv2(self.conv1(features))
        return mixed if self.last else functional.relu(mixed)


class Finder(nn.Module):
    """Features of the network at strides 4 to 32 -> what is said of every kind at every place of three grids.

    Parameters
    ----------
    inputs : channels of these features, finest first.
    """

    def __init__(self, inputs: Sequence[int]) -> None:
        super().__init__()
        self.fine = nn.Conv2d(inputs[0], WIDTH, 2, 2)
        self.lateral = nn.ModuleList(nn.Conv2d(channels, WIDTH, 1) for channels in inputs[1:])
        self.blocks = nn.ModuleList(nn.Sequential(Pair(WIDTH, WIDTH), Pair(WIDTH, WIDTH)) for _ in STRIDES)
        self.down = nn.ModuleList(Pair(WIDTH, WIDTH) for _ in STRIDES)
        # One convolution says all of a place: processors take as long for one channel as for sixteen.
        self.said = nn.ModuleList(nn.Conv2d(WIDTH, SAID * len(KINDS), 1) for _ in STRIDES)

    def forward(self, taken: Sequence[Tensor]) -> list[Tensor]:
        """Features, finest first -> grids (n, SAID * kinds, h / stride, w / stride)."""
        below, levels = self.fine(taken[0]), []
        for block, lateral, features in zip(self.blocks, self.lateral, taken[1:], strict=True):
            levels.append(block(functional.relu(below + lateral(features))))
            below = functional.max_pool2d(levels[-1], 2)
        return [said(top) for said, top in zip(self.said, merge(self.down, levels), strict=True)]


def merge(down: nn.ModuleList, levels: Sequence[Tensor]) -> list[Tensor]:
    """Features of the levels, finest first -> with what the coarser ones know (Lin et al. 2017, arXiv:1612.03144)."""
    merged = down[-1](levels[-1])
    tops = [merged]
    for level in reversed(LEVELS[:-1]):
        merged = down[level](levels[level] + functional.interpolate(merged, scale_factor=2.0))
        tops.insert(0, merged)
    return tops


def answers(grids: Sequence[Tensor]) -> PlaceAnswers:
    """Grids (n, SAID, rows, columns) of all levels -> what they say of one kind, boxes in pixels."""
    found = []
    for stride, said in zip(STRIDES, grids, strict=True):
        rows, columns = (torch.arange(side, device=said.device) for side in said.shape[2:])
        corner = torch.stack([columns.expand(len(rows), -1), rows[:, None].expand(-1, len(columns))])
        boxes = torch.cat([said[:, 2:4] + corner, said[:, 4:].clamp(max=LARGEST).exp()], 1) * stride
        found.append(torch.cat([said[:, :2], boxes], 1).flatten(2).transpose(1, 2))
    said = torch.cat(found, 1)
    return PlaceAnswers(said[..., 0], said[..., 1], said[..., 2:])


def answers_by_kind(grids: Sequence[Tensor]) -> dict[str, PlaceAnswers]:
    """Grids (n, SAID * kinds, rows, columns) of all levels -> what they say of each kind."""
    parts = zip(*(grid.split(SAID, 1) for grid in grids), strict=True)
    return {kind: answers(part) for kind, part in zip(KINDS, parts, strict=True)}
