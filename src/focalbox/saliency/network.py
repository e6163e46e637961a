"""Learned models: an ONNX file run by onnxruntime, focalbox's own or a caller's."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from focalbox.core.evidence import SaliencyMap, Subject
from focalbox.errors import ModelError
from focalbox.saliency.faces import faces_in

if TYPE_CHECKING:
    import onnxruntime

__all__ = ["Network", "Seen", "shipped"]

_COLOURS = 3
_MAP_OUTPUT = "saliency"
_FACE_OUTPUTS = ("face", "face_size")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a network saw at one look: its saliency map, and the faces when it finds faces."""

    saliency: SaliencyMap
    subjects: tuple[Subject, ...]


class Network:
    """A saliency model in an ONNX file: loaded at the first look, then shared by all threads.

    The file's contract:

    - one input, uint8 of shape (1, H, W, 3): the upright picture in sRGB, sides that are multiples of 32;
    - an output ``saliency`` (or else the first output), float of shape (1, 1, h, w): finite numbers >= 0;
    - optionally outputs ``face``, (1, 1, h, w) in 0..1, and ``face_size``, (1, 2, h, w): how sure it is that a face's
      centre is in a cell, and that face's width and height as shares of the picture's sides.

    Parameters
    ----------
    path : path
        The ONNX file.
    name : str, optional
        What analyses call the model; the file's name when left out.
    sha256 : str, optional
        The file's SHA-256 in hexadecimal; a file with another one is refused.
    threads : int
        How many threads one look uses.
    """

    def __init__(
        self, path: str | PathLike[str] | Traversable, *, name: str = "", sha256: str = "", threads: int = 1
    ) -> None:
        self._path = path if isinstance(path, Traversable) else Path(path)
        self.__name__ = name or self._path.name
        self._sha256 = sha256
        self._threads = threads
        self._lock = threading.Lock()
        self._session: onnxruntime.InferenceSession | None = None

    def __call__(self, rgb: NDArray[np.uint8]) -> SaliencyMap:
        """Look at a picture; see `look`."""
        return self.look(rgb).saliency

    def look(self, rgb: NDArray[np.uint8]) -> Seen:
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
        session = self._loaded()
        outputs = [output.name for output in session.get_outputs()]
        wanted = _MAP_OUTPUT if _MAP_OUTPUT in outputs else outputs[0]
        faces = all(name in outputs for name in _FACE_OUTPUTS)
        names = [wanted, *(_FACE_OUTPUTS if faces else ())]
        answers = self._run(session, names, np.ascontiguousarray(rgb[None]))
        saliency = SaliencyMap(_plane(answers[0], self.__name__))
        return Seen(saliency, faces_in(answers[1][0, 0], answers[2][0]) if faces else ())

    def _run(
        self, session: onnxruntime.InferenceSession, names: Sequence[str], picture: NDArray[np.uint8]
    ) -> list[NDArray[np.float32]]:
        try:
            answers: list[NDArray[np.float32]] = session.run(names, {session.get_inputs()[0].name: picture})
        except Exception as error:  # onnxruntime raises classes of its own, none of them public
            message = f"{self.__name__} cannot look at a picture of shape {picture.shape}: {_first_line(error)}"
            raise ModelError(message) from error
        return answers

    def _loaded(self) -> onnxruntime.InferenceSession:
        """Return the session, loading it once."""
        session = self._session
        if session is None:
            with self._lock:
                session = self._session
                if session is None:
                    session = self._session = self._load()
        return session

    def _load(self) -> onnxruntime.InferenceSession:
        try:
            content = self._path.read_bytes()
        except OSError as error:
            message = (
                f"the model {self.__name__} needs the file {self._path.name}, which cannot be read: {error.strerror}"
            )
            raise ModelError(message) from error
        found = hashlib.sha256(content).hexdigest()
        if self._sha256 and found != self._sha256:
            message = f"{self._path.name} is not the file it should be: expected SHA-256 {self._sha256}, found {found}"
            raise ModelError(message)
        import onnxruntime  # noqa: PLC0415 - 30 MB and 80 ms that a call with another model need not pay

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4  # errors come as exceptions; nothing is written to standard error
        try:
            session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises classes of its own, none of them public
            message = f"{self._path.name} is not a model that onnxruntime can run: {_first_line(error)}"
            raise ModelError(message) from error
        _check_contract(session, self._path.name)
        return session


def shipped(name: str) -> Network:
    """Return a network that comes with focalbox, its file checked against the hash beside it.

    Parameters
    ----------
    name : {"network", "network-mit"}
        ``network-mit`` was trained on pictures under the MIT licence alone.

    Raises
    ------
    ModelError
        When the package holds no such file.
    """
    folder = resources.files("focalbox.saliency") / "weights"
    path = folder / {"network": "focalbox.onnx", "network-mit": "focalbox-mit.onnx"}[name]
    try:
        sha256 = (folder / f"{path.name}.sha256").read_text("ascii").split()[0]
    except (OSError, IndexError) as error:
        message = f"the model {name} needs {path.name} and its .sha256 in the package: install focalbox again"
        raise ModelError(message) from error
    return Network(path, name=name, sha256=sha256)


def _check_contract(session: onnxruntime.InferenceSession, name: str) -> None:
    inputs, outputs = session.get_inputs(), session.get_outputs()
    shape = inputs[0].shape if len(inputs) == 1 else []
    right = len(shape) == _COLOURS + 1 and shape[3] == _COLOURS and inputs[0].type == "tensor(uint8)"
    if not right or not outputs:
        found = ", ".join(f"{entry.name} {entry.type} {entry.shape}" for entry in inputs)
        message = f"{name} needs one input of uint8 and shape (1, H, W, 3), not {found}"
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


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0][:200]
