"""Changes the colours of training pictures: brightness, contrast, cast; makes some grey, coarse, blurred or noisy.

The changes are drawn with the batch, and applied on the network's device: a GPU needs a hundredth of the time.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

GREY_SHARE, SOFT_SHARE, NOISY_SHARE = 0.1, 0.15, 0.2
"""Shares of the pictures that become grey, are blurred by 3 x 3 pixels, and get noise."""

COARSE_SHARE = 0.15
"""Share of the pictures that are halved and enlarged again: uploads are often smaller than the looking copy."""

MAX_NOISE = 10.0
"""Largest standard deviation of the noise (levels of 0..255)."""

DIM_SHARE = 0.25
"""Share of the pictures that become much darker or brighter."""

SEEDS = 2**24
"""Seeds of the noise are below this: a float of 32 bits holds each exactly."""

COLOURS = 9
"""Numbers that say what is done to a picture: saturation, contrast, factors of red, green and blue, whether it becomes
coarse, whether soft, standard deviation of its noise, seed of that."""


def draw_colours(count: int, random: torch.Generator, *, strongly: bool = False) -> Tensor:
    """Draw what `recolour` does to so many pictures: float (count, COLOURS).

    ``strongly``: some become much darker or brighter.
    """

    def uniform(low: float, high: float, columns: int = 1) -> Tensor:
        return low + (high - low) * torch.rand(count, columns, generator=random)

    def drawn(share: float) -> Tensor:
        return uniform(0, 1) < share

    saturation = torch.where(drawn(GREY_SHARE), 0.0, uniform(0.6, 1.4))
    contrast = uniform(0.7, 1.3)
    factors = uniform(0.75, 1.25) * uniform(0.93, 1.07, 3)
    if strongly:
        factors = factors * torch.where(drawn(DIM_SHARE), 4.0 ** uniform(-1, 0.4), 1.0)
    coarse, soft = drawn(COARSE_SHARE).float(), drawn(SOFT_SHARE).float()
    noise = torch.where(drawn(NOISY_SHARE), uniform(0, MAX_NOISE), 0.0)
    seeds = torch.randint(SEEDS, (count, 1), generator=random).float()
    return torch.cat([saturation, contrast, factors, coarse, soft, noise, seeds], 1)


def recolour(pictures: Tensor, colours: Tensor) -> Tensor:
    """Change pictures (uint8, n, 3, h, w) as was drawn for them (`draw_colours`, in the memory of the CPU): uint8.

    It is computed in the memory where the pictures are; noise differs from one kind of device to another.
    """
    changed = _tint(pictures, colours)
    # Only the rows that are drawn: blur and noise cost as much as all the rest.
    coarse, soft, noisy = (torch.nonzero(colours[:, column])[:, 0].to(pictures.device) for column in (5, 6, 7))
    halved = functional.avg_pool2d(changed[coarse], 2)
    changed[coarse] = functional.interpolate(halved, size=changed.shape[2:], mode="bilinear", align_corners=False)
    changed[soft] = functional.avg_pool2d(changed[soft], 3, 1, 1, count_include_pad=False)
    random = torch.Generator(pictures.device).manual_seed(int(colours[0, 8]))
    noise = torch.randn(changed[noisy].shape, generator=random, device=pictures.device)
    changed[noisy] += noise * colours[:, 7, None, None, None].to(pictures.device)[noisy]
    return in_levels(changed)


def tinted(pictures: Tensor, colours: Tensor) -> Tensor:
    """As `recolour`, but as sharp and free of noise as they are."""
    return in_levels(_tint(pictures, colours))


def in_levels(changed: Tensor) -> Tensor:
    """Round pictures (n, 3, h, w) to uint8, channels last in memory; the values are changed in place."""
    return changed.clamp_(0, 255).round_().to(torch.uint8).contiguous(memory_format=torch.channels_last)


def _tint(pictures: Tensor, colours: Tensor) -> Tensor:
    device = pictures.device
    saturation, contrast, factors = (
        one[:, :, None, None].to(device) for one in (colours[:, :1], colours[:, 1:2], colours[:, 2:5])
    )
    changed = pictures.float()
    grey = changed.mean(1, keepdim=True)
    middle = grey.mean((2, 3), keepdim=True)
    changed = grey + (changed - grey) * saturation
    return (middle + (changed - middle) * contrast) * factors
