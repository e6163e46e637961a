"""The network that is shipped: a backbone (`backbone`, `pruned`) under light decoders, and a gate.

One decoder makes the maps (object, fixation, joint, keep), one the centres and sizes of heads, one those of lines of text.
The gate mixes the first three maps into one, with weights that depend on the picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.networks.backbone import LITE2, Backbone, Design, Stages

if TYPE_CHECKING:
    from collections.abc import Sequence

MAP_CHANNELS = (32, 64, 96, 128)
"""Channels of the maps' decoder at strides 4, 8, 16 and 32."""

MARK_CHANNELS = {"head": (64, 96, 128), "text": (24, 32, 48, 48)}
"""The same of the decoders of heads, which begins at stride 8, and of lines. They are apart, since text has most of the loss
of a common one."""

HEADS = ("object", "fixation", "joint", "keep")
"""Masks, fixation densities, both as one density that windows are chosen by, human crops."""

FUSED = ("object", "fixation", "joint")
"""Heads that the gate mixes."""

KINDS = tuple(MARK_CHANNELS)
MARK_OUTPUTS = 5
"""What is said of a kind at a place: how sure it is that a centre is there (logit), log width and log height as shares of
the picture's sides, and where the centre lies from the middle of the cell, in cells."""

RARE = -4.0
"""Start of the logits of centres: rare peaks start from none (Lin et al. 2017, arXiv:1708.02002)."""

TYPICAL_LOG_SIDE = -2.0
"""Start of the log sides of heads and lines: a seventh of the picture's."""


def mix(inputs: int, outputs: int) -> nn.Sequential:
    """Make a 3x3 convolution with norm and ReLU."""
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


class Decoder(nn.Module):
    """From the coarsest features down to the finest that it has channels for; what the whole picture is comes in at the top.

    With four numbers of channels it reads strides 4, 8, 16 and 32 and answers at stride 4, with three it begins at 8.
    """

    def __init__(self, inputs: Sequence[int], channels: Sequence[int], outputs: int) -> None:
        super().__init__()
        read = inputs[-len(channels) :]
        self.lateral = nn.ModuleList(nn.Conv2d(i, o, 1) for i, o in zip(read, channels, strict=True))
        self.down = nn.ModuleList(mix(channels[level], channels[max(level - 1, 0)]) for level in range(len(channels)))
        self.context = nn.Linear(inputs[-1], channels[-1])
        self.dropout = nn.Dropout2d(0.1)
        self.last = nn.Conv2d(channels[0], outputs, 1)

    def forward(self, taken: Sequence[Tensor]) -> Tensor:
        """Features, finest first -> (n, outputs, h, w) at the finest stride that is read."""
        coarsest, *finer = range(len(self.lateral) - 1, -1, -1)
        read = taken[-len(self.lateral) :]
        pooled = self.context(read[-1].mean((2, 3)))[:, :, None, None]
        features = self.down[coarsest](self.lateral[coarsest](read[-1]) + pooled)
        for level in finer:
            features = functional.interpolate(features, scale_factor=2.0) + self.lateral[level](read[level])
            features = self.down[level](features)
        found: Tensor = self.last(self.dropout(features))
        return found


class Gate(nn.Module):
    """Says by what the heads are mixed in this picture, and how steep its centre prior is."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.said = nn.Linear(inputs + len(FUSED), len(FUSED) + 2)
        nn.init.zeros_(self.said.weight)
        nn.init.zeros_(self.said.bias)

    def forward(self, pooled: Tensor, maps: dict[str, Tensor]) -> Tensor:
        """Features (n, inputs) and logits (n, h, w) by head -> (n, heads + 2)."""
        seen = [pooled, *(PEAK_SCALE * spread(maps[name], name).amax((1, 2))[:, None] for name in FUSED)]
        said: Tensor = self.said(torch.cat(seen, 1))
        return said


class Network(nn.Module):
    """Pictures -> maps and centres of lines at a quarter of the side, centres of heads at an eighth."""

    def __init__(self, design: Design = LITE2) -> None:
        super().__init__()
        self.design = design
        self.backbone: Stages = Backbone(design)
        self.maps = Decoder(design.tap_channels, MAP_CHANNELS, len(HEADS))
        self.marks = nn.ModuleDict(
            {kind: Decoder(design.tap_channels, channels, MARK_OUTPUTS) for kind, channels in MARK_CHANNELS.items()}
        )
        self.gate = Gate(design.tap_channels[-1])
        with torch.no_grad():
            for decoder in self.marks.values():
                decoder.last.bias[0] = RARE
                decoder.last.bias[1:3] = TYPICAL_LOG_SIDE

    def saliency(self, taken: Sequence[Tensor]) -> dict[str, Tensor]:
        """Features -> logits (n, h / 4, w / 4) by head."""
        found = self.maps(taken).float()
        return {name: found[:, index] for index, name in enumerate(HEADS)}

    def centres(self, taken: Sequence[Tensor]) -> dict[str, Tensor]:
        """Features -> (n, MARK_OUTPUTS, h / stride, w / stride) by kind."""
        return {kind: self.marks[kind](taken).float() for kind in KINDS}

    def fuse(self, pooled: Tensor, maps: dict[str, Tensor], more_object: float = 0.0) -> Tensor:
        """Mix the heads by weights for this picture, times a centre prior as steep as this picture asks: (n, h, w).

        ``more_object`` is added to the weight of the object head.
        """
        said = self.gate(pooled, maps)
        weights = said[:, : len(FUSED)].softmax(1)
        steepness = functional.softplus(said[:, len(FUSED) :])
        mixed = torch.zeros_like(maps[FUSED[0]])
        for index, name in enumerate(FUSED):
            weight = weights[:, index, None, None] + (more_object if name == "object" else 0.0)
            mixed = mixed + weight * spread(maps[name], name)
        return mixed * centre_prior(mixed, steepness)


PEAK_SCALE = 0.1
"""Factor on the peak of a map of mean 1, as the gate sees it: peaks are 3 to 30 times the mean."""

EMPTY = 1e-6
"""Smallest total of a map when it is scaled to mean 1."""


def spread(logits: Tensor, name: str) -> Tensor:
    """Make a head's logits (n, h, w) a map >= 0 of mean 1: the object head is a chance, others are log densities."""
    values = logits.sigmoid() if name == "object" else torch.exp(logits - logits.amax((1, 2), keepdim=True))
    return values / (values.mean((1, 2), keepdim=True) + EMPTY)


def centre_prior(maps: Tensor, steepness: Tensor) -> Tensor:
    """Gaussian about the middle for maps (n, h, w), as steep across and down (n, 2) as said: exp(-s x^2), x in sides."""
    rows = torch.arange(maps.shape[1], device=maps.device) + 0.5
    columns = torch.arange(maps.shape[2], device=maps.device) + 0.5
    down = (rows / maps.shape[1] - 0.5) ** 2
    across = (columns / maps.shape[2] - 0.5) ** 2
    return torch.exp(-steepness[:, :1] * across)[:, None, :] * torch.exp(-steepness[:, 1:] * down)[:, :, None]
