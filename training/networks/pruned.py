"""The backbone that is shipped: EfficientNet-Lite2 with fewer inner channels, after a cheaper entry down to stride 4.

Up to stride 4 it has two plain convolutions, where EfficientNet has three and two depthwise ones: depthwise convolutions
over many places and few channels are slow on processors (Tan and Le 2021, arXiv:2104.00298, use plain ones there too,
trained from the start). All blocks after them keep two thirds of the channels between their pointwise convolutions. The
output of every stage keeps its shape, so that the decoders need no change.
"""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional

from training.networks.backbone import Block, Design, Stages

REPLACED = 2
"""First blocks of EfficientNet that the entry stands for: those to the first one at stride 4."""

ENTRY = (16, 96)
"""Channels of the entry at strides 2 and 4."""

KEPT = 2 / 3
"""Share of the inner channels that blocks keep."""

STEP = 16
"""Inner channels are multiples of this: what an 8-bit product of a processor takes at once."""


class Entry(nn.Module):
    """Two plain convolutions of stride 2, and a pointwise one."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, ENTRY[0], 3, 2, 1)
        self.plain = nn.Conv2d(*ENTRY, 3, 2, 1)
        self.project = nn.Conv2d(ENTRY[1], outputs, 1)

    def forward(self, pixels: Tensor) -> Tensor:
        """(n, 3, h, w) -> (n, outputs, h / 4, w / 4)."""
        read: Tensor = self.project(functional.relu6(self.plain(functional.relu6(self.stem(pixels)))))
        return read


class PrunedBackbone(Stages):
    """The stages of a design behind an `Entry`."""

    replaced = REPLACED

    def __init__(self, design: Design) -> None:
        super().__init__(design)
        shapes = [
            (expansion, outputs, kernel, stride if index == 0 else 1)
            for expansion, kernel, stride, outputs, count in design.stages
            for index in range(count)
        ]
        self.entry = Entry(shapes[REPLACED - 1][1])
        for (_, inputs, _, _), (expansion, outputs, kernel, stride) in pairwise(shapes[REPLACED - 1 :]):
            inner = max(1, round(inputs * expansion * KEPT / STEP)) * STEP
            block = Block(inputs, inner, outputs, kernel, stride).eval()
            block.fold()
            self._blocks.append(block)

    def first(self) -> nn.Conv2d:
        """Return the convolution that reads the pixels."""
        return self.entry.stem

    def enter(self, pixels: Tensor) -> Tensor:
        """Pixels (n, 3, h, w) around 0 -> (n, channels, h / 4, w / 4)."""
        entered: Tensor = self.entry(pixels)
        return entered
