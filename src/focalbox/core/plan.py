"""The crops that one analysis leads to, together, and the one JSON form of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

from focalbox.core.crop import Crop, document
from focalbox.core.evidence import Evidence

__all__ = ["Plan"]


@dataclass(frozen=True)
class Plan(Sequence[Crop]):
    """What was decided for several targets: a sequence of crops, in the order of the targets.

    Parameters
    ----------
    evidence : Evidence
        What they were chosen from.
    crops : tuple of Crop
    """

    evidence: Evidence
    crops: tuple[Crop, ...]

    def __len__(self) -> int:
        return len(self.crops)

    def __iter__(self) -> Iterator[Crop]:
        return iter(self.crops)

    @overload
    def __getitem__(self, index: int) -> Crop: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Crop]: ...
    def __getitem__(self, index: int | slice) -> Crop | Sequence[Crop]:
        return self.crops[index]

    def to_dict(self) -> dict[str, Any]:
        """Return the one JSON form: what was found in the picture, and each crop in ``crops``."""
        return document(self.evidence, self.crops)
