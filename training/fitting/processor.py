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
    """Tell whether to compute in bfloat16: on a GPU, and on a CPU that has it or AVX-512.

    Elsewhere it is emulated: a step then takes twenty times as long as in floats of 32 bits (AMD EPYC with AVX2).
    """
    return processor().type == "cuda" or torch.backends.cpu.get_cpu_capability() == "AVX512"
