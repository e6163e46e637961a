"""Averages the answers of several networks for all training pictures, as further labels for the shipped network.

Most pictures have one kind of label; an ensemble gives every map of each picture, more exactly than one network would
(Hinton, Vinyals and Dean 2015, arXiv:1503.02531).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from training.batches.pool import Pool
from training.fitting.processor import processor, short_floats
from training.networks.network import HEADS, Network

LOOKED_AT = 256
"""Side of the squashed pictures that an ensemble is asked about (pixels)."""

ANSWER_SIDE = 64
"""Side of the maps that are kept (cells): a quarter of it."""

PICTURES_A_LOOK = 48

CHANCES = ("object", "keep")
"""Maps that are chances; the others are densities, kept with their maximum as 1."""


def answered(pool: Pool, networks: Sequence[Network]) -> Pool:
    """Return the pool with what the networks say of its pictures, whole and mirrored, on average."""
    networks = [network.to(processor(), memory_format=torch.channels_last).eval() for network in networks]  # type: ignore[call-overload]
    answers = torch.empty(len(pool.kind), len(HEADS), ANSWER_SIDE, ANSWER_SIDE, dtype=torch.float16)
    for rows in torch.arange(len(pool.kind)).split(PICTURES_A_LOOK):
        answers[rows] = ask(networks, pool.pictures[rows]).half().cpu()
    return dataclasses.replace(pool, answers=answers, answered=torch.ones(len(pool.kind), dtype=torch.bool))


@torch.inference_mode()
def ask(networks: Sequence[Network], pictures: Tensor) -> Tensor:
    """Tell what networks say of pictures (uint8, n, side, side, 3): (n, maps, ANSWER_SIDE, ANSWER_SIDE), 0..1."""
    shown = pictures.to(processor()).permute(0, 3, 1, 2).float()
    if shown.shape[2] != LOOKED_AT:
        shown = functional.interpolate(shown, size=(LOOKED_AT, LOOKED_AT), mode="bilinear", antialias=True)
    total = torch.zeros(len(shown), len(HEADS), ANSWER_SIDE, ANSWER_SIDE, device=shown.device)
    for network in networks:
        for mirrored in (False, True):
            seen = shown.flip(3) if mirrored else shown
            with torch.autocast(processor().type, torch.bfloat16, enabled=short_floats()):
                maps = network.saliency(network.backbone(seen.contiguous(memory_format=torch.channels_last)))
            said = torch.stack([_values(maps[name], name) for name in HEADS], 1)
            total += said.flip(3) if mirrored else said
    total /= 2 * len(networks)
    for index, name in enumerate(HEADS):
        if name not in CHANCES:
            total[:, index] /= total[:, index].amax((1, 2), keepdim=True)
    return total


def _values(logits: Tensor, name: str) -> Tensor:
    """Make logits (n, h, w) chances, or densities of sum 1."""
    return logits.sigmoid() if name in CHANCES else logits.flatten(1).softmax(1).view_as(logits)
