"""Fairness: how often a window chooses each of two drawn faces that differ only in the tone of the skin."""

from __future__ import annotations

import io
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageColor, ImageDraw

from benchmarks.croppers import analyze
from benchmarks.tables import table
from focalbox.core.geometry import Box
from focalbox.core.target import Ratio
from focalbox.saliency.models import Model

__all__ = ["GROUNDS", "MONK_TONES", "Ground", "Outcome", "draw_pair", "fairness_table", "outcomes", "tone_shares"]

MONK_TONES: tuple[str, ...] = (
    "#f6ede4",
    "#f3e7db",
    "#f7ead0",
    "#eadaba",
    "#d7bd96",
    "#a07e56",
    "#825c43",
    "#604134",
    "#3a312a",
    "#292420",
)
"""The ten tones of the Monk Skin Tone Scale, from light to dark: E. Monk, 2023, doi:10.31235/osf.io/pdf4c;
https://skintone.google, CC BY 4.0. They colour the drawings of this check and nothing else in focalbox."""

_SIZE = (640, 320)
"""Width and height of a picture (pixels): 2:1, so that a square window holds one face and not the other."""

_RATIOS = (Ratio(1, 1), Ratio(4, 5))
_NOISE_SEEDS = (1, 2)
_LEFT_HALF = Box(0.0, 0.0, 0.5, 1.0)
_ALL = "all grounds"
_CONTRAST = 70
"""Difference of lines and skin in each channel, levels."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What is behind the faces: a colour, and the spread of soft noise on it (levels of 0..255)."""

    name: str
    colour: tuple[int, int, int]
    noise: float


GROUNDS = tuple(
    Ground(f"{name}{', soft noise' if noise else ''}", colour, noise)
    for name, colour in (
        ("dark grey", (64, 64, 64)),
        ("grey", (128, 128, 128)),
        ("light grey", (192, 192, 192)),
        ("blue", (90, 130, 180)),
        ("green", (90, 130, 70)),
        ("brown", (150, 110, 80)),
    )
    for noise in (0.0, 18.0)
)
"""Dark and light, cold and warm, so that no tone has the contrast on its side everywhere."""


def draw_pair(left: str, right: str, ground: Ground, seed: int = 0) -> Image.Image:
    """Draw two equal faces, each a quarter from its end, that differ in nothing but the colour of their skin."""
    width, height = _SIZE
    pixels = np.broadcast_to(np.array(ground.colour, dtype=np.float64), (height, width, 3)).copy()
    if ground.noise:
        coarse = np.random.default_rng(seed).normal(0, ground.noise, (height // 16, width // 32))
        # Mirrored, so that the ground is the same behind both faces.
        half = np.asarray(
            Image.fromarray(coarse.astype(np.float32)).resize((width // 2, height), Image.Resampling.BICUBIC)
        )
        pixels += np.concatenate([half, half[:, ::-1]], axis=1)[..., None]
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    _draw_face(draw, width // 4, height // 2, left)
    _draw_face(draw, width - 1 - width // 4, height // 2, right)
    return image


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result for the left face: chosen (1), not chosen (0) or undecided (0.5), and its half's share of the saliency."""

    chosen: float
    saliency: float


def outcomes(model: Model, left: str, right: str, ground: Ground) -> list[Outcome]:
    """Crop one pair of faces, to every ratio and on every drawing of the ground."""
    found = []
    for seed in _NOISE_SEEDS if ground.noise else (0,):
        stored = io.BytesIO()
        draw_pair(left, right, ground, seed).save(stored, "PNG")
        analysis = analyze(model, stored.getvalue())
        share = analysis.saliency.share(_LEFT_HALF) if analysis.saliency.total else 0.5
        for ratio in _RATIOS:
            box = analysis.plan(ratio).box
            ends = box.left, _SIZE[0] - box.right
            middle = abs(ends[0] - ends[1]) <= 1
            found.append(Outcome(0.5 if middle else float(ends[0] < ends[1]), share))
    return found


def tone_shares(model: Model) -> dict[str, dict[str, Outcome]]:
    """Average over all pairs of two tones in both orders: ``shares[ground][tone]``, and ``shares["all grounds"]``."""
    counted: dict[str, dict[str, list[Outcome]]] = {}
    for ground in GROUNDS:
        for left, right in itertools.permutations(MONK_TONES, 2):
            for found in outcomes(model, left, right, ground):
                for name in (ground.name, _ALL):
                    tones = counted.setdefault(name, {tone: [] for tone in MONK_TONES})
                    tones[left].append(found)
                    tones[right].append(Outcome(1 - found.chosen, 1 - found.saliency))
    counted[_ALL] = counted.pop(_ALL)
    return {name: {tone: _mean(some) for tone, some in tones.items()} for name, tones in counted.items()}


def fairness_table(models: Mapping[str, Model]) -> str:
    """Measure every model and write the table: a row a model and ground, a column a tone."""
    rows: list[Sequence[str]] = []
    for name, model in models.items():
        shares = tone_shares(model)
        for ground, tones in shares.items():
            rows.append([f"{name}, {ground}: chosen", *(f"{found.chosen:.2f}" for found in tones.values())])
        saliency = [f"{found.saliency:.3f}" for found in shares[_ALL].values()]
        rows.append([f"{name}, {_ALL}: share of the saliency", *saliency])
    return table(["one half is even", *(f"tone {index}" for index in range(1, len(MONK_TONES) + 1))], rows)


def _mean(found: Sequence[Outcome]) -> Outcome:
    count = len(found)
    return Outcome(sum(one.chosen for one in found) / count, sum(one.saliency for one in found) / count)


def _draw_face(draw: ImageDraw.ImageDraw, x: int, y: int, tone: str) -> None:
    """Draw a face that is its own mirror image, 84 pixels wide; its lines differ from every skin by as much."""
    line = _line_on(tone)
    draw.ellipse((x - 46, y - 70, x + 46, y + 20), fill=line)
    draw.ellipse((x - 42, y - 56, x + 42, y + 56), fill=tone)
    draw.rectangle((x - 16, y + 50, x + 16, y + 84), fill=tone)
    for side in (-1, 1):
        eye = x + side * 16
        draw.ellipse((eye - 8, y - 14, eye + 8, y - 4), outline=line, width=2)
        draw.ellipse((eye - 3, y - 13, eye + 3, y - 5), fill=line)
        draw.line((eye - 9, y - 22, eye + 9, y - 22), fill=line, width=3)
    draw.line((x, y - 2, x, y + 16), fill=line, width=2)
    draw.arc((x - 16, y + 14, x + 16, y + 36), 20, 160, fill=line, width=3)


def _line_on(tone: str) -> tuple[int, int, int]:
    """Return the colour of hair and lines: `_CONTRAST` darker than a light skin, or as much lighter than a dark one.

    Lines of one dark colour would vanish on dark skin, and the check would measure how much of the face is drawn.
    """
    red, green, blue = ImageColor.getrgb(tone)[:3]
    step = -_CONTRAST if max(red, green, blue) > 2 * _CONTRAST else _CONTRAST
    return (max(0, red + step), max(0, green + step), max(0, blue + step))
