"""From data files to ONNX files: the stages in their order, each with the time it took."""

from __future__ import annotations

import dataclasses
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from training.augment import join
from training.data import MIT_LICENSED_SETS, SETS, prepare
from training.dev import read_all
from training.export import export
from training.recipes import DEFAULT, DEFAULT_FINISH, MIT, MIT_FINISH, TEACHER_STEPS
from training.teach import teach, train_teacher
from training.train import Recipe, train_network

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Say how long a stage took."""
    started = time.monotonic()
    yield
    print(f"training: {name} took {(time.monotonic() - started) / 60:.1f} minutes", flush=True)


def shorten(recipe: Recipe, share: float) -> Recipe:
    """Keep a share of a recipe's steps."""
    return dataclasses.replace(
        recipe, stages=tuple(dataclasses.replace(one, steps=max(1, round(one.steps * share))) for one in recipe.stages)
    )


def train_default(data: Path, cache: Path, out: Path, share: float = 1.0) -> None:
    """Teacher, then the default network on all sets."""
    with stage("preparing the data"):
        pool = join({name: prepare(data, cache, name, "train") for name in SETS})
        dev = read_all(data)
    with stage("the teacher"):
        teacher = train_teacher(pool, dev, cache, max(1, round(TEACHER_STEPS * share)), DEFAULT.seed)
    with stage("labelling"):
        pool = dataclasses.replace(pool, taught=teach(teacher, pool, cache / "taught.npy"))
    with stage("the default network"):
        network = train_network(shorten(DEFAULT, share), pool, dev, cache / "default.pt")
    print(f"training: {out / 'focalbox.onnx'} {export(network, out / 'focalbox.onnx', DEFAULT_FINISH)}", flush=True)


def train_mit(data: Path, cache: Path, out: Path, share: float = 1.0) -> None:
    """Train the network of the MIT-licensed rows alone."""
    with stage("preparing the data"):
        pool = join({name: prepare(data, cache, name, "train") for name in MIT_LICENSED_SETS})
        dev = read_all(data)
    with stage("the MIT network"):
        network = train_network(shorten(MIT, share), pool, dev, cache / "mit.pt")
    print(f"training: {out / 'focalbox-mit.onnx'} {export(network, out / 'focalbox-mit.onnx', MIT_FINISH)}", flush=True)
