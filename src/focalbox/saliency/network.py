"""Learned models: an ONNX file run by onnxruntime, focalbox's own or a caller's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from focalbox.core.evidence import ModelOutput, SaliencyMap, Subject
from focalbox.errors import ModelError
from focalbox.saliency.cells import check_picture
from focalbox.saliency.contrast import is_even
from focalbox.saliency.faces import (
    SHIPPED,
    SHIPPED_MIT,
    SURE_HEAD,
    SURE_TEXT,
    FaceRule,
    agreeing_faces,
    face_from_head,
    faces_in,
)
from focalbox.saliency.grids import KINDS, SAID, STRIDES, marks_on_grids
from focalbox.saliency.heads import match_heads
from focalbox.saliency.session import BESIDE, Session

__all__ = ["Network", "shipped_network"]

_COLOURS = 3
_LEAN_STEP = 4
"""Every so many rows one is read to tell the brighter side."""

_MAP = "saliency"
_OBJECT = "object"
_KEEP = "keep"
_MARKS = tuple(name for kind in KINDS for name in (kind, f"{kind}_size"))
_GRIDS = {f"marks_{stride}": stride for stride in STRIDES}

_SIDES = 2, 4
"""Numbers that a mark may have besides its heat: its sides, and where its centre is in the cell."""


class Network:
    """A saliency model in an ONNX file: loaded at the first look, then shared by all threads.

    The file's contract:

    - one input, uint8 of shape (1, H, W, 3): the upright picture in sRGB, sides that are multiples of 32;
    - an output ``saliency`` (or else the first output), float of shape (1, 1, h, w): finite numbers >= 0;
    - optionally outputs ``object`` and ``keep`` of the same shape: how surely each place belongs to the thing that the
      picture is of, and how surely a person cropping freely would keep it;
    - optionally outputs ``marks_8``, ``marks_16`` and ``marks_32``, (1, 6 n, h, w): what is said at places that are so many
      pixels apart, six numbers each for faces, whole heads (of people in any pose and of animals) and lines of text, or the
      first n of these kinds: two logits, whose chances have as their geometric mean how sure it is that one is there, how
      far to the right and down from the place's corner its middle is, and the natural logarithms of its width and height,
      in units of that distance; several places may tell of one thing;
    - or else, for each of ``face``, ``head`` and ``text``, an output of that name, (1, 1, h, w) in 0..1, and ``face_size``
      and so on, (1, 2, h, w) or (1, 4, h, w): how sure it is that the centre of a face is in a cell, that face's width and
      height as shares of the picture's sides, and how far to the right and down from the middle of the cell its centre is,
      in cells.

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
        Which of the faces that the network tells of count.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        *,
        name: str = "",
        sha256: str = "",
        threads: int = 1,
        faces: FaceRule = FaceRule(),  # noqa: B008 - frozen
    ) -> None:
        self._rule = faces
        self._session = Session(path, sha256=sha256, threads=threads)
        self.__name__ = name or self._session.path.name

    def __call__(self, rgb: NDArray[np.uint8]) -> SaliencyMap:
        """Look at a picture; see `look`."""
        return self.look(rgb).saliency

    def load(self) -> None:
        """Load the file, and check that it keeps the contract; else the first look does. Raises `ModelError`."""
        self._wanted  # noqa: B018 - reading it loads the file

    def look(self, rgb: NDArray[np.uint8]) -> ModelOutput:
        """Look at a picture once.

        Parameters
        ----------
        rgb : ndarray of uint8, shape (H, W, 3)
            Upright sRGB.

        Raises
        ------
        ModelError
            When the file is missing, altered, no ONNX model, or of another contract; when it answers with something that
            is not a map.
        """
        seen = self.answers(rgb)
        if not seen:
            return ModelOutput(SaliencyMap.blank())
        saliency = SaliencyMap(_plane(next(iter(seen.values())), self.__name__))
        thing, keep = (
            SaliencyMap(_plane(seen[name], self.__name__)) if name in seen else None for name in (_OBJECT, _KEEP)
        )
        marks = self._read_grids(seen)
        for kind in KINDS:
            marks.setdefault(kind, self._read_heat(seen, kind))
        aspect = rgb.shape[1] / rgb.shape[0]
        agreed = agreeing_faces(saliency, marks["face"], self._rule)
        faces, heads = match_heads(
            tuple(map(face_from_head, agreed)) if self._rule.heads else agreed, marks["head"], aspect
        )
        return ModelOutput(saliency, keep, faces + heads + marks["text"], thing)

    def answers(self, rgb: NDArray[np.uint8]) -> Mapping[str, NDArray[np.float32]]:
        """Return the network's outputs for a picture, unchanged, by name: the saliency map first.

        Empty for a picture that holds nothing. Raises as `look`.
        """
        check_picture(rgb)
        wanted = self._wanted
        if is_even(rgb):
            return {}
        if not _leans_right(rgb):
            return self._session.run(wanted, np.ascontiguousarray(rgb)[None])
        mirrored = self._session.run(wanted, _mirror(rgb)[None])
        return {name: _mirror_back(name, answer) for name, answer in mirrored.items()}

    @cached_property
    def _wanted(self) -> Sequence[str]:
        """The names of the outputs that are read, the saliency map first; the file is checked against the contract."""
        known = self._session.outputs()
        _check_contract(self._session)
        optional = (name for name in (_OBJECT, _KEEP, *_GRIDS, *_MARKS) if name in known)
        return [_MAP if _MAP in known else known[0], *optional]

    @cached_property
    def _sure(self) -> Mapping[str, float]:
        """By kind, how sure a mark must be to count."""
        return {"face": self._rule.sure, "head": SURE_HEAD, "text": SURE_TEXT}

    def _read_grids(self, seen: Mapping[str, NDArray[np.float32]]) -> dict[str, tuple[Subject, ...]]:
        """Read the marks of all kinds that grids tell of."""
        grids = {stride: seen[name] for name, stride in _GRIDS.items() if name in seen}
        allowed = [SAID * number for number in range(1, len(KINDS) + 1)]
        for stride, grid in grids.items():
            if grid.ndim != 4 or grid.shape[0] != 1 or grid.shape[1] not in allowed:  # noqa: PLR2004 - a stack of planes
                shapes = f"(1, {', '.join(map(str, allowed[:-1]))} or {allowed[-1]}, h, w)"
                message = f"{self.__name__} needs marks_{stride} of shape {shapes}, not {grid.shape}"
                raise ModelError(message)
        return marks_on_grids({stride: grid[0] for stride, grid in grids.items()}, self._sure)

    def _read_heat(self, seen: Mapping[str, NDArray[np.float32]], kind: str) -> tuple[Subject, ...]:
        """Read the marks of a kind from its heat."""
        heat, sizes = seen.get(kind), seen.get(f"{kind}_size")
        if heat is None or sizes is None:
            return ()
        if (
            heat.shape[:2] != (1, 1)
            or sizes.shape[:2] not in {(1, some) for some in _SIDES}
            or (sizes.shape[2:] != heat.shape[2:])
        ):
            message = (
                f"{self.__name__} needs {kind} of shape (1, 1, h, w) and its size of (1, 2, h, w) or (1, 4, h, w), "
                f"not {heat.shape}, {sizes.shape}"
            )
            raise ModelError(message)
        return faces_in(heat[0, 0], sizes[0], sure=self._sure[kind], kind=kind)


def shipped_network(name: Literal["network", "network-mit"]) -> Network:
    """Return a network that comes with focalbox; its file is checked against the hash beside it at the first look.

    Parameters
    ----------
    name : {"network", "network-mit"}
        ``network-mit`` was trained on pictures under the MIT licence alone.

    Examples
    --------
    >>> shipped_network("network")(np.arange(192 * 192 * 3).reshape(192, 192, 3).astype(np.uint8)).shape
    (48, 48)
    """
    file, faces = {"network": ("focalbox.onnx", SHIPPED), "network-mit": ("focalbox-mit.onnx", SHIPPED_MIT)}[name]
    return Network(Path(__file__).with_name("weights") / file, name=name, sha256=BESIDE, faces=faces)


def _leans_right(rgb: NDArray[np.uint8]) -> bool:
    """Tell whether the picture is brighter on the right.

    A network is not exactly symmetric. It is always shown the brighter side on the left, and its answer is turned back: so
    a mirrored picture gives the mirrored map, at the cost of two sums. (Brightness is taken from the green channel, which
    carries most of it, in every fourth row; the sums are whole numbers, so a mirrored picture's is exactly the negative.)
    """
    columns = rgb[::_LEAN_STEP, :, 1].sum(axis=0, dtype=np.int64)
    places = 2 * np.arange(columns.size) - (columns.size - 1)
    return int(columns @ places) > 0


def _mirror(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the mirrored picture, copied colour by colour: a third of the time."""
    mirrored = np.empty_like(rgb)
    for colour in range(_COLOURS):
        mirrored[:, ::-1, colour] = rgb[:, :, colour]
    return mirrored


def _mirror_back(name: str, answer: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mirror an answer to a mirrored picture, in its own memory.

    How far to the right a centre is changes its sign; where it is counted from a corner, it is counted from the other one.
    """
    if name in _GRIDS:
        answer[:, 2::SAID] = 1 - answer[:, 2::SAID]
    if name.endswith("_size") and answer.shape[1:2] == _SIDES[1:]:
        answer[:, 2] *= -1
    return answer[..., ::-1]


def _check_contract(session: Session) -> None:
    inputs = session.inputs()
    _, kind, shape = inputs[0]
    if len(inputs) != 1 or kind != "tensor(uint8)" or list(shape[3:]) != [_COLOURS]:
        found = ", ".join(f"{name} {kind} {shape}" for name, kind, shape in inputs)
        message = f"{session.path.name} needs one input of uint8 and shape (1, H, W, 3), not {found}"
        raise ModelError(message)


def _plane(answer: Any, name: str) -> NDArray[np.float32]:
    """Return the map of an answer of shape (1, 1, h, w), (1, h, w) or (h, w)."""
    plane = np.asarray(answer)
    while plane.ndim > 2 and plane.shape[0] == 1:  # noqa: PLR2004 - a map has two dimensions
        plane = plane[0]
    if plane.ndim != 2 or plane.dtype.kind != "f":  # noqa: PLR2004 - a map has two dimensions
        message = f"{name} needs to answer with a float map of shape (1, 1, h, w), not {plane.dtype} {plane.shape}"
        raise ModelError(message)
    return plane
