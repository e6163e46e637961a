"""Measures a network file on the dev rows as focalbox uses it, as Markdown: every map, crops, faces, text."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.labels import FIXATION_SETS, GAIN_SETS
from benchmarks.tables import table
from focalbox.core.jaccard import salient_box
from focalbox.core.saliency_map import SaliencyMap
from focalbox.imaging.source import open_picture
from focalbox.metrics import map_metrics
from focalbox.metrics import window_metrics as metrics
from training.data.pictures import blur_points
from training.evaluation.dev import DevPicture, read_dev
from training.evaluation.reader import HEADS, MIN_SCORE, Map, Maps, Reader, open_network
from training.evaluation.recall import SETS, read_truth, recall_and_false
from training.evaluation.stability import Box, report_stability

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SEED = 20261125
MASK_LEVEL = 0.5
LEVELS = (MIN_SCORE, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)
"""Heat of centres and scores of boxes at which recall and false ones are counted."""

LOOKS_TIMED = 60


@cache
def centre_prior(shape: tuple[int, int], sigma: float) -> NDArray[np.float64]:
    """Gaussian around the centre, maximum 1."""
    down, across = ((((np.arange(cells) + 0.5) / cells - 0.5) / sigma) ** 2 for cells in shape)
    return np.asarray(np.exp(-0.5 * (down[:, None] + across[None])))


@dataclass(frozen=True)
class Fusion:
    """A fixed way to make one map: heads scaled to mean 1, by weight, times a centre prior if there is a sigma."""

    name: str
    weights: tuple[tuple[str, float], ...]
    sigma: float | None = None

    def __call__(self, maps: Maps) -> Map:
        """Fuse one picture's maps."""
        shape = (maps["saliency"].shape[0], maps["saliency"].shape[1])
        fused = np.zeros(shape) if self.weights else np.ones(shape)
        for head, weight in self.weights:
            fused = fused + weight * maps[head] / max(float(maps[head].mean()), 1e-9)
        return (fused if self.sigma is None else fused * centre_prior(shape, self.sigma)).astype(np.float32)


LEARNED = Fusion("**by the gate (default)**", (("saliency", 1.0),))


def alternatives(heads: Sequence[str]) -> Iterator[Fusion]:
    """Name the default and what could have been it."""
    yield LEARNED
    yield Fusion("the same x centre 0.5", (("saliency", 1.0),), 0.5)
    for head in heads:
        yield Fusion(f"{head} head", ((head, 1.0),))
        yield Fusion(f"{head} head x centre 0.5", ((head, 1.0),), 0.5)
    if set(HEADS) <= set(heads):
        even = tuple((head, 1.0) for head in HEADS)
        yield Fusion("object + fixation + joint", even)
        yield Fusion("object + fixation + joint, x centre 0.5", even, 0.5)


def cases_of(pictures: Sequence[DevPicture], maps: Sequence[Map]) -> list[tuple[metrics.WindowCase, ...]]:
    """Window cases by picture."""
    return [metrics.window_cases(found, one.label, one.aspect) for one, found in zip(pictures, maps, strict=True)]


def joined_gain(cases: list[tuple[metrics.WindowCase, ...]]) -> float:
    """Gain over the cases of several pictures."""
    return metrics.gain([case for some in cases for case in some])


def gain_cell(cases: list[tuple[metrics.WindowCase, ...]], *, interval: bool = False) -> str:
    """Gain and loss as a table cell."""
    text = f"{joined_gain(cases):+.3f} / {metrics.loss([case for some in cases for case in some]):.2f}"
    if interval:
        low, high = metrics.bootstrap_interval(cases, joined_gain, np.random.default_rng(SEED))
        text += f" [{low:+.2f}, {high:+.2f}]"
    return text


def fixed_ratio_overlap(one: DevPicture, saliency: Map | None) -> float:
    """Overlap of the human crop with the largest window of its ratio, placed by the map, or centred without one."""
    assert one.crop is not None  # noqa: S101  only fcdb rows come here
    ratio = one.crop[2] * one.aspect / one.crop[3]
    position = 0.5 if saliency is None else metrics.choose_position(saliency, one.aspect, ratio)
    axis, length = metrics.free_axis(one.aspect, ratio)
    start = position * (1 - length)
    return metrics.iou((start, 0, length, 1) if axis == 1 else (0, start, 1, length), one.crop)


def report_crops(pictures: Sequence[DevPicture], said: Sequence[Maps]) -> str:
    """Overlap with human crops: ratio given and free-form."""
    shrunk = (0.05, 0.05, 0.9, 0.9)
    crops = [one.crop for one in pictures if one.crop is not None]
    rows = {
        "ratio given, learned fusion": [
            fixed_ratio_overlap(*pair) for pair in zip(pictures, (m["saliency"] for m in said), strict=True)
        ],
        "ratio given, centre window": [fixed_ratio_overlap(one, None) for one in pictures],
        "free-form, box of the default map": [
            metrics.iou(jaccard_box(m["saliency"]), crop) for m, crop in zip(said, crops, strict=True)
        ],
        "free-form, whole picture": [metrics.iou((0, 0, 1, 1), crop) for crop in crops],
        "free-form, centred 90 %": [metrics.iou(shrunk, crop) for crop in crops],
    }
    if "keep" in said[0]:
        rows["free-form, box of the keep head"] = [
            metrics.iou(jaccard_box(m["keep"]), crop) for m, crop in zip(said, crops, strict=True)
        ]
    cells = []
    for name, values in rows.items():
        low, high = metrics.bootstrap_interval(values, lambda drawn: float(np.mean(drawn)), np.random.default_rng(SEED))
        cells.append([name, f"{np.mean(values):.3f} [{low:.3f}, {high:.3f}]"])
    return table(["human crops (fcdb dev)", "mean IoU"], cells)


def report_fixations(dev: dict[str, list[DevPicture]], said: dict[str, list[Maps]], head: str) -> str:
    """NSS, correlation and AUC of one map."""
    rows = []
    for name in FIXATION_SETS:
        pairs = list(zip(dev[name], (maps[head] for maps in said[name]), strict=True))
        densities = [blur_points(one.fixations, one.aspect, 48) for one, _ in pairs]
        resized = [np.asarray(Image.fromarray(found).resize((48, 48), Image.Resampling.BILINEAR)) for _, found in pairs]
        nss = np.nanmean([map_metrics.nss(found, one.fixations) for one, found in pairs])
        cc = np.nanmean([map_metrics.cc(found, density) for found, density in zip(resized, densities, strict=True)])
        auc = np.nanmean([map_metrics.auc_judd(found, one.fixations) for one, found in pairs])
        rows.append([name, f"{nss:.2f}", f"{cc:.3f}", f"{auc:.3f}"])
    return table([f"{head} map", "NSS", "CC", "AUC-Judd"], rows)


def report_masks(pictures: Sequence[DevPicture], said: Sequence[Maps], heads: Sequence[str]) -> str:
    """Maximum F-measure and mean absolute error on masks."""
    rows = []
    for head in heads:
        found = [
            np.asarray(Image.fromarray(maps[head]).resize(one.label.shape[::-1], Image.Resampling.BILINEAR))
            for one, maps in zip(pictures, said, strict=True)
        ]
        score = np.mean(
            [
                map_metrics.max_f_measure(one, other.label > MASK_LEVEL)
                for one, other in zip(found, pictures, strict=True)
            ]
        )
        error = np.mean(
            [map_metrics.mae(one, other.label > MASK_LEVEL) for one, other in zip(found, pictures, strict=True)]
        )
        rows.append([head, f"{score:.3f}", f"{error:.3f}"])
    return table(["masks (duts dev)", "max F, mean of pictures", "MAE"], rows)


def report_marks(reader: Reader, data: Path, cache: Path) -> str:
    """Recall and false ones of faces and lines on the dev rows, all sets but `crowd`."""
    truth = [one for name in SETS for one in read_truth(data, cache, name)]
    pictures = [open_picture(one.content).decode(None).image.convert("RGB") for one in truth]
    seen = {kind: [reader.marks(picture, kind) for picture in pictures] for kind in ("face", "text")}
    rows = []
    for level in LEVELS:
        cells = [f"{level}"]
        for kind, found in seen.items():
            wanted = [
                (one.faces, one.faces_counted) if kind == "face" else (one.lines, one.lines_counted) for one in truth
            ]
            recall, false = recall_and_false(found, wanted, level)
            cells += [f"{recall:.3f}", f"{false:.3f}"]
        rows.append(cells)
    return table(["heat or score", "faces: recall", "false a picture", "lines: recall", "false a picture "], rows)


def report_time(reader: Reader) -> str:
    """Return milliseconds of a look, one thread, the tenth percentile: what the machine can do when nothing else runs."""
    rows = []
    for shape in ((224, 224), (192, 256)):
        rgb = np.random.default_rng(SEED).integers(0, 256, (*shape, 3), dtype=np.uint8)
        reader.network.look(rgb)
        taken = []
        for _ in range(LOOKS_TIMED):
            started = time.perf_counter()
            reader.network.look(rgb)
            taken.append(time.perf_counter() - started)
        rows.append([f"{shape[1]}x{shape[0]}", f"{np.quantile(taken, 0.1) * 1000:.1f}"])
    return table(["looking copy", "ms"], rows)


def jaccard_box(values: Map) -> Box:
    """Return the box with the highest Jaccard index, as the product finds it."""
    box = salient_box(SaliencyMap(values)).box
    return box.left, box.top, box.width, box.height


def evaluate(path: Path, data: Path, cache: Path, *, brief: bool = False) -> str:
    """All tables of a network file as Markdown."""
    dev = {name: read_dev(data, name) for name in (*GAIN_SETS, "fcdb")}
    reader = open_network(path)
    said = {name: [reader.maps(one.picture) for one in pictures] for name, pictures in dev.items()}
    heads = [name for name in HEADS if name in said["duts"][0]]
    rows = []
    for rule in alternatives(heads):
        cases = {key: cases_of(dev[key], [rule(maps) for maps in said[key]]) for key in GAIN_SETS}
        rows.append([rule.name, *(gain_cell(cases[key], interval=rule is LEARNED) for key in GAIN_SETS)])
    parts = [table(["map (gain / loss)", *GAIN_SETS], rows), report_crops(dev["fcdb"], said["fcdb"])]
    parts += [report_marks(reader, data, cache), report_time(reader)]
    if not brief:
        parts += [report_fixations(dev, said, head) for head in ("saliency", "fixation")]
        parts += [report_masks(dev["duts"], said["duts"], ["saliency", *(["object"] if "object" in heads else [])])]
        parts += [report_stability(reader, dev)]
    return "\n\n".join(parts)
