"""How a picture is looked at: a small copy once, and again, finer and mirrored, when the first look leaves doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from focalbox.core.confidence import doubt
from focalbox.core.evidence import ModelOutput, SaliencyMap, Subject
from focalbox.errors import ModelError
from focalbox.imaging.scales import looking_size, second_size
from focalbox.imaging.working import WorkingImage
from focalbox.saliency.models import Detector, Model
from focalbox.saliency.network import Network
from focalbox.saliency.second_look import joined, weight_of

__all__ = ["look_at"]


def look_at(working: WorkingImage, model: Model, detectors: Sequence[Detector] | None) -> ModelOutput:
    """Return what a model, and detectors in place of its own, see in a picture.

    Parameters
    ----------
    working : WorkingImage
    model : callable
        A network that `looks_twice` is shown the picture again, mirrored and finer if there is more to see, when its first
        map leaves doubt where to crop.
    detectors : sequence of callable, optional
        They are shown the first copy.

    Raises
    ------
    ModelError
        When the model or a detector answers with something else than it should.
    """
    size = looking_size(working.source)
    rgb = working.look(size)
    if isinstance(model, Network):
        seen = model.look(rgb)
        weight = weight_of(doubt(seen.saliency, working.source.aspect)) if model.looks_twice else 0.0
        if weight > 0:
            again = second_size(working.source)
            seen = joined(seen, model.look(rgb if again == size else working.look(again), turned=True), weight)
    else:
        seen = _seen(model(rgb))
    if detectors is None:
        return seen
    return replace(seen, subjects=tuple(subject for detector in detectors for subject in _detected(detector(rgb))))


def _seen(answer: object) -> ModelOutput:
    """Return what a model saw, once it is seen to be that: a caller's callable may answer anything."""
    if isinstance(answer, SaliencyMap):
        return ModelOutput(answer)
    if isinstance(answer, ModelOutput):
        return replace(answer, subjects=tuple(_detected(answer.subjects)))
    message = f"a model answers with a SaliencyMap, not {type(answer).__name__}"
    raise ModelError(message)


def _detected(answer: object) -> list[Subject]:
    """Return what was detected, once it is seen to be that: a caller's callable may answer anything."""
    if isinstance(answer, Sequence):
        found = [subject for subject in answer if isinstance(subject, Subject)]
        if len(found) == len(answer):
            return found
    message = "a detector answers with a list of Subject"
    raise ModelError(message)
