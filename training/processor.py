"""What networks are trained on: a GPU when PyTorch finds one, else the CPU. Data and batches are made on the CPU."""

from __future__ import annotations

from functools import cache

import torch

__all__ = ["processor"]


@cache
def processor() -> torch.device:
    """Return the device that networks and batches are moved to; asked for in each process, since a GPU is opened by it."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
