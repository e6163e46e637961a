"""From data files to ONNX files: the stages in their order, each with the time it took."""

from __future__ import annotations

import dataclasses
import shutil
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from training.augment import Pool, join, with_faces
from training.data import CLOSE_UPS, MIT_LICENSED_SETS, SETS, prepare
from training.dev import read_all
from training.export import export
from training.face_head import train_face_head
from training.faces import mark_faces
from training.recipes import BRANCH, DEFAULT, DEFAULT_FINISH, FACES, MIT, MIT_FINISH, TEACHER_STEPS, TEACHERS
from training.teach import teach, train_teacher
from training.train import EVALUATION_SIDE, Recipe, blend, parting_of, train_network

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from training.export import Finish
    from training.model import Network

CALIBRATION_PICTURES = 96
"""Training pictures from which the ranges of 8-bit values are taken: with 60 the maps already correlated by 0.9996 with
those of the floats."""


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Say how long a stage took."""
    started = time.monotonic()
    yield
    print(f"training: {name} took {(time.monotonic() - started) / 60:.1f} minutes", flush=True)


def shorten(recipe: Recipe, share: float) -> Recipe:
    """Keep a share of a recipe's steps."""
    stages = tuple(dataclasses.replace(one, steps=max(1, round(one.steps * share))) for one in recipe.stages)
    return dataclasses.replace(recipe, stages=stages, parting=round(recipe.parting * share))


def write(network: Network, pool: Pool, path: Path, finish: Finish) -> None:
    """Export a network as 8-bit file, with scales from pictures of all its sets, and say its checksum."""
    rows = np.linspace(0, len(pool.kind) - 1, CALIBRATION_PICTURES).astype(int)
    small = [np.asarray(Image.fromarray(pool.pictures[row].numpy()).resize((EVALUATION_SIDE,) * 2)) for row in rows]
    print(f"training: {path} {export(network, path, finish, np.stack(small))}", flush=True)


def train_default(data: Path, cache: Path, out: Path, share: float = 1.0) -> None:
    """Teachers, then the default network on all sets."""
    with stage("preparing the data"):
        pool = join({name: prepare(data, cache, name, "train") for name in (*SETS, CLOSE_UPS)})
        dev = read_all(data)
    lessons = []
    for design in TEACHERS:
        with stage(f"the teacher {design.name}"):
            teacher = train_teacher(
                design, pool, dev, cache, steps=max(1, round(TEACHER_STEPS * share)), seed=DEFAULT.seed
            )
        with stage("labelling"):
            lessons.append(teach(teacher, pool, cache))
    pool = dataclasses.replace(pool, taught=lessons[0].maps, features=lessons[0].features)
    with stage("the default network"):
        first = train_network(shorten(DEFAULT, share), pool, dev, cache / "default.pt")
    with stage("its branch"):
        pool = dataclasses.replace(pool, taught=lessons[-1].maps)
        if not (cache / "branch.pt").is_file():
            shutil.copyfile(parting_of(cache / "default.pt"), cache / "branch.pt")
        network = blend([first, train_network(shorten(BRANCH, share), pool, dev, cache / "branch.pt")])
    with stage("its faces"):
        pool = with_faces(pool, {name: mark_faces(data, cache, name) for name in SETS if name != "crowd"})
        recipe = dataclasses.replace(FACES, steps=max(1, round(FACES.steps * share)))
        network = train_face_head(network, recipe, pool, cache / "face-head.pt")
    write(network, pool, out / "focalbox.onnx", DEFAULT_FINISH)


def train_mit(data: Path, cache: Path, out: Path, share: float = 1.0) -> None:
    """Train the network of the MIT-licensed rows alone."""
    with stage("preparing the data"):
        pool = join({name: prepare(data, cache, name, "train") for name in (*MIT_LICENSED_SETS, CLOSE_UPS)})
        dev = read_all(data)
    with stage("the MIT network"):
        network = train_network(shorten(MIT, share), pool, dev, cache / "mit.pt")
    write(network, pool, out / "focalbox-mit.onnx", MIT_FINISH)
