"""What one look at a picture found: the saliency map, the salient box and subjects, whatever the target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from focalbox.core.geometry import Box, PixelBox, Size
from focalbox.core.jaccard import SalientBox, salient_box
from focalbox.core.saliency_map import MAX_CELLS, SaliencyMap

__all__ = ["MAX_CELLS", "Evidence", "ModelOutput", "SaliencyMap", "Subject"]


@dataclass(frozen=True, slots=True)
class Subject:
    """Something in the picture that should not be cut, such as a face.

    Parameters
    ----------
    box : Box
        Where it is.
    kind : str
        What it is: ``"face"`` for faces.
    score : float
        How sure the detector is, 0 to 1.
    """

    box: Box
    kind: str = "face"
    score: float = 1.0

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"kind", "score", "box"}``, the box in fractions."""
        return {"kind": self.kind, "score": self.score, "box": self.box.to_dict()}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote; raises KeyError, TypeError or ValueError when it is something else."""
        sides = {side: float(document["box"][side]) for side in ("left", "top", "width", "height")}
        return cls(Box(**sides), str(document["kind"]), float(document["score"]))


@dataclass(frozen=True, slots=True)
class ModelOutput:
    """What a model saw at one look, when it sees more than a saliency map.

    Parameters
    ----------
    saliency : SaliencyMap
        What attracts viewers.
    keep : SaliencyMap, optional
        How surely a person cropping freely would keep each place.
    subjects : tuple of Subject
        What should not be cut.
    object_map : SaliencyMap, optional
        How surely each place belongs to the thing that the picture is of.
    """

    saliency: SaliencyMap
    keep: SaliencyMap | None = None
    subjects: tuple[Subject, ...] = ()
    object_map: SaliencyMap | None = None


@dataclass(frozen=True)
class Evidence:
    """All that one look at a picture found: what placing a window needs, whatever the target.

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
        How surely a person cropping freely would keep each place, from models that know.
    trimmed : PixelBox, optional
        What is left of the upright picture once its border is trimmed, pixels; it is all that was looked at, and the
        map and the boxes found are in fractions of it. None when nothing was to be trimmed: then of the whole picture.
    """

    source: Size
    saliency: SaliencyMap
    subjects: tuple[Subject, ...] = ()
    model: str = ""
    version: str = ""
    keep: SaliencyMap | None = None
    trimmed: PixelBox | None = None

    @property
    def looked_at(self) -> Size:
        """What was looked at, pixels: the upright picture without a trimmed border."""
        return self.source if self.trimmed is None else Size(self.trimmed.width, self.trimmed.height)

    def pixels(self, box: Box, aspect: float | None = None) -> PixelBox:
        """Round a box in fractions of what was looked at to pixels of the upright picture, as `Box.to_pixels` does."""
        found = box.to_pixels(self.looked_at, aspect)
        if self.trimmed is None:
            return found
        return PixelBox(found.left + self.trimmed.left, found.top + self.trimmed.top, found.width, found.height)

    def to_visible(self, box: Box) -> Box:
        """Return a box in fractions of the upright picture in fractions of what was looked at; it may reach past it."""
        if self.trimmed is None:
            return box
        part = self.trimmed.to_box(self.source)
        left, top = (box.left - part.left) / part.width, (box.top - part.top) / part.height
        return Box(left, top, box.width / part.width, box.height / part.height)

    def to_source(self, box: Box) -> Box:
        """Return a box in fractions of what was looked at in fractions of the upright picture."""
        if self.trimmed is None:
            return box
        part = self.trimmed.to_box(self.source)
        left, top = part.left + box.left * part.width, part.top + box.top * part.height
        return Box(left, top, box.width * part.width, box.height * part.height)

    @cached_property
    def salient(self) -> SalientBox:
        """The exact salient box of the map and its Jaccard index."""
        return salient_box(self.saliency)

    @property
    def salient_box(self) -> Box:
        """The box with the highest Jaccard index with the map, fractions of what was looked at."""
        return self.salient.box

    @property
    def jaccard(self) -> float:
        """The Jaccard index of the salient box, 0 to 1."""
        return self.salient.jaccard

    @cached_property
    def free_form(self) -> Box:
        """The crop without a target: the exact box of what a person would keep, or else the salient box."""
        return self.salient_box if self.keep is None else salient_box(self.keep).box
