"""Measures a network file on the dev rows as Markdown: the default map, every head, the fusions it replaced."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageOps

from focalbox.core import metrics
from training.boxes import Box, decode_faces, jaccard_box
from training.data import FIXATION_SETS, blur_points
from training.dev import GAIN_SETS, DevPicture, read_dev

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

Map = NDArray[np.float32]
Maps = dict[str, Map]

SIDE = 192
"""Side (pixels) of the square that a picture is squashed to, or of a square of about its area."""

STRIDE = 32
RESAMPLING = Image.Resampling.BICUBIC
"""Training pictures are resampled without a wide filter, so sharp ones are what the network knows: the mean gain is
0.01 higher than with a triangle filter, for all of bicubic, Lanczos, Hamming and box."""
PRIOR_SIGMAS = (0.3, 0.4, 0.5)
"""Standard deviations (shares of the side) of the centre priors tried."""

SEED = 20261123
SAME_FACE = 0.4
"""Overlap (IoU) from which a found box is the marked face: heads are marked loosely and are few cells wide."""
MASK_LEVEL = 0.5


@dataclass(frozen=True)
class Reader:
    """A network file, ready to look at pictures on one thread."""

    session: Any
    shaped: bool = True

    def look(self, picture: Image.Image) -> Maps:
        """All outputs without their batch and channel axes (face_size keeps its two channels)."""
        size = shape_for(picture) if self.shaped else (SIDE, SIDE)
        pixels = np.asarray(picture.resize(size, RESAMPLING))[None]
        names = [output.name for output in self.session.get_outputs()]
        found = dict(zip(names, self.session.run(None, {"picture": pixels}), strict=True))
        return {name: value[0] if name == "face_size" else value[0, 0] for name, value in found.items()}


def open_network(path: Path, *, shaped: bool = True) -> Reader:
    """Open a network file on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return Reader(onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"]), shaped)


def shape_for(picture: Image.Image) -> tuple[int, int]:
    """Width and height in multiples of `STRIDE` with the picture's ratio and about the area of the square."""
    stretch = float(np.sqrt(picture.width / picture.height))
    width, height = (max(STRIDE, round(SIDE * factor / STRIDE) * STRIDE) for factor in (stretch, 1 / stretch))
    return width, height


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


LEARNED = Fusion("**learned fusion (default)**", (("saliency", 1.0),))


def alternatives(heads: Sequence[str]) -> Iterator[Fusion]:
    """Name the default and what could have been it."""
    yield LEARNED
    for head in heads:
        yield Fusion(f"{head} head", ((head, 1.0),))
        yield from (Fusion(f"{head} head x centre {sigma}", ((head, 1.0),), sigma) for sigma in PRIOR_SIGMAS)
    if {"object", "fixation"} <= set(heads):
        for share in (0.3, 0.5, 0.7):
            yield Fusion(f"{share} object + {1 - share:.1f} fixation", (("object", share), ("fixation", 1 - share)))
        yield Fusion("object + fixation + joint", (("object", 1.0), ("fixation", 1.0), ("joint", 1.0)))
    yield from (Fusion(f"centre prior {sigma} alone", (), sigma) for sigma in PRIOR_SIGMAS)


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


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


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
        nss = np.nanmean([metrics.nss(found, one.fixations) for one, found in pairs])
        cc = np.nanmean([metrics.cc(found, density) for found, density in zip(resized, densities, strict=True)])
        auc = np.nanmean([metrics.auc_judd(found, one.fixations) for one, found in pairs])
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
            [metrics.max_f_measure(one, other.label > MASK_LEVEL) for one, other in zip(found, pictures, strict=True)]
        )
        error = np.mean(
            [metrics.mae(one, other.label > MASK_LEVEL) for one, other in zip(found, pictures, strict=True)]
        )
        rows.append([head, f"{score:.3f}", f"{error:.3f}"])
    return table(["masks (duts dev)", "max F, mean of pictures", "MAE"], rows)


def match_faces(one: DevPicture, maps: Maps, least: float, level: float) -> tuple[int, int, int]:
    """Count right, found and true faces of one picture; smaller ones than `least` neither help nor harm."""
    free: list[Box] = [tuple(face) for face in one.faces if face[2] >= least]
    small: list[Box] = [tuple(face) for face in one.faces if face[2] < least]
    true, right, found = len(free), 0, 0
    for _, box in decode_faces(maps["face"], maps["face_size"], level):
        overlaps = [metrics.iou(face, box) for face in free]
        if overlaps and max(overlaps) >= SAME_FACE:
            free.pop(int(np.argmax(overlaps)))
            right, found = right + 1, found + 1
        elif not any(metrics.iou(face, box) >= SAME_FACE / 2 for face in small):
            found += 1
    return right, found, true


def report_faces(pictures: Sequence[DevPicture], said: Sequence[Maps]) -> str:
    """Precision and recall of faces on crowd dev, all and the larger ones."""
    rows = []
    for least in (0.0, 0.03, 0.05):
        for level in (0.2, 0.3, 0.4, 0.5):
            counts = [match_faces(*pair, least, level) for pair in zip(pictures, said, strict=True)]
            right, found, true = np.sum(counts, axis=0)
            rows.append([f"{least:.0%}", f"{level}", f"{right / max(found, 1):.2f}", f"{right / max(true, 1):.2f}"])
    return table(["faces at least this wide (crowd dev)", "heat", "precision", "recall"], rows)


def changed(picture: Image.Image) -> Iterator[tuple[str, Image.Image]]:
    """Yield the picture as it comes in other clothes; the map of the mirrored one has to be mirrored back."""
    stored = io.BytesIO()
    picture.save(stored, "JPEG", quality=70)
    yield "JPEG quality 70", Image.open(stored).convert("RGB")
    yield "half size", picture.resize((max(1, picture.width // 2), max(1, picture.height // 2)), Image.Resampling.BOX)
    yield "mirror", ImageOps.mirror(picture)
    yield "brightness -10 %", ImageEnhance.Brightness(picture).enhance(0.9)
    yield "brightness +10 %", ImageEnhance.Brightness(picture).enhance(1.1)


def windows_of(saliency: Map, aspect: float) -> list[Box]:
    """Place the window of each ratio."""
    boxes: list[Box] = []
    for ratio in metrics.RATIOS:
        axis, length = metrics.free_axis(aspect, ratio)
        start = metrics.choose_position(saliency, aspect, ratio) * (1 - length)
        boxes.append((start, 0.0, length, 1.0) if axis == 1 else (0.0, start, 1.0, length))
    return boxes


def report_stability(reader: Reader, dev: dict[str, list[DevPicture]]) -> str:
    """Overlap of the windows chosen for a changed picture with those of the original."""
    kept: dict[str, list[float]] = {}
    for name in GAIN_SETS:
        for one in dev[name][:40]:
            before = windows_of(reader.look(one.picture)["saliency"], one.aspect)
            for change, picture in changed(one.picture):
                saliency = reader.look(picture)["saliency"]
                after = windows_of(saliency[:, ::-1] if change == "mirror" else saliency, one.aspect)
                kept.setdefault(change, []).extend(metrics.iou(*pair) for pair in zip(before, after, strict=True))
    rows = [[name, f"{np.mean(values):.3f}"] for name, values in kept.items()]
    return table(["change", "mean IoU of the windows"], rows)


def evaluate(path: Path, data: Path, *, brief: bool = False) -> str:
    """All tables of a network file as Markdown."""
    dev = {name: read_dev(data, name) for name in (*GAIN_SETS, "fcdb")}
    shaped, square = open_network(path), open_network(path, shaped=False)
    said = {name: [shaped.look(one.picture) for one in pictures] for name, pictures in dev.items()}
    heads = [name for name in ("object", "fixation", "joint", "keep") if name in said["duts"][0]]
    rows = []
    for rule in alternatives([head for head in heads if head != "keep"]):
        cases = {key: cases_of(dev[key], [rule(maps) for maps in said[key]]) for key in GAIN_SETS}
        rows.append([rule.name, *(gain_cell(cases[key], interval=rule is LEARNED) for key in GAIN_SETS)])
        if rule is LEARNED:
            other = {key: [square.look(one.picture)["saliency"] for one in dev[key]] for key in GAIN_SETS}
            rows.append(
                ["the same, squashed to a square", *(gain_cell(cases_of(dev[key], other[key])) for key in GAIN_SETS)]
            )
    parts = [
        table(["map (gain / loss)", *GAIN_SETS], rows[:2] if brief else rows),
        report_crops(dev["fcdb"], said["fcdb"]),
    ]
    if not brief:
        parts += [report_fixations(dev, said, head) for head in ("saliency", "fixation")]
        parts += [report_masks(dev["duts"], said["duts"], ["saliency", *(["object"] if "object" in heads else [])])]
        parts += [report_faces(dev["crowd"], said["crowd"]), report_stability(shaped, dev)]
    return "\n\n".join(parts)
