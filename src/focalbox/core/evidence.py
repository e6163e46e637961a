"""What one look at a picture found, for any target: the saliency map, the salient box and the subjects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from focalbox.core.geometry import Box, PixelBox
from focalbox.core.jaccard import BestBox, salient_box, subject_box
from focalbox.core.objects import ScoredObject, scored_objects
from focalbox.core.prominence import ScoredSubject, scored_subjects
from focalbox.core.saliency_map import MAX_CELLS, SaliencyMap
from focalbox.core.subject import Subject
from focalbox.core.target import Size
from focalbox.core.top import ScoredTop, scored_top
from focalbox.core.visible import Visible
from focalbox.errors import FocalboxError, InvalidRequest, ModelError, check_type, show_value

__all__ = ["MAX_CELLS", "Evidence", "ModelOutput", "SaliencyMap", "Subject"]


@dataclass(frozen=True, slots=True)
class ModelOutput:
    """What a model returns when it finds more than a saliency map.

    Parameters
    ----------
    saliency : SaliencyMap
        What attracts viewers.
    keep : SaliencyMap, optional
        How likely a person who crops freely would keep each place.
    subjects : tuple of Subject
        What should not be cut.
    object_map : SaliencyMap, optional
        How likely each place belongs to a salient object, from models that tell.

    Raises
    ------
    ModelError
        When something is of another type.
    """

    saliency: SaliencyMap
    keep: SaliencyMap | None = None
    subjects: tuple[Subject, ...] = ()
    object_map: SaliencyMap | None = None

    def __post_init__(self) -> None:
        _check_found(self, "the answer of a model", ModelError)


@dataclass(frozen=True)
class Evidence:
    """All that one look at a picture found, and that placing a window needs.

    Parameters
    ----------
    source : Size
        The upright picture, pixels.
    saliency : SaliencyMap
        What attracts viewers.
    subjects : tuple of Subject
        What should not be cut.
    model : str
        The name of the model that made the map.
    version : str
        The version of focalbox that looked.
    keep : SaliencyMap, optional
        How likely a person who crops freely would keep each place, from models that tell.
    trimmed : PixelBox, optional
        The part of the upright picture that is left once its border is trimmed, in pixels. Only this part was looked at, and
        the map and all boxes are in fractions of it. None when nothing was trimmed; then they are in fractions of the
        picture.
    object_map : SaliencyMap, optional
        How likely each place belongs to a salient object, from models that tell.

    Raises
    ------
    InvalidRequest
        When something is of another type, or what is left of the picture does not lie inside it.
    """

    source: Size
    saliency: SaliencyMap
    subjects: tuple[Subject, ...] = ()
    model: str = ""
    version: str = ""
    keep: SaliencyMap | None = None
    trimmed: PixelBox | None = None
    object_map: SaliencyMap | None = None

    def __post_init__(self) -> None:
        _check_found(self, "an analysis", InvalidRequest)
        for name in ("model", "version"):
            check_type("an analysis", name, getattr(self, name), str)
        self.visible  # noqa: B018 - a wrong part is refused when it is given, not when it is used

    @cached_property
    def visible(self) -> Visible:
        """The part that was looked at: the upright picture, or what is left of it once its border is trimmed."""
        return Visible(self.source, self.trimmed)

    @cached_property
    def salient(self) -> BestBox:
        """The exact salient box of the map and its Jaccard index."""
        return salient_box(self.saliency)

    @property
    def salient_box(self) -> Box:
        """The box with the highest Jaccard index with the map, fractions of what was looked at."""
        return self.salient.box

    @property
    def jaccard(self) -> float:
        """The Jaccard index of the salient box, 0 to 1."""
        return self.salient.index

    @cached_property
    def scored_subjects(self) -> tuple[ScoredSubject, ...]:
        """The subjects as the score of a window counts them: heads in place of faces, by prominence, in whole pixels."""
        return scored_subjects(self.saliency, self.subjects, size=self.visible.size)

    @cached_property
    def scored_objects(self) -> tuple[ScoredObject, ...]:
        """The salient objects as the score of a window counts them, in whole pixels; none without a map of objects."""
        if self.object_map is None:
            return ()
        faces = any(subject.kind == "face" for subject in self.subjects)
        return scored_objects(self.object_map, self.visible.size, beside_faces=faces)

    @cached_property
    def subject_box(self) -> Box:
        """The box of the whole subject, fractions of what was looked at; the salient box when no map of objects is known."""
        if self.object_map is None or self.object_map.total == 0:
            return self.salient_box
        return subject_box(self.object_map).box

    @cached_property
    def scored_top(self) -> ScoredTop:
        """The top of the subject as the score of a window counts it that the subject is too tall for."""
        return scored_top(self.saliency, self.object_map, self.subject_box, self.scored_subjects)

    @cached_property
    def free_form(self) -> Box:
        """The crop without a target: the salient box of the map ``keep``, or the subject box when there is none."""
        return self.subject_box if self.keep is None else salient_box(self.keep).box


def _check_found(found: ModelOutput | Evidence, owner: str, error: type[FocalboxError]) -> None:
    """Check the types of what was found, and keep the subjects as a tuple: callers may give a list."""
    check_type(owner, "saliency", found.saliency, SaliencyMap, error)
    for name in ("keep", "object_map"):
        if getattr(found, name) is not None:
            check_type(owner, name, getattr(found, name), SaliencyMap, error)
    subjects: object = found.subjects
    if not isinstance(subjects, Sequence) or not all(isinstance(subject, Subject) for subject in subjects):
        message = f"{owner} needs a list of Subject as subjects, not {show_value(subjects)}"
        raise error(message)
    object.__setattr__(found, "subjects", tuple(subjects))
