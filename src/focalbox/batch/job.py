"""The job: a pure description of what is to become of every picture, and of one picture's task."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from focalbox.core.geometry import Target
from focalbox.errors import FocalboxError, InvalidRequest
from focalbox.imaging.fill import check_fill
from focalbox.imaging.limits import Limits
from focalbox.naming import output_of
from focalbox.options import CropOptions, parse_target
from focalbox.saliency.names import DEFAULT_MODEL, check_model
from focalbox.version import __version__

__all__ = ["Job", "PlannedOutput", "Stopped", "Task"]

_TEMPLATE = "{folder}/{stem}-{size}{ext}"
"""Sub-folders and names are kept; the size tells the results of one picture apart."""

_QUALITIES = range(1, 101)


class Stopped(FocalboxError):
    """A run could not go on: the destination is full or gone, a cluster was lost, or a failure was to stop it."""


@dataclass(frozen=True, slots=True)
class PlannedOutput:
    """One result before it is made: its size as it is written in a request, where under DEST, and its format."""

    size: str
    name: str
    format: str


@dataclass(frozen=True, slots=True)
class Task:
    """One picture to do.

    Parameters
    ----------
    number : int
        Its place in the listing, from 0.
    address : str
        Where its bytes are.
    name : str
        What it is called below its source, with ``/``; results keep it.
    bytes : int
        Length when it was listed.
    stamp : str
        When it was changed, or the store's own tag of its content.
    sizes : tuple of str
        The sizes to make, those that are not proved done.
    group : int
        Tasks of one group have as many bytes, so that equal pictures meet in one worker and are analysed once.
    """

    number: int
    address: str
    name: str
    bytes: int
    stamp: str
    sizes: tuple[str, ...]
    group: int = -1

    def to_dict(self) -> dict[str, Any]:
        """Return the task as JSON has it."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        return cls(**{**document, "sizes": tuple(document["sizes"])})


@dataclass(frozen=True)
class Job:
    """What is to become of every picture; it holds no state and travels to workers as JSON.

    Parameters
    ----------
    sizes : tuple of str
        ``"500x200"``, ``"1:1"`` ...
    out : str or None
        The folder or address under which results are written; None writes none.
    options : dict
        As in `focalbox.options.CropOptions`, of values that JSON has.
    format : str or None
        What to write; else as the picture's name ends.
    quality : int
        1 to 100, for formats that lose something.
    model : str
        The name of a model, or the path of an .onnx file, which every worker must see.
    yunet : str or None
        The path of a YuNet .onnx file that finds the faces.
    limits : Limits
        What is refused before it is decoded.

    Raises
    ------
    InvalidRequest
        When a size, an option, the format, the quality or the model makes no sense.

    Examples
    --------
    >>> [planned.name for planned in Job(("500x200", "1:1"), "out").plan("cats/tom.png")]
    ['cats/tom-500x200.png', 'cats/tom-1-1.png']
    """

    sizes: tuple[str, ...]
    out: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    format: str | None = None
    quality: int = 80
    model: str = DEFAULT_MODEL
    yunet: str | None = None
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if not self.sizes:
            message = "a batch needs at least one size, such as 500x200 or 1:1"
            raise InvalidRequest(message)
        written = [str(target) for target in self.targets]
        if len(set(written)) < len(written):
            message = f"every size is wanted once, not {', '.join(self.sizes)}"
            raise InvalidRequest(message)
        if self.quality not in _QUALITIES:
            message = f"a quality is 1 to 100, not {self.quality}"
            raise InvalidRequest(message)
        check_fill(CropOptions.of(self.options).fill)
        check_model(self.model)
        self.plan("a picture")
        self.fingerprint  # noqa: B018 - a model's file that is not there is found out now

    @cached_property
    def targets(self) -> list[Target | None]:
        """The sizes, read."""
        return [parse_target(size) for size in self.sizes]

    @cached_property
    def fingerprint(self) -> str:
        """What decides a result besides picture and size, as 16 hexadecimal digits: two alike make the same crops."""
        wanted = dataclasses.asdict(CropOptions.of(self.options))
        files = [_hashed(path) for path in (self.model, self.yunet or "") if path.endswith(".onnx")]
        decided = [wanted, self.format, self.quality, self.model, self.yunet, files, __version__]
        decided.append(dataclasses.asdict(self.limits))
        written = json.dumps(decided, sort_keys=True, default=str)
        return hashlib.sha256(written.encode()).hexdigest()[:16]

    def plan(self, name: str) -> list[PlannedOutput]:
        """Name the results of a picture, in the order of the sizes."""
        named = [(target, output_of(name, target, _TEMPLATE, self.format)) for target in self.targets]
        return [
            PlannedOutput(str(target), posixpath.normpath(output.path.replace("\\", "/")), output.format)
            for target, output in named
        ]

    def to_json(self) -> str:
        """Write the job for a worker."""
        return json.dumps(dataclasses.asdict(self) | {"options": dict(self.options)})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote."""
        document = json.loads(text)
        document["sizes"], document["limits"] = tuple(document["sizes"]), Limits(**document["limits"])
        return cls(**document)


def _hashed(path: str) -> str:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError as error:
        message = f"the model {path} cannot be read: {error.strerror}"
        raise InvalidRequest(message) from error
