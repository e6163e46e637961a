"""The network that is shipped: a small encoder, a top-down decoder, one map a head, and their fusion into one map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

STEM = 16
WIDTHS = (32, 48, 96, 160)
"""Channels at strides 4, 8, 16, 32; multiples of 16, since onnxruntime pads to blocks of 16 floats (AVX-512)."""
DEPTHS = (0, 1, 3, 2)
"""Further blocks at each stride, after the one that halves the map."""
EXPANSION = 3
DECODER = (16, 32, 32, 48)
PIXEL_SCALE = 1 / 128
"""Factor on pixels of 0..255; no offset, so that it can be folded into the first convolution."""

GATE = 32
"""Hidden units of the fusion's gate."""

EMPTY = 1e-6
"""Smallest total of a map when it is scaled to mean 1."""

PRIOR_START = 1.0
"""Start value of the centre prior's steepness, before softplus: sigma about 0.6 of a side, a gentle prior."""


@dataclass(frozen=True)
class Answer:
    """What the network says, before scaling.

    Attributes
    ----------
    maps : dict of Tensor, (n, h, w)
        Logits by head.
    face, size : Tensor, (n, h, w) and (n, 2, h, w)
        Logits of face centres; log width and height as fractions of the sides.
    saliency : Tensor, (n, h, w)
        The fused map, >= 0, mean 1.
    features : tuple of Tensor, (n, channels, h, w)
        What the maps were made from, at strides 16 and 32.
    """

    maps: dict[str, Tensor]
    face: Tensor
    size: Tensor
    saliency: Tensor
    features: tuple[Tensor, ...]


class Thinned(nn.Conv2d):
    """A depthwise convolution of stride 2, computed in training as one of stride 1 of which every other value is taken.

    The values are the same; oneDNN's backward pass of strided depthwise convolutions is so slow that it took a fifth of
    a step.
    """

    def forward(self, features: Tensor) -> Tensor:
        """(n, c, h, w) -> (n, c, h / 2, w / 2)."""
        if not self.training:
            return super().forward(features)
        dense = functional.conv2d(features, self.weight, self.bias, 1, self.padding, self.dilation, self.groups)
        return dense[:, :, ::2, ::2].contiguous(memory_format=torch.channels_last)


def unit(
    inputs: int, outputs: int, kernel: int = 3, stride: int = 1, *, groups: int = 1, act: bool = True
) -> nn.Sequential:
    """Convolution, norm and, if wanted, ReLU (the one activation that onnxruntime folds into the convolution)."""
    kind = Thinned if groups > 1 and stride == 2 else nn.Conv2d  # noqa: PLR2004
    layers: list[nn.Module] = [
        kind(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*layers, nn.ReLU()) if act else nn.Sequential(*layers)


class Inverted(nn.Module):
    """Inverted residual (Sandler et al. 2018, arXiv:1801.04381)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        inner = inputs * EXPANSION
        self.skip = stride == 1 and inputs == outputs
        self.body = nn.Sequential(
            unit(inputs, inner, 1), unit(inner, inner, 3, stride, groups=inner), unit(inner, outputs, 1, act=False)
        )

    def forward(self, features: Tensor) -> Tensor:
        """(n, inputs, h, w) -> (n, outputs, h / stride, w / stride)."""
        changed: Tensor = self.body(features)
        return features + changed if self.skip else changed


class Network(nn.Module):
    """Pictures -> maps at a quarter of the side.

    Parameters
    ----------
    heads : names of the map heads that are fused; ``keep`` is given out but not fused.
    """

    def __init__(self, heads: tuple[str, ...] = ("object", "fixation", "joint", "keep")) -> None:
        super().__init__()
        self.heads = heads
        self.fused = tuple(name for name in heads if name != "keep")
        self.stem = unit(3, STEM, 3, 2)
        stages, channels = [], STEM
        for level, (width, depth) in enumerate(zip(WIDTHS, DEPTHS, strict=True)):
            # Full convolutions in the two finest stages: less memory traffic, which is what costs there.
            first = unit(channels, width, 3, 2) if level < 2 else Inverted(channels, width, 2)  # noqa: PLR2004
            stages.append(nn.Sequential(first, *(Inverted(width, width, 1) for _ in range(depth))))
            channels = width
        self.stages = nn.ModuleList(stages)
        self.lateral = nn.ModuleList(unit(i, o, 1, act=False) for i, o in zip(WIDTHS, DECODER, strict=True))
        self.context = nn.Linear(WIDTHS[-1], DECODER[-1])
        self.coarse = unit(DECODER[3], DECODER[2], 1)
        self.refine = nn.ModuleList(
            nn.Sequential(
                unit(DECODER[level], DECODER[level], 3, groups=DECODER[level]),
                unit(DECODER[level], DECODER[max(level - 1, 0)], 1),
            )
            for level in range(3)
        )
        self.map = nn.Conv2d(DECODER[0], len(heads), 1)
        self.face = nn.Sequential(
            unit(DECODER[0], DECODER[0], 3, groups=DECODER[0]),
            unit(DECODER[0], 2 * DECODER[0], 1),
            nn.Conv2d(2 * DECODER[0], 3, 1),
        )
        self.gate = nn.Sequential(nn.Linear(WIDTHS[-1], GATE), nn.ReLU(), nn.Linear(GATE, len(self.fused) + 2))
        self.dropout = nn.Dropout(0.1)
        self.pixel_scale = PIXEL_SCALE
        self.further_steepness = 0.0
        self.fixation_share = 0.0
        last = cast("nn.Linear", self.gate[-1])
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        # Rare peaks: start from "no face" (Lin et al. 2017, arXiv:1708.02002).
        nn.init.constant_(cast("Tensor", self.face[-1].bias), -3.0)

    def forward(self, pictures: Tensor) -> Answer:
        """(n, 3, h, w) of 0..255, sides multiples of 32 -> maps of h / 4 x w / 4."""
        features = self.stem(pictures * self.pixel_scale)
        taken = []
        for stage in self.stages:
            features = stage(features)
            taken.append(features)
        pooled = features.mean((2, 3))
        context = self.context(pooled)[:, :, None, None]
        features = self.coarse(torch.relu(self.lateral[3](taken[3]) + context))
        for level in (2, 1, 0):
            features = functional.interpolate(features, scale_factor=2.0) + self.lateral[level](taken[level])
            features = self.refine[level](features)
        logits, face = self.map(features), self.face(features)
        maps = {name: logits[:, index].float() for index, name in enumerate(self.heads)}
        gate = self.gate(self.dropout(pooled)).float()
        return Answer(maps, face[:, 0].float(), face[:, 1:].float(), self.fuse(maps, gate), tuple(taken[2:]))

    def fold_pixel_scale(self) -> None:
        """Move the pixel factor into the first convolution: one pass less over the picture."""
        with torch.no_grad():
            cast("Tensor", self.stem[0].weight).mul_(self.pixel_scale)
        self.pixel_scale = 1.0

    def fuse(self, maps: dict[str, Tensor], gate: Tensor) -> Tensor:
        """Mix the heads by weights for this picture, times a centre prior as steep as this picture asks."""
        weights = gate[:, : len(self.fused)].softmax(1) * (1 - self.fixation_share)
        steepness = functional.softplus(gate[:, len(self.fused) :] + PRIOR_START) + self.further_steepness
        mixed = torch.zeros_like(maps[self.fused[0]])
        for index, name in enumerate(self.fused):
            further = self.fixation_share if name == "fixation" else 0.0
            mixed = mixed + (weights[:, index, None, None] + further) * spread(maps[name], name)
        rows = torch.arange(mixed.shape[1], device=mixed.device) + 0.5
        columns = torch.arange(mixed.shape[2], device=mixed.device) + 0.5
        down = (rows / mixed.shape[1] - 0.5) ** 2
        across = (columns / mixed.shape[2] - 0.5) ** 2
        prior = torch.exp(-steepness[:, :1] * across)[:, None, :] * torch.exp(-steepness[:, 1:] * down)[:, :, None]
        return mixed * prior


def spread(logits: Tensor, name: str) -> Tensor:
    """Make a head's logits (n, h, w) a map >= 0 of mean 1: the object head is a chance, others are log densities."""
    values = logits.sigmoid() if name == "object" else torch.exp(logits - logits.amax((1, 2), keepdim=True))
    return values / (values.mean((1, 2), keepdim=True) + EMPTY)
