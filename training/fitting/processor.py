"""The device on which networks are trained: a GPU when PyTorch finds one, else the CPU. Batches are made on the CPU."""

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
    """Tell whether to compute in bfloat16: on a GPU, and on a processor that multiplies matrices of it (Intel with AMX).

    There it halves the time of a step, but for depthwise convolutions, which stay in floats (`networks.backbone.Block`): in
    bfloat16 a step takes 1.4 times as long as in floats (PyTorch 2.13). Elsewhere it is emulated, and takes twenty times as
    long (AMD EPYC with AVX2).
    """
    return processor().type == "cuda" or bool(torch.cpu.get_capabilities().get("amx_bf16"))
