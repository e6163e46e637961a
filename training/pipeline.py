"""From data files to ONNX files: the stages in their order, each with the time it took."""

from __future__ import annotations

import dataclasses
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from training.augment import Pool, join, with_faces
from training.data import CLOSE_UPS, MIT_LICENSED_SETS, SETS, prepare
from training.dev import read_all
from training.export import Finish, export
from training.face_head import train_face_head
from training.faces import mark_faces
from training.lanes import Lane, side_by_side
from training.recipes import BRANCH, DEFAULT, DEFAULT_FINISH, FACES, MIT, MIT_FINISH, TEACHER_STEPS
from training.teach import read_lessons, teach, train_teacher
from training.teacher import LITE0, LITE2, Design
from training.train import EVALUATION_SIDE, Recipe, blend, train_network

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from training.model import Network

CALIBRATION_PICTURES = 96
"""Training pictures from which the ranges of 8-bit values are taken: with 60 the maps already correlated by 0.9996 with
those of the floats."""

ALL_SETS = (*SETS, CLOSE_UPS)


@dataclass(frozen=True)
class Workshop:
    """Where a training finds its data, keeps its cache and puts the result; the share of the steps that it takes."""

    data: Path
    cache: Path
    out: Path
    share: float = 1.0

    def pool(self, sets: Sequence[str] = ALL_SETS) -> Pool:
        """Give the training pictures of some sets."""
        return join({name: prepare(self.data, self.cache, name, "train") for name in sets})

    def few(self, steps: int) -> int:
        """Give the share of a number of steps."""
        return max(1, round(steps * self.share)) if steps else 0

    def shorten(self, recipe: Recipe) -> Recipe:
        """Keep the share of a recipe's steps."""
        stages = tuple(dataclasses.replace(one, steps=self.few(one.steps)) for one in recipe.stages)
        return dataclasses.replace(recipe, stages=stages, parting=self.few(recipe.parting))


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Say how long a stage took."""
    started = time.monotonic()
    yield
    print(f"training: {name} took {(time.monotonic() - started) / 60:.1f} minutes", flush=True)


def train_default(shop: Workshop, meanwhile: Lane = ()) -> None:
    """Teachers, then the default network on all sets; other tasks may be done while it waits for the second teacher."""
    side_by_side((partial(prepare_all, shop),))  # in a process, for the memory that it takes
    side_by_side(
        (partial(learn_from, LITE0, shop), partial(train_stem, shop)), (partial(learn_from, LITE2, shop), *meanwhile)
    )
    side_by_side(
        (partial(train_from_stem, "trunk", DEFAULT, LITE0, shop),),
        (partial(train_from_stem, "branch", BRANCH, LITE2, shop),),
    )
    network = blend([train_from_stem("trunk", DEFAULT, LITE0, shop), train_from_stem("branch", BRANCH, LITE2, shop)])
    with stage("the faces"):
        pool = with_faces(
            shop.pool(), {name: mark_faces(shop.data, shop.cache, name) for name in SETS if name != "crowd"}
        )
        recipe = dataclasses.replace(FACES, steps=shop.few(FACES.steps))
        network = train_face_head(network, recipe, pool, shop.cache / "face-head.pt")
    write(network, pool, shop.out / "focalbox.onnx", DEFAULT_FINISH)


def train_mit(shop: Workshop) -> None:
    """Train the network of the MIT-licensed rows alone."""
    pool = shop.pool((*MIT_LICENSED_SETS, CLOSE_UPS))
    with stage("the MIT network"):
        network = train_network(shop.shorten(MIT), pool, read_all(shop.data), shop.cache / "mit.pt")
    write(network, pool, shop.out / "focalbox-mit.onnx", MIT_FINISH)


def prepare_all(shop: Workshop) -> None:
    """Read the data once, so that the lanes find it prepared."""
    with stage("preparing the data"):
        shop.pool()


def learn_from(design: Design, shop: Workshop) -> None:
    """Fine-tune a teacher and keep what it says about every training picture."""
    pool = shop.pool()
    with stage(f"the teacher {design.name}"):
        steps = shop.few(TEACHER_STEPS)
        teacher = train_teacher(design, pool, read_all(shop.data), shop.cache, steps=steps, seed=DEFAULT.seed)
    with stage(f"the labels of {design.name}"):
        teach(teacher, pool, shop.cache)


def taught_pool(features: Design, maps: Design, shop: Workshop) -> Pool:
    """Give the training pictures with the features of one teacher and the maps of another."""
    return dataclasses.replace(
        shop.pool(),
        taught=read_lessons(maps, shop.cache).maps,
        features=read_lessons(features, shop.cache).features,
    )


def train_stem(shop: Workshop) -> None:
    """Train what trunk and branch have in common."""
    pool, recipe = taught_pool(LITE0, LITE0, shop), shop.shorten(DEFAULT)
    with stage("the stem"):
        train_network(recipe, pool, read_all(shop.data), shop.cache / "stem.pt", until=recipe.parting)


def train_from_stem(name: str, recipe: Recipe, maps: Design, shop: Workshop) -> Network:
    """Go on from the stem under a recipe and a teacher's maps."""
    checkpoint = shop.cache / f"{name}.pt"
    if not checkpoint.is_file():
        shutil.copyfile(shop.cache / "stem.pt", checkpoint)
    with stage(f"the {name}"):
        return train_network(shop.shorten(recipe), taught_pool(LITE0, maps, shop), read_all(shop.data), checkpoint)


def write(network: Network, pool: Pool, path: Path, finish: Finish) -> None:
    """Export a network as 8-bit file, with scales from pictures of all its sets, and say its checksum."""
    rows = np.linspace(0, len(pool.kind) - 1, CALIBRATION_PICTURES).astype(int)
    small = [np.asarray(Image.fromarray(pool.pictures[row].numpy()).resize((EVALUATION_SIDE,) * 2)) for row in rows]
    print(f"training: {path} {export(network, path, finish, np.stack(small))}", flush=True)
