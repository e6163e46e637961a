"""A subject as a detector finds it: something that should not be cut, its place, and how sure the detector is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from focalbox.amounts import as_number
from focalbox.core.geometry import Box
from focalbox.errors import InvalidRequest, check_type, show_value

__all__ = ["Subject"]


@dataclass(frozen=True, slots=True)
class Subject:
    """Something in the picture that should not be cut, such as a face.

    Parameters
    ----------
    box : Box
        Where it is.
    kind : str
        What it is: ``"face"`` for faces, ``"head"`` for heads that show no clear face, ``"text"`` for lines of text.
    score : float
        How sure the detector is, 0 to 1.
    head : Box, optional
        For a face: its whole head, with hair and hat, if that was found too.

    Raises
    ------
    InvalidRequest
        When a box is no Box, the kind is no text, or the score is out of its range.
    """

    box: Box
    kind: str = "face"
    score: float = 1.0
    head: Box | None = None

    def __post_init__(self) -> None:
        score = as_number(self.score)
        if score is None or not 0 <= score <= 1:
            message = f"a subject needs a score from 0 to 1, not {show_value(self.score)}"
            raise InvalidRequest(message)
        check_type("a subject", "box", self.box, Box)
        check_type("a subject", "kind", self.kind, str)
        if self.head is not None:
            check_type("a subject", "head", self.head, Box)
        object.__setattr__(self, "score", score)

    def moved(self, to: Callable[[Box], Box]) -> Self:
        """Return the same subject in other coordinates, such as those of the picture with its border.

        Parameters
        ----------
        to : callable
            From a box to the same box in the other coordinates.
        """
        return replace(self, box=to(self.box), head=None if self.head is None else to(self.head))

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"kind", "score", "box"}`` and, for a face whose whole head is known, ``"head"``; boxes in fractions."""
        document = {"kind": self.kind, "score": self.score, "box": self.box.to_dict()}
        return document if self.head is None else document | {"head": self.head.to_dict()}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote; raises KeyError, TypeError or ValueError when it is something else."""
        head = Box.from_dict(document["head"]) if document.get("head") is not None else None
        return cls(Box.from_dict(document["box"]), str(document["kind"]), float(document["score"]), head)
