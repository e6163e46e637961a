"""Makes the batches of the next steps ahead, in other processes, so that a GPU does not wait for them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from torch.utils.data import DataLoader, Dataset

from training.fitting.processor import processor

__all__ = ["batches_ahead"]

Example = TypeVar("Example")

AHEAD = 2
"""Batches that each process has ready (count): few, since every tensor of them holds an open file."""


class Steps(Dataset[Example], Generic[Example]):
    """The batches of a training by the number of the step."""

    def __init__(self, make: Callable[[int], Example]) -> None:
        self.make = make

    def __getitem__(self, step: int) -> Example:
        return self.make(step)


def batches_ahead(make: Callable[[int], Example], first: int, last: int) -> Iterator[Example]:
    """Give the batches of the steps from first up to, not including, last, in their order.

    On a CPU each is made when it is asked for: the cores are busy with the network.
    """
    workers = max(1, (os.cpu_count() or 1) - 1) if processor().type == "cuda" else 0
    loader: DataLoader[Example] = DataLoader(
        Steps(make),
        batch_size=None,
        sampler=range(first, last),
        num_workers=workers,
        prefetch_factor=AHEAD if workers else None,
        multiprocessing_context="fork" if workers else None,
    )
    return iter(loader)
