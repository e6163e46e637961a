"""Stages of a training that need nothing of each other, done at once."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import torch

Lane = Sequence[Callable[[], object]]
"""Tasks in their order; what they make lies in files."""


def side_by_side(*lanes: Lane) -> None:
    """Do the tasks of all lanes, each lane in a process with its share of the threads.

    A network of this size gains little from a second thread and much from a second training beside it. With fewer threads
    than lanes, these take turns.
    """
    threads = torch.get_num_threads() // len(lanes)
    if not threads:
        for lane in lanes:
            _in_order(lane)
        return
    with ProcessPoolExecutor(
        len(lanes), mp_context=get_context("spawn"), initializer=_begin, initargs=(threads, os.getpid())
    ) as workers:
        for running in [workers.submit(_in_order, lane) for lane in lanes]:
            running.result()


def _begin(threads: int, parent: int) -> None:
    torch.set_num_threads(threads)
    threading.Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: int) -> None:
    """End with the process that started the lanes: a training that nobody waits for keeps a core busy for an hour."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _in_order(lane: Lane) -> None:
    for task in lane:
        task()
