"""How a picture is looked at: a small copy, once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from focalbox.core.evidence import ModelOutput, SaliencyMap, Subject
from focalbox.errors import InvalidRequest, ModelError, show_value
from focalbox.imaging.working import WorkingImage
from focalbox.saliency.contrast import stretch_contrast
from focalbox.saliency.models import MODELS, Detector, Model, model_named, name_of
from focalbox.saliency.names import is_file
from focalbox.saliency.network import Network
from focalbox.saliency.yunet import YuNet

__all__ = ["check_detectors", "check_model", "load", "look_at", "unite"]


def check_model(model: object) -> tuple[Model, str]:
    """Return a model and its name.

    Parameters
    ----------
    model : str, path or callable
        The name of a model, the path of an ``.onnx`` file, or the model itself.

    Raises
    ------
    InvalidRequest
        When it is none of these, or the file is not there.
    """
    named = os.fspath(model) if isinstance(model, os.PathLike) else model
    if isinstance(named, str):
        found = model_named(named)
        if is_file(named) and not os.path.isfile(named):  # noqa: PTH113 - a Path raises for names that are too long
            message = f"there is no model file {named}"
            raise InvalidRequest(message)
        return found, named if named in MODELS else name_of(found)
    if not callable(named):
        message = f"model is the name of a model, the path of an .onnx file or a callable, not {show_value(model)}"
        raise InvalidRequest(message)
    return named, name_of(named)


def check_detectors(detectors: object) -> tuple[Detector, ...] | None:
    """Return detectors as a tuple, None as None.

    Raises
    ------
    InvalidRequest
        When they are no list of callables.
    """
    if detectors is None:
        return None
    if not isinstance(detectors, Sequence) or not all(map(callable, detectors)):
        message = f"detectors is a list of callables, not {show_value(detectors)}"
        raise InvalidRequest(message)
    return tuple(detectors)


def load(looks: object) -> None:
    """Load the file of a model or detector, if it is in one.

    Raises
    ------
    ModelError
        When it cannot be loaded, or is of another contract.
    """
    if isinstance(looks, Network | YuNet):
        looks.load()


def look_at(working: WorkingImage, model: Model, detectors: Sequence[Detector] | None) -> ModelOutput:
    """Return what a model finds in a picture, with the subjects of the detectors in place of its own.

    Parameters
    ----------
    working : WorkingImage
    model : callable
    detectors : sequence of callable, optional
        They are shown the same copy.

    Raises
    ------
    ModelError
        When the model or a detector answers with something else than it should.
    """
    rgb = stretch_contrast(working.look())
    seen = model.look(rgb) if isinstance(model, Network) else _check_output(model(rgb))
    if detectors is None:
        return seen
    return replace(
        seen, subjects=tuple(subject for detector in detectors for subject in _check_subjects(detector(rgb)))
    )


def unite(seen: Sequence[ModelOutput]) -> ModelOutput:
    """Combine what was found in frames of a film: the mean of the maps, and all subjects.

    A frame in which there is nothing, such as a black one, adds nothing.
    """
    if len(seen) == 1:
        return seen[0]
    return ModelOutput(
        _mean([one.saliency for one in seen]),
        _mean_of_all([one.keep for one in seen]),
        tuple(subject for one in seen for subject in one.subjects),
        _mean_of_all([one.object_map for one in seen]),
    )


def _mean_of_all(maps: Sequence[SaliencyMap | None]) -> SaliencyMap | None:
    """Return the mean of maps that every frame has, else None."""
    known = [one for one in maps if one is not None]
    return _mean(known) if len(known) == len(maps) else None


def _mean(maps: Sequence[SaliencyMap]) -> SaliencyMap:
    known = [one for one in maps if one.total]
    if not known:
        return SaliencyMap.blank()
    return SaliencyMap(np.sum([one.average(*known[0].shape) for one in known], axis=0))


def _check_output(answer: object) -> ModelOutput:
    """Check and return the answer of a model: a caller's callable may answer anything."""
    if isinstance(answer, SaliencyMap):
        return ModelOutput(answer)
    if isinstance(answer, ModelOutput):
        return answer
    message = f"a model answers with a SaliencyMap, not {type(answer).__name__}"
    raise ModelError(message)


def _check_subjects(answer: object) -> list[Subject]:
    """Check and return the answer of a detector: a caller's callable may answer anything."""
    if isinstance(answer, Sequence):
        found = [subject for subject in answer if isinstance(subject, Subject)]
        if len(found) == len(answer):
            return found
    message = "a detector answers with a list of Subject"
    raise ModelError(message)
