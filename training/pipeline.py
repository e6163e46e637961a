"""From data files to ONNX files: the stages in their order, each with the time it took."""

from __future__ import annotations

import dataclasses
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from training.batches.pool import WITH_ANIMALS, WITH_FACES, WITH_HEADS, WITH_LINES, WITHOUT_HEADS, Pool, join
from training.data.pictures import CLOSE_UPS, MIT_LICENSED_SETS, SETS, prepare, rows_of
from training.ensemble import answered
from training.finder import train_finder, train_yunet
from training.fitting.loop import Recipe
from training.fitting.processor import processor
from training.networks.backbone import LITE2
from training.networks.export import OUTPUTS, export, ready
from training.networks.network import Network
from training.networks.small import OUTPUTS as SMALL_OUTPUTS
from training.networks.small import ShippedSmall
from training.networks.yunet import YuNet
from training.pruning import train_pruned, train_rounded
from training.stages import train, train_gate, train_heads, train_small
from training.teachers.heads import read_heads
from training.teachers.marks import MARKED_SETS, Marks, mark, marks_of_people

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

CALIBRATION_PICTURES = 96
"""Training pictures from which the ranges of 8-bit values are taken."""

CALIBRATION_SIDE = 224
"""Side of those pictures (pixels): that of the looking copy."""

DEFAULT = Recipe(
    steps=1600,
    counts={"duts": 7, "osie": 2, "crowd": 2, "scene500": 2, "mit1003": 2, "taskfix": 1, "fcdb": 3},
    marked={"people": 3, "mit1003": 1, "crowd": 1},
    rates=(2e-4, 2e-3),
)
"""Backbone and all decoders; the rates are of the backbone and of the decoders."""

TUNED = dataclasses.replace(LITE2, frozen=1)
"""The design that is shipped where there is a GPU: all blocks but the first learn."""

MEMBERS = 4
"""Networks of the ensemble that a GPU trains first, each without a fold of the rows. A CPU trains none: too long for two
cores."""

MEMBER = Recipe(
    steps=1000,
    counts={"duts": 14, "osie": 5, "crowd": 5, "scene500": 5, "mit1003": 6, "taskfix": 2, "fcdb": 5},
    marked={"people": 4, "mit1003": 1, "crowd": 1},
    headed={WITH_HEADS: 4},
    rates=(2e-4, 2e-3),
    shapes=((256, 256), (224, 224)),
    decay=0.997,
    seed=10,
)
"""One of them, on larger pictures than are looked at; the seeds of the others follow its own."""

TAUGHT = Recipe(
    steps=2200,
    counts={"duts": 20, "osie": 5, "crowd": 5, "scene500": 5, "mit1003": 6, "taskfix": 2, "fcdb": 8, "people": 7},
    marked={"people": 4, "mit1003": 2, "crowd": 2},
    headed={WITH_HEADS: 8, WITHOUT_HEADS: 2},
    rates=(3e-4, 2e-3),
    small_share=0.0,
    decay=0.998,
)
"""What is shipped, in place of `DEFAULT`, where there is a GPU: it learns from the ensemble too."""

HEADS = Recipe(
    steps=1200,
    counts={},
    marked={WITH_HEADS: 17, WITHOUT_HEADS: 4, "crowd": 3},
    rates=(1.5e-3,),
    seed=4,
)
"""The decoder of heads alone, on the pictures in which all heads are marked: the pruned network learns its answers, too."""

YUNET = Recipe(
    steps=1000,
    counts={},
    marked={WITH_FACES: 14, "people": 2, "crowd": 2, "mit1003": 1, "scene500": 1, "fcdb": 1, "duts": 3},
    rates=(5e-4,),
    seed=3,
)
"""YuNet, from its published weights."""

FINDER = Recipe(
    steps=3500,
    counts={},
    marked={WITH_FACES: 5, "people": 1, "crowd": 1, "mit1003": 1, WITH_LINES: 5},
    headed={WITH_HEADS: 8, WITH_ANIMALS: 7, WITHOUT_HEADS: 4},
    rates=(1.4e-3,),
    small_share=0.0,
    decay=0.998,
    seed=71,
)
"""The finder of faces, heads and lines, from the marks and from what YuNet says; `FINDER_LONGER` where there is a GPU."""

FINDER_LONGER = dataclasses.replace(FINDER, steps=10_000, decay=0.999)

GATE = Recipe(
    steps=400,
    counts={"duts": 12, "osie": 6, "crowd": 6, "scene500": 6, "mit1003": 6, "taskfix": 2},
    rates=(3e-3,),
    weight_decay=5.0,
    seed=1,
)

ENTRY = Recipe(
    steps=1200,
    counts={"duts": 6, "osie": 1, "crowd": 2, "scene500": 2, "mit1003": 2, "taskfix": 1, "fcdb": 2, "people": 2},
    headed={WITH_HEADS: 5, WITH_LINES: 1},
    rates=(4e-3,),
    shapes=((96, 128), (128, 96)),
    weight_decay=0.001,
    decay=0.998,
    seed=77,
)
"""The entry of the pruned backbone alone, on small pictures: it sees little of each at a time."""

PRUNED = Recipe(
    steps=2400,
    counts={"duts": 6, "osie": 1, "crowd": 1, "scene500": 2, "mit1003": 2, "taskfix": 1, "fcdb": 1, "people": 1},
    headed={WITH_HEADS: 7},
    marked={WITH_LINES: 1, WITH_FACES: 1},
    rates=(1.2e-4, 2.4e-4),
    weight_decay=0.001,
    decay=0.998,
    seed=79,
)
"""The network with the pruned backbone, from the answers of the whole one; the rates are of the backbone and of the rest."""

PRUNED_LONGER = dataclasses.replace(
    PRUNED,
    steps=18_000,
    counts={"duts": 22, "osie": 5, "crowd": 5, "scene500": 7, "mit1003": 7, "taskfix": 3, "fcdb": 6, "people": 7},
    headed={WITH_HEADS: 20, WITHOUT_HEADS: 3},
    marked={WITH_LINES: 4, WITH_FACES: 3},
    rates=(2.2e-4, 4.4e-4),
    small_share=0.0,
    decay=0.999,
)
"""In place of `PRUNED` where there is a GPU."""

ROUNDED = dataclasses.replace(PRUNED, steps=1000, rates=(1e-4, 1.5e-4), seed=123)
"""The same with the weights that it has in 8 bits; `ROUNDED_LONGER` where there is a GPU."""

ROUNDED_LONGER = dataclasses.replace(ROUNDED, steps=4000)

MIT = Recipe(
    steps=2400,
    counts={"osie": 8, "crowd": 7, "scene500": 8, CLOSE_UPS: 2},
    rates=(3e-3,),
    shapes=((160, 160), (192, 192)),
    weight_decay=0.1,
    decay=0.998,
    seed=1,
)


@dataclass(frozen=True)
class TrainingRun:
    """Where a training finds its data, keeps its cache and puts the result; the share of the steps that it takes."""

    data: Path
    cache: Path
    out: Path
    share: float = 1.0

    def pool(self, sets: Sequence[str], marks: dict[str, Marks]) -> Pool:
        """Give the training pictures of some sets."""
        heads = {name: read_heads(self.data, name) for name in sets if name != CLOSE_UPS}
        return join({name: prepare(self.data, self.cache, name, "train") for name in sets}, marks, heads)

    def shorten(self, recipe: Recipe) -> Recipe:
        """Keep the share of a recipe's steps."""
        return dataclasses.replace(recipe, steps=max(1, round(recipe.steps * self.share)))


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Say how long a stage took."""
    started = time.monotonic()
    yield
    print(f"training: {name} took {(time.monotonic() - started) / 60:.1f} minutes", flush=True)


def train_default(run: TrainingRun) -> None:
    """Make focalbox.onnx."""
    with stage("marking faces and text"):
        marks = {name: mark(run.data, run.cache, name) for name in MARKED_SETS}
    with stage("preparing the pictures"):
        pool = run.pool(tuple(SETS), marks)
    members: list[Network] = []
    recipe, design, pruned, rounded, finder = DEFAULT, LITE2, PRUNED, ROUNDED, FINDER
    if processor().type == "cuda":
        recipe, design, pruned, rounded, finder = TAUGHT, TUNED, PRUNED_LONGER, ROUNDED_LONGER, FINDER_LONGER
        with stage("the ensemble"):
            members = [train_member(run, pool, number) for number in range(MEMBERS)]
        with stage("the answers of the ensemble"):
            pool = answered(pool, members)
    with stage("backbone and decoders"):
        network = train(Network(design), pool, run.shorten(recipe), run.cache / "network.pt")
    with stage("heads"):
        network = train_heads(network, pool, run.shorten(HEADS), run.cache / "heads.pt")
    with stage("YuNet"):
        yunet = train_yunet(YuNet(), pool, run.shorten(YUNET), run.cache / "yunet.pt")
    with stage("the gate"):
        network = train_gate(network, pool, run.shorten(GATE), run.cache / "gate.pt", members)
    with stage("the pruned network"):
        small = train_pruned(network, pool, run.shorten(ENTRY), run.shorten(pruned), run.cache)
    with stage("rounded weights"):
        small = train_rounded(small, network, pool, run.shorten(rounded), run.cache / "rounded.pt")
    with stage("the finder of faces, heads and lines"):
        found = train_finder(small, yunet, pool, run.shorten(finder), run.cache / "finder.pt")
    with stage("the file"):
        digest = export(ready(small, found), OUTPUTS, run.out / "focalbox.onnx", calibration(pool))
    print(f"training: focalbox.onnx {digest}", flush=True)


def train_member(run: TrainingRun, pool: Pool, number: int) -> Network:
    """Train one network of the ensemble, without the rows of its fold."""
    recipe = dataclasses.replace(MEMBER, seed=MEMBER.seed + number)
    return train(
        Network(TUNED), pool.without_fold(number, MEMBERS), run.shorten(recipe), run.cache / f"member-{number}.pt"
    )


def train_mit(run: TrainingRun) -> None:
    """Make focalbox-mit.onnx, of the MIT-licensed rows alone and the heads that people marked there."""
    marks = {name: marks_of_people(rows_of(run.data, name, "train")) for name in ("crowd", CLOSE_UPS)}
    pool = run.pool((*MIT_LICENSED_SETS, CLOSE_UPS), marks)
    with stage("the MIT network"):
        network = train_small(pool, run.shorten(MIT), run.cache / "mit.pt")
    digest = export(ShippedSmall(network), SMALL_OUTPUTS, run.out / "focalbox-mit.onnx", calibration(pool))
    print(f"training: focalbox-mit.onnx {digest}", flush=True)


def calibration(pool: Pool) -> NDArray[np.uint8]:
    """Pictures of all sets, as the network is shown them."""
    rows = np.linspace(0, len(pool.kind) - 1, CALIBRATION_PICTURES).astype(int)
    side = (CALIBRATION_SIDE, CALIBRATION_SIDE)
    return np.stack([np.asarray(Image.fromarray(pool.pictures[row].numpy()).resize(side)) for row in rows])
