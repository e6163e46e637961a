"""What the network learns of the teacher's features, beside its maps.

The teacher's features come from a million pictures; from 1,700 pictures with fixations a small network learns nothing like
them. So its own features at strides 16 and 32, through one linear map each, are held against the first teacher's at every
place (FitNets, Romero et al. 2015, arXiv:1412.6550). The linear maps are dropped afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.model import WIDTHS, Answer, Network
from training.teacher import LITE0


class Pupil(nn.Module):
    """A network in training: the network, and the linear maps from its features to the teacher's.

    Parameters
    ----------
    network : the network to train.
    taught : whether there is a teacher to learn from.
    """

    def __init__(self, network: Network, *, taught: bool) -> None:
        super().__init__()
        self.network = network
        pairs = zip(WIDTHS[2:], LITE0.tap_channels[2:], strict=True) if taught else ()
        self.mimics = nn.ModuleList(nn.Conv2d(ours, theirs, 1) for ours, theirs in pairs)

    def forward(self, pictures: Tensor) -> Answer:
        """As the network's."""
        found: Answer = self.network(pictures)
        return found

    def mimicry_loss(self, found: Answer, seen: Sequence[Tensor]) -> Tensor:
        """Mean squared error, in the teacher's standard deviations, mean over the strides."""
        errors = [
            functional.mse_loss(mimic(ours.float()), theirs)
            for mimic, ours, theirs in zip(self.mimics, found.features, seen, strict=True)
        ]
        return torch.stack(errors).mean()
