"""A subject as a detector finds it: something that should not be cut, where it is, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from numbers import Real
from typing import Any, Self

from focalbox.core.geometry import Box
from focalbox.errors import InvalidRequest, show_value

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

    Raises
    ------
    InvalidRequest
        When the score is out of its range.
    """

    box: Box
    kind: str = "face"
    score: float = 1.0

    def __post_init__(self) -> None:
        if not _is_share(self.score):
            message = f"a subject needs a score from 0 to 1, not {show_value(self.score)}"
            raise InvalidRequest(message)
        # what a network answers are often numbers of 32 bits, which lose digits in every sum and JSON does not write
        object.__setattr__(self, "score", float(self.score))
        object.__setattr__(self, "box", Box(*map(float, astuple(self.box))))

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"kind", "score", "box"}``, the box in fractions."""
        return {"kind": self.kind, "score": self.score, "box": self.box.to_dict()}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote; raises KeyError, TypeError or ValueError when it is something else."""
        sides = {side: float(document["box"][side]) for side in ("left", "top", "width", "height")}
        return cls(Box(**sides), str(document["kind"]), float(document["score"]))


def _is_share(score: Any) -> bool:
    return isinstance(score, Real) and 0 <= float(score) <= 1
