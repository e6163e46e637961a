"""Finds lines of text by PP-OCR v4 (from the package rapidocr): a detector, and a reader that tells which can be read.

The detector alone is not a good teacher: on photographs without text it sees lines in foliage, rocks and faces, and three
quarters of the lines that it reports in the dev pictures cannot be read.

References
----------
M. Liao et al., "Real-time Scene Text Detection with Differentiable Binarization", AAAI 2020, arXiv:1911.08947, is the
detector. Y. Du et al., "SVTR: Scene Text Recognition with a Single Visual Model", IJCAI 2022, arXiv:2205.00159, is what the
reader is made from. Both files are under the Apache licence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.teachers.detectors import Boxes, file_in, fit_sides, session_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["READ", "Lines"]

READ = 0.6
"""Score from which a line is text: below it, what the reader says of the dev pictures is seldom what stands there."""

_SIDE = 960
"""Longer side at which lines are looked for (pixels), whatever the picture's own. At 640 it finds three quarters of
those that it reads at 960."""

_MIN_HEAT = 0.5
"""Mean heat of a line from which the detector reports it: its own default."""

_DETECTOR_MEAN = _DETECTOR_SCALE = 127.5
"""Detector and reader are given (value - 127.5) / 127.5, blue before red."""

_READER_HEIGHT, _READER_WIDTHS = 48, (320, 1600)
"""Height of a line as the reader is given it, and the least and largest width (pixels)."""

_UPRIGHT = 1.5
"""Height over width from which a line is read as turned by 90 degrees, either way."""

_BLANK = 0
"""What the reader says between two characters."""


class Lines:
    """Finds lines of text, each with how surely it can be read."""

    def __init__(self) -> None:
        # Here, since its authors' reading of the heat needs OpenCV, which nothing else does.
        from rapidocr_onnxruntime.ch_ppocr_det.utils import DBPostProcess  # noqa: PLC0415

        package = "rapidocr_onnxruntime"
        self._detector = session_of(file_in(package, "models/ch_PP-OCRv4_det_infer.onnx").read_bytes())
        self._reader = session_of(file_in(package, "models/ch_PP-OCRv4_rec_infer.onnx").read_bytes())
        listed = self._reader.get_modelmeta().custom_metadata_map["character"].splitlines()
        self._readable = np.array([False, *(one.isalnum() for one in listed), False])
        self._corners: Callable[..., Any] = DBPostProcess(
            thresh=0.3, box_thresh=_MIN_HEAT, max_candidates=1000, unclip_ratio=1.6, use_dilation=True
        )

    def __call__(self, picture: Image.Image) -> Boxes:
        """Find lines, each as the upright box around it and its score, surest first.

        The score (0..1) is how sure the reader is of what it reads, on average over its characters; half of that where it
        reads a single letter or figure, which it often sees in noise; 0 where it reads none.
        """
        width, height = fit_sides(picture, _SIDE)
        pixels = np.asarray(picture.resize((width, height), Image.Resampling.BILINEAR), dtype=np.float32)
        heat = self._detector.run(None, {self._detector.get_inputs()[0].name: _normalise(pixels)})[0]
        corners, _ = self._corners(heat, (height, width))
        if not len(corners):
            return np.zeros((0, 5), dtype=np.float32)
        places = np.asarray(corners, dtype=np.float32).reshape(-1, 4, 2) / (width, height)
        scores = np.array([self._score(picture, place * picture.size) for place in places], dtype=np.float32)
        low, high = places.min(1).clip(0, 1), places.max(1).clip(0, 1)
        boxes = np.concatenate([low, high - low, scores[:, None]], axis=1)
        return boxes[np.argsort(-scores, kind="stable")].astype(np.float32)

    def _score(self, picture: Image.Image, corners: NDArray[np.float32]) -> float:
        """How sure the reader is of the line with these corners (4, 2) in pixels, clockwise from the top left one."""
        line = _straighten(picture, corners)
        if line.height < _UPRIGHT * line.width:
            return self._read(line)
        turns = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270)
        return max(self._read(line.transpose(turn)) for turn in turns)

    def _read(self, line: Image.Image) -> float:
        least, most = _READER_WIDTHS
        width = min(max(1, round(line.width * _READER_HEIGHT / line.height)), most)
        pixels = np.asarray(line.resize((width, _READER_HEIGHT), Image.Resampling.BICUBIC), dtype=np.float32)
        given = np.pad(_normalise(pixels), ((0, 0), (0, 0), (0, 0), (0, max(0, least - width))))
        chances = np.asarray(self._reader.run(None, {self._reader.get_inputs()[0].name: given})[0])[0]
        said, sure = chances.argmax(1), chances.max(1)
        # Connectionist temporal classification: what is said again at once is the same character.
        new = (said != _BLANK) & np.concatenate([[True], said[1:] != said[:-1]])
        readable = int(self._readable[said[new]].sum())
        return float(sure[new].mean()) * min(readable, 2) / 2 if readable else 0.0


def _normalise(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Normalise RGB (h, w, 3), 0..255, to the input of detector and reader, (1, 3, h, w)."""
    return ((pixels[..., ::-1] - _DETECTOR_MEAN) / _DETECTOR_SCALE).transpose(2, 0, 1)[None]


def _straighten(picture: Image.Image, corners: NDArray[np.float32]) -> Image.Image:
    """Cut a slanted line (see `Lines._score`) out as a rectangle, at least as high as the reader is given it."""
    top_left, top_right, bottom_right, bottom_left = corners
    width = max(np.linalg.norm(top_right - top_left), np.linalg.norm(bottom_right - bottom_left))
    height = max(np.linalg.norm(bottom_left - top_left), np.linalg.norm(bottom_right - top_right))
    scale = max(1.0, _READER_HEIGHT / max(1.0, float(min(width, height))))
    size = max(1, round(float(width) * scale)), max(1, round(float(height) * scale))
    sides = [float(value) for corner in (top_left, bottom_left, bottom_right, top_right) for value in corner]
    return picture.transform(size, Image.Transform.QUAD, sides, Image.Resampling.BICUBIC)
