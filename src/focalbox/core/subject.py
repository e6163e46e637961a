"""A subject as a detector finds it: something that should not be cut, its place, and how sure the detector is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any, Self

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
        if not _is_share(self.score):
            message = f"a subject needs a score from 0 to 1, not {show_value(self.score)}"
            raise InvalidRequest(message)
        check_type("a subject", "box", self.box, Box)
        check_type("a subject", "kind", self.kind, str)
        if self.head is not None:
            check_type("a subject", "head", self.head, Box)
        # networks often answer with 32-bit numbers, which lose digits in sums and which JSON cannot write
        object.__setattr__(self, "score", float(self.score))
        object.__setattr__(self, "box", _of_floats(self.box))
        if self.head is not None:
            object.__setattr__(self, "head", _of_floats(self.head))

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


def _is_share(score: object) -> bool:
    try:
        return isinstance(score, Real) and 0 <= float(score) <= 1
    except OverflowError:  # a whole number beyond all floats
        return False


def _of_floats(box: Box) -> Box:
    """Return a box of Python's floats; the box itself, as most are, where it is one: subjects are made by the dozen."""
    sides = box.left, box.top, box.width, box.height
    return box if {*map(type, sides)} == {float} else Box(*map(float, sides))
