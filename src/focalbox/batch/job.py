"""The job: what a batch is to do with every picture, and the task of one picture."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from focalbox.core.target import Target
from focalbox.errors import FocalboxError, InvalidRequest, show_value
from focalbox.imaging.limits import Limits
from focalbox.imaging.output.fill import check_fill
from focalbox.imaging.output.formats import check_quality
from focalbox.naming import check_template, output_of
from focalbox.options import CropOptions, parse_target
from focalbox.options.sizes import FREE, check_alternatives
from focalbox.saliency.names import DEFAULT_MODEL, check_model, is_file
from focalbox.version import __version__

__all__ = ["TEMPLATE", "Job", "PlannedOutput", "Stopped", "Task"]

TEMPLATE = "{folder}/{stem}-{size}{ext}"
"""The default names: folders and names are kept, and the size distinguishes the results of one picture."""


class Stopped(FocalboxError):
    """A run could not go on: the destination is full or gone, the cluster was lost, or ``fail_fast`` stopped it."""


@dataclass(frozen=True, slots=True)
class PlannedOutput:
    """One result before it is made: its size as written in a request, its path under DEST, and its format."""

    size: str
    name: str
    format: str


@dataclass(frozen=True, slots=True)
class Task:
    """The work on one picture.

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
        The sizes to make: those that are not known to be done.
    group : int
        Tasks of one group have as many bytes, so that equal pictures meet in one worker and are analysed once.
    stored : Mapping
        What an earlier manifest knows of the picture: ``content``, ``analysis``, ``salient_box``, ``jaccard`` and
        ``focal_point`` as in its rows. Empty when nothing is known.
    """

    number: int
    address: str
    name: str
    bytes: int
    stamp: str
    sizes: tuple[str, ...]
    group: int = -1
    stored: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the task as JSON has it."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        return cls(**{**document, "sizes": tuple(document["sizes"])})


@dataclass(frozen=True)
class Job:
    """The task of a batch for every picture. It has no state, and is sent to workers as JSON.

    Parameters
    ----------
    sizes : tuple of str
        ``"500x200"``, ``"1:1"`` ...
    out : str or None
        The folder or address under which results are written; None writes none.
    options : CropOptions
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
    template : str
        What results are called under ``out``, as `focalbox.naming.outputs_of` understands it.
    cache_control, storage_class : str
        What a store is told about every result, as in `focalbox.storage.base.ObjectHeaders`.
    analyses : bool
        Whether rows keep what was found, so that another size needs no second look.
    alternatives : int
        Rows keep at most so many windows that differ, the best first; with 1 they keep none beside the crop.

    Raises
    ------
    InvalidRequest
        When a size, an option, the format, the quality, the model or the template makes no sense.

    Examples
    --------
    >>> [planned.name for planned in Job(("500x200", "1:1"), "out").plan("cats/tom.png")]
    ['cats/tom-500x200.png', 'cats/tom-1-1.png']
    """

    sizes: tuple[str, ...]
    out: str | None = None
    options: CropOptions = field(default_factory=CropOptions)
    format: str | None = None
    quality: int = 80
    model: str = DEFAULT_MODEL
    yunet: str | None = None
    limits: Limits = field(default_factory=Limits)
    template: str = TEMPLATE
    cache_control: str = ""
    storage_class: str = ""
    analyses: bool = True
    alternatives: int = 1

    def __post_init__(self) -> None:
        if not self.sizes:
            message = "a batch needs at least one size, such as 500x200 or 1:1"
            raise InvalidRequest(message)
        if len(set(self.size_names)) < len(self.sizes):
            message = f"every size is wanted once, not {', '.join(self.sizes)}"
            raise InvalidRequest(message)
        object.__setattr__(self, "quality", check_quality(self.quality))
        object.__setattr__(self, "alternatives", check_alternatives(self.alternatives))
        for name, kind in (("model", str), ("yunet", str | None), ("format", str | None), ("limits", Limits)):
            if not isinstance(getattr(self, name), kind):
                expected = getattr(kind, "__name__", str(kind))
                message = f"{name} is of type {expected}, not {show_value(getattr(self, name))}"
                raise InvalidRequest(message)
        if self.out is not None:
            self.limits.check_targets(self.targets)
        check_fill(self.options.fill)
        check_model(self.model)
        self._check_template()
        self.fingerprint  # noqa: B018 - a model's file that is not there is found out now

    @cached_property
    def targets(self) -> list[Target | None]:
        """The sizes, read."""
        return [parse_target(size) for size in self.sizes]

    @cached_property
    def size_names(self) -> list[str]:
        """The sizes as rows name them, each in its one spelling."""
        return [FREE if target is None else str(target) for target in self.targets]

    def _check_template(self) -> None:
        check_template(self.template)
        if posixpath.isabs(self.template) or ".." in self.template.split("/"):
            message = f"names of results lie below their destination, without .., not as in {self.template}"
            raise InvalidRequest(message)
        if len({planned.name for planned in self.plan("a picture")}) < len(self.sizes):
            message = f"{self.template} gives results of several sizes one name: put {{size}} into it"
            raise InvalidRequest(message)

    @cached_property
    def fingerprint(self) -> str:
        """A hash of everything besides picture and size that affects a result, 16 hexadecimal digits."""
        wanted = dataclasses.asdict(self.options)
        files = [_hash_file(self.model)] if is_file(self.model) else []
        files += [_hash_file(self.yunet)] if self.yunet else []
        decided = [wanted, self.format, self.quality, self.model, self.yunet, files, __version__]
        decided.append(dataclasses.asdict(self.limits))
        decided += [self.alternatives] if self.alternatives > 1 else []  # earlier manifests have hashes without it
        written = json.dumps(decided, sort_keys=True, default=str)
        return hashlib.sha256(written.encode()).hexdigest()[:16]

    def plan(self, name: str) -> list[PlannedOutput]:
        """Name the results of a picture, in the order of the sizes."""
        named = [
            (size, output_of(name, target, self.template, self.format))
            for size, target in zip(self.size_names, self.targets, strict=True)
        ]
        return [PlannedOutput(size, _below(output.path), output.format) for size, output in named]

    def to_json(self) -> str:
        """Write the job for a worker."""
        return json.dumps(dataclasses.asdict(self) | {"options": self.options.to_dict()})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote."""
        document = json.loads(text)
        document["sizes"], document["limits"] = tuple(document["sizes"]), Limits(**document["limits"])
        document["options"] = CropOptions.of(document["options"])
        return cls(**document)


def _below(path: str) -> str:
    """Return the path of a result with ``/``; whatever its picture is called, it leads nowhere above the destination.

    Examples
    --------
    >>> _below("cats/tom.jpg"), _below("cats/../../tom.jpg")
    ('cats/tom.jpg', 'tom.jpg')
    """
    return posixpath.normpath(f"/{path.replace(os.sep, '/')}").lstrip("/")


def _hash_file(path: str) -> str:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError as error:
        message = f"the model {path} cannot be read: {error.strerror}"
        raise InvalidRequest(message) from error
