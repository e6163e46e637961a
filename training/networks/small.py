"""The network of focalbox-mit.onnx: small, from random weights, on pictures under the MIT licence alone."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.networks.network import MARK_OUTPUTS, RARE, centre_prior, spread

STEM = 16
WIDTHS = (32, 48, 96, 160)
"""Channels at strides 4, 8, 16, 32; multiples of 16, since onnxruntime pads to blocks of 16 floats (AVX-512)."""
DEPTHS = (0, 1, 3, 2)
"""Further blocks at each stride, after the one that halves the map."""
EXPANSION = 3
DECODER = (16, 32, 32, 48)
PIXEL_SCALE = 1 / 128
"""Factor on pixels of 0..255."""

PRIOR_HIDDEN = 32
"""Hidden units of what predicts the steepness of the centre prior."""

PRIOR_START = 1.0
"""Start value of that steepness, before softplus: sigma about 0.6 of a side, a gentle prior."""

FURTHER_STEEPNESS = 1 / (2 * 0.4**2)
"""What is added to it in the exported file: a further prior of sigma 0.4, chosen on dev rows. The network trusts what it
learned by heart more than new pictures deserve."""

OUTPUTS = ("saliency", "fixation", "face", "face_size")


class ThinnedConvolution(nn.Conv2d):
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
    kind = ThinnedConvolution if groups > 1 and stride == 2 else nn.Conv2d  # noqa: PLR2004
    layers: list[nn.Module] = [
        kind(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*layers, nn.ReLU()) if act else nn.Sequential(*layers)


class InvertedResidual(nn.Module):
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


class Small(nn.Module):
    """Pictures -> fixations and faces at a quarter of the side."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = unit(3, STEM, 3, 2)
        stages, channels = [], STEM
        for level, (width, depth) in enumerate(zip(WIDTHS, DEPTHS, strict=True)):
            # Full convolutions in the two finest stages: less memory traffic, which is what costs there.
            first = unit(channels, width, 3, 2) if level < 2 else InvertedResidual(channels, width, 2)  # noqa: PLR2004
            stages.append(nn.Sequential(first, *(InvertedResidual(width, width, 1) for _ in range(depth))))
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
        self.map = nn.Conv2d(DECODER[0], 1, 1)
        self.face = nn.Sequential(
            unit(DECODER[0], DECODER[0], 3, groups=DECODER[0]),
            unit(DECODER[0], 2 * DECODER[0], 1),
            nn.Conv2d(2 * DECODER[0], MARK_OUTPUTS, 1),
        )
        self.prior = nn.Sequential(nn.Linear(WIDTHS[-1], PRIOR_HIDDEN), nn.ReLU(), nn.Linear(PRIOR_HIDDEN, 2))
        self.further_steepness = 0.0
        nn.init.constant_(cast("Tensor", self.face[-1].bias), RARE)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(n, 3, h, w) of 0..255 -> fused map and logits of fixations (n, h / 4, w / 4), faces (n, 5, h / 4, w / 4)."""
        features = self.stem(pictures * PIXEL_SCALE)
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
        logits = self.map(features)[:, 0].float()
        steepness = functional.softplus(self.prior(pooled).float() + PRIOR_START) + self.further_steepness
        return spread(logits, "fixation") * centre_prior(logits, steepness), logits, self.face(features).float()


class ShippedSmall(nn.Module):
    """The network with what its file promises around it."""

    def __init__(self, network: Small) -> None:
        super().__init__()
        self.network = network
        self.network.further_steepness = FURTHER_STEEPNESS

    def forward(self, picture: Tensor) -> tuple[Tensor, ...]:
        """uint8 (1, h, w, 3) -> `OUTPUTS`."""
        fused, logits, faces = self.network(picture.permute(0, 3, 1, 2).float())
        fixation = torch.exp(logits - logits.amax((1, 2), keepdim=True))
        sizes = torch.cat([faces[:, 1:3].clamp(max=0.0).exp(), faces[:, 3:]], 1)
        return (fused / fused.amax((1, 2), keepdim=True))[:, None], fixation[:, None], faces[:, :1].sigmoid(), sizes
