"""Fine-tunes the teachers on all sets and writes what they say about every training picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from training.augment import Batch, Pool, draw_rows, make_batch
from training.dev import DevPicture, squashed, summary
from training.losses import density, divergence, mask_loss, normalise, window_loss
from training.processor import processor
from training.schedule import Average, Clock, one_cycle, restore, store
from training.teacher import Design, Teacher

if TYPE_CHECKING:
    from pathlib import Path

HEADS = ("object", "fixation", "joint", "keep")
"""Masks, fixation densities, both as one density that windows are chosen by, human crops."""

COUNTS = {"duts": 5, "osie": 2, "crowd": 2, "scene500": 2, "mit1003": 3, "fcdb": 2}
"""Rows of each set in a step."""

WINDOW_WEIGHT = 4.0
"""Weight of the window loss beside the divergence: both then have gradients of like size at the start."""


MOST_DEVIATION = 8.0
"""Standard deviations beyond which a feature is cut off: single values must not rule the loss."""


@dataclass(frozen=True)
class Lessons:
    """What the teacher says and sees.

    Attributes
    ----------
    maps : Tensor, (n, heads, cells, cells)
        In the order of `HEADS`; densities with peak 1. A quarter of the teacher's picture side.
    features : tuple of Tensor, (n, channels, cells, cells)
        At strides 16 and 32.
    """

    maps: Tensor
    features: tuple[Tensor, ...]


def loss_of(found: dict[str, Tensor], batch: Batch) -> Tensor:
    """All losses of a batch, each over the rows that have the label."""
    has = [batch.kind == index for index in range(3)]
    total = torch.zeros(())
    total = total + mask_loss(found["object"][has[0]], batch.labels[has[0]]).mean()
    total = total + mask_loss(found["keep"][has[2]], batch.labels[has[2]]).mean() * 0.5
    fixated, seen = has[1], (has[0] | has[1]) & (batch.labels.sum((1, 2)) > 1)
    fixation = found["fixation"][fixated].flatten(1).log_softmax(1).view_as(found["fixation"][fixated])
    total = total + divergence(fixation, batch.labels[fixated]).mean()
    total = total + WINDOW_WEIGHT / 2 * window_loss(fixation.exp(), normalise(batch.labels[fixated])).mean()
    joint = found["joint"][seen].flatten(1).log_softmax(1).view_as(found["joint"][seen])
    total = total + divergence(joint, batch.labels[seen]).mean()
    return total + WINDOW_WEIGHT * window_loss(joint.exp(), normalise(batch.labels[seen])).mean()


def answer(teacher: Teacher, pictures: Tensor) -> Lessons:
    """Average both mirrored looks at (n, side, side, 3); the features are those of the upright look. Both on the CPU."""
    pictures = pictures.to(processor())
    upright = pictures.permute(0, 3, 1, 2).float().contiguous(memory_format=torch.channels_last)
    answers, features = [], []
    for mirrored in (False, True):
        with torch.autocast(processor().type, torch.bfloat16):
            taken = teacher.backbone(upright.flip(3) if mirrored else upright)
            found = teacher.decode(taken)
        maps = [found[name].sigmoid() if name in {"object", "keep"} else density(found[name]) for name in HEADS]
        answers.append(torch.stack(maps, 1).flip(3) if mirrored else torch.stack(maps, 1))
        features.append(tuple(one.float() for one in taken[2:]))
    mean = (answers[0] + answers[1]) / 2
    for index, name in enumerate(HEADS):
        if name not in {"object", "keep"}:
            mean[:, index] /= mean[:, index].amax((1, 2), keepdim=True).clamp(min=1e-9)
    return Lessons(mean.cpu(), tuple(one.cpu() for one in features[0]))


def judge(teacher: Teacher, dev: dict[str, list[DevPicture]]) -> list[str]:
    """Gain by head on the dev rows, a line a head."""
    teacher.eval()
    with torch.inference_mode():
        said = {
            name: answer(teacher, torch.from_numpy(squashed(rows, teacher.design.side))).maps.numpy()
            for name, rows in dev.items()
        }
    teacher.train()
    return [
        f"{head:9s} " + summary({name: list(maps[:, index]) for name, maps in said.items()}, dev)
        for index, head in enumerate(HEADS)
        if head != "keep"
    ]


def train_teacher(
    design: Design, pool: Pool, dev: dict[str, list[DevPicture]], folder: Path, *, steps: int, seed: int
) -> Teacher:
    """Fine-tune; a checkpoint in `folder` is taken up again, a finished one is only loaded."""
    torch.manual_seed(seed)
    draw, random = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    teacher = Teacher(HEADS, design)
    teacher.backbone.load_published()
    teacher.to(processor(), memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    early = [teacher.backbone._conv_stem, teacher.backbone._bn0, *teacher.backbone._blocks[: design.frozen]]  # noqa: SLF001
    for module in early:
        module.requires_grad_(requires_grad=False)
    tuned = [value for name, value in teacher.named_parameters() if name.startswith("backbone") and value.requires_grad]
    fresh = [value for name, value in teacher.named_parameters() if not name.startswith("backbone")]
    rates = (2e-4, 2e-3)
    optimiser = torch.optim.AdamW(
        [{"params": tuned, "lr": rates[0]}, {"params": fresh, "lr": rates[1]}], weight_decay=0.02
    )
    average = Average(teacher, 0.995)
    checkpoint = folder / f"teacher-{design.name}.pt"
    start = restore(checkpoint, teacher, optimiser, average)
    clock = Clock(start, checkpoint.stem)
    for step in range(start, steps):
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = rate * one_cycle(step / steps)
        batch = make_batch(pool, draw_rows(pool, COUNTS, draw), design.side, random).to(processor())
        with torch.autocast(processor().type, torch.bfloat16):
            found = teacher(batch.pictures)
        value = loss_of(found, batch)
        optimiser.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(teacher.parameters(), 5.0)
        optimiser.step()
        average.update(teacher)
        clock.tick(step, float(value.detach()))
        if (step + 1) % 250 == 0 or step + 1 == steps:
            store(checkpoint, step + 1, teacher, optimiser, average)
            for line in judge(cast("Teacher", average.model), dev):
                clock.say(line)
    average.model.eval()
    return cast("Teacher", average.model)


def teach(teacher: Teacher, pool: Pool, folder: Path) -> None:
    """Ask the teacher about every row, unless that was done; its answers are kept in files."""
    paths = _lesson_paths(teacher.design, folder)
    if all(path.is_file() for path in paths):
        return
    for path, values in zip(paths, ask(teacher, pool), strict=True):
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            np.save(file, values.numpy())
        part.rename(path)


def read_lessons(design: Design, folder: Path) -> Lessons:
    """Read what a teacher said."""
    maps, *features = (torch.from_numpy(np.load(path)) for path in _lesson_paths(design, folder))
    return Lessons(maps, tuple(features))


def _lesson_paths(design: Design, folder: Path) -> list[Path]:
    return [folder / f"taught-{design.name}-{name}.npy" for name in ("maps", "features-16", "features-32")]


def ask(teacher: Teacher, pool: Pool) -> tuple[Tensor, ...]:
    """Return the maps and the features of both strides, float16; the features are standardised by channel."""
    parts: list[tuple[Tensor, ...]] = []
    with torch.inference_mode():
        for rows in torch.split(pool.pictures, 64):
            small = functional.interpolate(
                rows.permute(0, 3, 1, 2).float(),
                size=(teacher.design.side, teacher.design.side),
                mode="bilinear",
                antialias=True,
                align_corners=False,
            )
            found = answer(teacher, small.permute(0, 2, 3, 1))
            parts.append((found.maps.half(), *(one.half() for one in found.features)))
    maps, *features = (torch.cat(one) for one in zip(*parts, strict=True))
    return maps, *(standardised(one) for one in features)


def standardised(features: Tensor) -> Tensor:
    """Bring every channel of (n, channels, h, w) to mean 0 and standard deviation 1, over all pictures and places."""
    kept = []
    for channel in features.unbind(1):
        values = channel.float()
        kept.append(
            ((values - values.mean()) / values.std().clamp(min=1e-3)).clamp(-MOST_DEVIATION, MOST_DEVIATION).half()
        )
    return torch.stack(kept, 1)
