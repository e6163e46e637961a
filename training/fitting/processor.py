"""What networks are trained on: a GPU when PyTorch finds one, else the CPU. Data and batches are made on the CPU."""

from __future__ import annotations

from functools import cache

import torch

__all__ = ["processor", "short_floats"]


@cache
def processor() -> torch.device:
    """Return the device that networks and batches are moved to; asked for in each process, since a GPU is opened by it."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


@cache
def short_floats() -> bool:
    """Tell whether to compute in bfloat16: on a GPU.

    On processors a step takes longer with it: 1.4 times as long on one that multiplies matrices of it (Intel with AMX,
    PyTorch 2.13), for want of fast depthwise convolutions, and twenty times where it is emulated (AMD EPYC with AVX2).
    """
    return processor().type == "cuda"
