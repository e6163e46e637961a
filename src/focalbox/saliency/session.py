"""An ONNX file and its session: loaded at the first look, checked, then shared by all threads."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from focalbox.errors import ModelError, in_a_line

if TYPE_CHECKING:
    import onnxruntime

__all__ = ["BESIDE", "Session"]

BESIDE = "beside"
"""Stands for the SHA-256 in a file beside the model, of the same name with ``.sha256``."""

_NO_TELEMETRY = "ORT_DISABLE_TELEMETRY", "1"
"""Since version 1.29 onnxruntime's wheels for Linux report every session to their maker, from two threads and a database
in the home directory, unless this variable is set when the library is loaded. focalbox sends nothing anywhere.
A value that the environment has already is kept."""

_MAX_REASON = 200
"""Characters of onnxruntime's message that are passed on."""


class Session:
    """A model in an ONNX file, run by onnxruntime.

    Parameters
    ----------
    path : path
        The ONNX file.
    sha256 : str
        The file's SHA-256 in hexadecimal, `BESIDE`, or empty to take any file.
    threads : int
        How many threads one run uses.
    """

    def __init__(self, path: str | PathLike[str], *, sha256: str = "", threads: int = 1) -> None:
        self.path = Path(path)
        self._sha256 = sha256
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: onnxruntime.InferenceSession | None = None

    def __reduce__(self) -> tuple[type[Session], tuple[Path], dict[str, str | int]]:
        """Travel to another process without what is loaded: it is loaded there, at the first look."""
        return type(self), (self.path,), {"_sha256": self._sha256, "_threads": self._threads}

    def inputs(self) -> Sequence[tuple[str, str, Sequence[int | str | None]]]:
        """Return name, type and shape of every input."""
        return [(entry.name, entry.type, entry.shape) for entry in self._session().get_inputs()]

    def outputs(self) -> Sequence[str]:
        """Return the names of the outputs."""
        return [entry.name for entry in self._session().get_outputs()]

    def run(self, wanted: Sequence[str], given: NDArray[np.generic]) -> Mapping[str, NDArray[np.float32]]:
        """Run the model on its one input.

        Raises
        ------
        ModelError
            When the file is missing, altered or no model, or the run fails.
        """
        session = self._session()
        try:
            answers = session.run(wanted, {session.get_inputs()[0].name: given})
        except Exception as error:  # onnxruntime raises classes of its own, none of them public
            message = f"{self.path.name} cannot look at an array of shape {given.shape}: {_reason(error)}"
            raise ModelError(message) from error
        return dict(zip(wanted, answers, strict=True))

    def _session(self) -> onnxruntime.InferenceSession:
        session = self._loaded
        if session is None:
            with self._lock:
                session = self._loaded
                if session is None:
                    session = self._loaded = self._load()
        return session

    def _load(self) -> onnxruntime.InferenceSession:
        self._check()
        os.environ.setdefault(*_NO_TELEMETRY)
        try:
            import onnxruntime  # noqa: PLC0415 - 30 MB and 80 ms that a call with another model need not pay
        except ImportError as error:
            if isinstance(error.__cause__, KeyboardInterrupt):  # what control-C becomes in compiled modules
                raise error.__cause__ from None
            raise

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4  # errors come as exceptions; nothing is written to standard error
        place = str(self.path)
        try:  # no path that is not UTF-8 can be handed over, but what lies there can
            given = place if in_a_line(place) == place else self.path.read_bytes()
            return onnxruntime.InferenceSession(given, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises classes of its own, none of them public
            message = f"{self.path.name} is not a model that onnxruntime can run: {_reason(error)}"
            raise ModelError(message) from error

    def _check(self) -> None:
        """Refuse the file when its checksum differs.

        onnxruntime then reads it again by its path, which takes 1.5 MB less at the peak than handing over the content.
        """
        expected = self._sha256
        try:
            content = self.path.read_bytes()
            if expected == BESIDE:
                expected = self.path.with_name(f"{self.path.name}.sha256").read_text("ascii").split()[0]
        except (OSError, ValueError, IndexError) as error:
            reason = getattr(error, "strerror", None) or "it is damaged"
            message = f"{self.path.name} or its checksum cannot be read: {reason}"
            raise ModelError(message) from error
        found = hashlib.sha256(content).hexdigest()
        if expected and found != expected:
            message = f"{self.path.name} is not the file it should be: expected SHA-256 {expected}, found {found}"
            raise ModelError(message)


def _reason(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0][:_MAX_REASON]
