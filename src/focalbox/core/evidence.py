"""What one look at a picture found: the saliency map, the salient box and subjects, whatever the target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from focalbox.core.geometry import Box, Size
from focalbox.core.jaccard import SalientBox, salient_box
from focalbox.core.saliency_map import MAX_CELLS, SaliencyMap

__all__ = ["MAX_CELLS", "Evidence", "SaliencyMap", "Seen", "Subject"]


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
class Seen:
    """What a model saw at one look, when it sees more than a saliency map.

    Parameters
    ----------
    saliency : SaliencyMap
        What attracts viewers.
    keep : SaliencyMap, optional
        How surely a person cropping freely would keep each place.
    subjects : tuple of Subject
        What should not be cut.
    """

    saliency: SaliencyMap
    keep: SaliencyMap | None = None
    subjects: tuple[Subject, ...] = ()


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
    """

    source: Size
    saliency: SaliencyMap
    subjects: tuple[Subject, ...] = ()
    model: str = ""
    version: str = ""
    keep: SaliencyMap | None = None

    @cached_property
    def found(self) -> SalientBox:
        """The exact salient box of the map and its Jaccard index."""
        return salient_box(self.saliency)

    @property
    def salient_box(self) -> Box:
        """The box with the highest Jaccard index with the map, fractions."""
        return self.found.box

    @property
    def jaccard(self) -> float:
        """The Jaccard index of the salient box, 0 to 1."""
        return self.found.jaccard

    @cached_property
    def free_form(self) -> Box:
        """The crop without a target: the exact box of what a person would keep, or else the salient box."""
        return self.salient_box if self.keep is None else salient_box(self.keep).box
