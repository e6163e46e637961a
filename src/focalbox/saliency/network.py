"""Learned models: an ONNX file run by onnxruntime, focalbox's own or a caller's."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from focalbox.core.evidence import ModelOutput, SaliencyMap
from focalbox.errors import ModelError
from focalbox.saliency.cells import check_picture
from focalbox.saliency.faces import SHIPPED, SHIPPED_MIT, FaceRule, face_of, faces_in, seen_by
from focalbox.saliency.session import BESIDE, Session

__all__ = ["Network", "shipped"]

_COLOURS = 3
_EVEN_BELOW = 2
"""Levels (of 256) by which pixels may differ in a picture that holds nothing: the rounding of a decoder."""

_LEAN_STEP = 4
"""Rows of which one is enough to tell the brighter side."""

_MAP = "saliency"
_KEEP = "keep"
_FACES = ("face", "face_size")


class Network:
    """A saliency model in an ONNX file: loaded at the first look, then shared by all threads.

    The file's contract:

    - one input, uint8 of shape (1, H, W, 3): the upright picture in sRGB, sides that are multiples of 32;
    - an output ``saliency`` (or else the first output), float of shape (1, 1, h, w): finite numbers >= 0;
    - optionally an output ``keep`` of the same shape: how surely a person cropping freely would keep each place;
    - optionally outputs ``face``, (1, 1, h, w) in 0..1, and ``face_size``, (1, 2, h, w): how sure it is that a face's
      centre is in a cell, and that face's width and height as shares of the picture's sides.

    Parameters
    ----------
    path : path
        The ONNX file.
    name : str, optional
        What analyses call the model; the file's name when left out.
    sha256 : str, optional
        The file's SHA-256 in hexadecimal, or ``"beside"`` to read it from a file of the same name and ``.sha256`` beside
        it; a file with another one is refused.
    threads : int
        How many threads one look uses.
    faces : FaceRule
        What of the outputs ``face`` and ``face_size`` counts as a face.
    looks_twice : bool
        Whether it is shown a picture again whose first map leaves doubt where to crop; see `second_look`.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        *,
        name: str = "",
        sha256: str = "",
        threads: int = 1,
        faces: FaceRule = FaceRule(),  # noqa: B008 - frozen
        looks_twice: bool = False,
    ) -> None:
        self.looks_twice = looks_twice
        self._rule = faces
        self._session = Session(path, sha256=sha256, threads=threads)
        self.__name__ = name or self._session.path.name

    def __call__(self, rgb: NDArray[np.uint8]) -> SaliencyMap:
        """Look at a picture; see `look`."""
        return self.look(rgb).saliency

    def look(self, rgb: NDArray[np.uint8], *, turned: bool = False) -> ModelOutput:
        """Look at a picture once.

        Parameters
        ----------
        rgb : ndarray of uint8, shape (H, W, 3)
            Upright sRGB.
        turned : bool
            Whether the network is shown the picture the other way round: each way errs in its own manner, so the mean of
            both is better than either. The answer is turned back.

        Raises
        ------
        ModelError
            When the file is missing, altered, no ONNX model, or of another contract; when it answers with something that
            is not a map.
        """
        seen = self.answers(rgb, turned=turned)
        if not seen:
            return ModelOutput(SaliencyMap.blank())
        saliency = SaliencyMap(_plane(next(iter(seen.values())), self.__name__))
        keep = SaliencyMap(_plane(seen[_KEEP], self.__name__)) if _KEEP in seen else None
        heat, sizes = (seen.get(name) for name in _FACES)
        if heat is None or sizes is None:
            return ModelOutput(saliency, keep)
        if heat.shape[:2] != (1, 1) or sizes.shape != (1, 2, *heat.shape[2:]):
            message = (
                f"{self.__name__} needs faces of shape (1, 1, h, w) and (1, 2, h, w), not {heat.shape}, {sizes.shape}"
            )
            raise ModelError(message)
        peaks = faces_in(heat[0, 0], sizes[0], sure=self._rule.sure)
        found = seen_by(saliency, peaks, self._rule)
        return ModelOutput(saliency, keep, tuple(map(face_of, found)) if self._rule.heads else found)

    def answers(self, rgb: NDArray[np.uint8], *, turned: bool = False) -> Mapping[str, NDArray[np.float32]]:
        """Return what the network says of a picture, as it says it, by name: the saliency map first.

        Empty for a picture that holds nothing. Raises as `look`.
        """
        check_picture(rgb)
        known = self._session.outputs()
        _check_contract(self._session)
        wanted = [_MAP if _MAP in known else known[0], *(name for name in (_KEEP, *_FACES) if name in known)]
        if int(rgb.max()) - int(rgb.min()) < _EVEN_BELOW:
            return {}
        if _leans_right(rgb) == turned:
            return self._session.run(wanted, np.ascontiguousarray(rgb)[None])
        mirrored = self._session.run(wanted, _mirrored(rgb)[None])
        return {name: answer[..., ::-1] for name, answer in mirrored.items()}


def shipped(name: Literal["network", "network-mit"]) -> Network:
    """Return a network that comes with focalbox; its file is checked against the hash beside it at the first look.

    Parameters
    ----------
    name : {"network", "network-mit"}
        ``network-mit`` was trained on pictures under the MIT licence alone.

    Examples
    --------
    >>> shipped("network")(np.arange(192 * 192 * 3).reshape(192, 192, 3).astype(np.uint8)).shape
    (48, 48)
    """
    file, faces = {"network": ("focalbox.onnx", SHIPPED), "network-mit": ("focalbox-mit.onnx", SHIPPED_MIT)}[name]
    return Network(Path(__file__).with_name("weights") / file, name=name, sha256=BESIDE, faces=faces, looks_twice=True)


def _leans_right(rgb: NDArray[np.uint8]) -> bool:
    """Tell whether the picture is brighter on the right.

    A network is not exactly symmetric. It is always shown the brighter side on the left, and its answer is turned back: so
    a mirrored picture gives the mirrored map, at the cost of two sums. (Brightness is taken from the green channel, which
    carries most of it, in every fourth row; the sums are whole numbers, so a mirrored picture's is exactly the negative.)
    """
    columns = rgb[::_LEAN_STEP, :, 1].sum(axis=0, dtype=np.int64)
    places = 2 * np.arange(columns.size) - (columns.size - 1)
    return int(columns @ places) > 0


def _mirrored(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the mirrored picture, copied colour by colour: a third of the time."""
    mirrored = np.empty_like(rgb)
    for colour in range(_COLOURS):
        mirrored[:, ::-1, colour] = rgb[:, :, colour]
    return mirrored


def _check_contract(session: Session) -> None:
    inputs = session.inputs()
    _, kind, shape = inputs[0]
    if len(inputs) != 1 or kind != "tensor(uint8)" or len(shape) != _COLOURS + 1 or shape[3] != _COLOURS:
        found = ", ".join(f"{name} {kind} {shape}" for name, kind, shape in inputs)
        message = f"{session.path.name} needs one input of uint8 and shape (1, H, W, 3), not {found}"
        raise ModelError(message)


def _plane(answer: Any, name: str) -> NDArray[np.float32]:
    """Return the map of an answer of shape (1, 1, h, w), (1, h, w) or (h, w)."""
    plane = np.asarray(answer)
    while plane.ndim > 2 and plane.shape[0] == 1:  # noqa: PLR2004 - a map has two dimensions
        plane = plane[0]
    if plane.ndim != 2 or not np.issubdtype(plane.dtype, np.floating):  # noqa: PLR2004 - a map has two dimensions
        message = f"{name} needs to answer with a float map of shape (1, 1, h, w), not {plane.dtype} {plane.shape}"
        raise ModelError(message)
    return plane
