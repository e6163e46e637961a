"""Adapts YuNet, a face detector whose ONNX file the caller brings: focalbox does not ship it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from focalbox.core.evidence import Subject
from focalbox.errors import InvalidRequest, ModelError
from focalbox.saliency.cells import check_picture
from focalbox.saliency.grids import STRIDES, Boxes, boxes_at, without_twins
from focalbox.saliency.session import Session

__all__ = ["YuNet"]

_SURE = 0.7
"""Score (0..1) from which a detection counts: the published demonstration's."""

_SAME = 0.3
"""Jaccard index from which two boxes are the same face: the published demonstration's."""

_SIDE = 640
"""Pixels of a side when the file leaves the size open: what the published file was exported with."""

_STEP = 32
_OUTPUTS = tuple(f"{part}_{stride}" for part in ("cls", "obj", "bbox") for stride in STRIDES)
_BOX = 4
_DIMENSIONS = 4


class YuNet:
    """Faces by YuNet, from a file such as ``face_detection_yunet_2023mar.onnx`` of the OpenCV model zoo (MIT licence).

    Give it to a cropper as ``Cropper(detectors=[YuNet(path)])``; its faces then replace the subjects that the network finds.

    Parameters
    ----------
    path : path
        The ONNX file: one input, float of shape (1, 3, H, W), blue before red, 0 to 255; outputs ``cls_8``, ``obj_8``,
        ``bbox_8`` and the same for 16 and 32.
    sure : float
        Score, 0 to 1, from which a detection counts.

    Raises
    ------
    InvalidRequest
        When the file does not exist.

    References
    ----------
    W. Wu, H. Peng and S. Yu, "YuNet: A Tiny Millisecond-level Face Detector", Machine Intelligence Research 20, 2023,
    https://doi.org/10.1007/s11633-023-1423-y
    """

    def __init__(self, path: str | PathLike[str], *, sure: float = _SURE) -> None:
        if not Path(path).is_file():
            message = f"there is no detector file {path}"
            raise InvalidRequest(message)
        self._session = Session(path)
        self._sure = sure

    def load(self) -> None:
        """Load the file, and check that it keeps the contract.

        Raises
        ------
        ModelError
            When it cannot be loaded, or does not.
        """
        missing = sorted({*_OUTPUTS} - {*self._session.outputs()})
        if missing:
            message = f"{self._session.path.name} is no YuNet file: it lacks the outputs {', '.join(missing)}"
            raise ModelError(message)
        self._input_sides()

    def __call__(self, rgb: NDArray[np.uint8]) -> list[Subject]:
        """Find faces in an upright sRGB picture, uint8 of shape (H, W, 3).

        Returns
        -------
        list of Subject
            The strongest first, inside the picture.

        Raises
        ------
        ModelError
            When the file cannot be read or is not of YuNet's contract.
        """
        rows, columns, _ = check_picture(rgb).shape
        height, width = self._sides(rows, columns)
        times = max(1, min(height // rows, width // columns))
        ground = np.zeros((1, 3, height, width), dtype=np.float32)
        enlarged = rgb[..., ::-1].repeat(times, axis=0).repeat(times, axis=1)[:height, :width]
        ground[0, :, : enlarged.shape[0], : enlarged.shape[1]] = enlarged.transpose(2, 0, 1)
        answers = self._session.run(_OUTPUTS, ground)
        sides = columns * times, rows * times
        found = [_boxes_of(answers, stride, width // stride, sides, self._sure) for stride in STRIDES]
        return list(without_twins(np.concatenate(found), _SAME))

    def _sides(self, rows: int, columns: int) -> tuple[int, int]:
        """Return height and width of the picture that the file takes."""
        height, width = (
            side if isinstance(side, int) else max(_SIDE, -(-needed // _STEP) * _STEP)
            for side, needed in zip(self._input_sides(), (rows, columns), strict=True)
        )
        if height < rows or width < columns:
            message = (
                f"{self._session.path.name} takes {width}x{height} pixels, fewer than the {columns}x{rows} to look at"
            )
            raise ModelError(message)
        return height, width

    def _input_sides(self) -> Sequence[int | str | None]:
        """Return height and width of the one input; no numbers where the file leaves them open."""
        (_, _, shape), *_ = self._session.inputs()
        if len(shape) != _DIMENSIONS:
            message = f"{self._session.path.name} needs one input of shape (1, 3, H, W), not {shape}"
            raise ModelError(message)
        return shape[2:]


def _boxes_of(
    answers: Mapping[str, NDArray[np.float32]], stride: int, columns: int, picture: tuple[int, int], sure: float
) -> Boxes:
    """Return the boxes of one grid, whose places go row by row over the padded picture; ``picture``: its sides without."""
    chance, thing, boxes = (answers[f"{part}_{stride}"] for part in ("cls", "obj", "bbox"))
    scores = np.sqrt(np.clip(chance, 0, 1) * np.clip(thing, 0, 1)).reshape(-1)
    hot = np.flatnonzero(scores >= sure)
    row, column = hot // columns, hot % columns
    return boxes_at(row, column, boxes.reshape(-1, _BOX)[hot], scores[hot], [side / stride for side in picture])
