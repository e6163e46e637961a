"""A file of the corpus."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SIZE", "Sample"]

SIZE = (96, 64)


@dataclass(frozen=True, slots=True)
class Sample:
    """One file.

    Parameters
    ----------
    format : str
    feature : str
        What is special about it.
    content : bytes
    size : tuple of int
        Sides of the upright picture.
    mean : float or None
        Mean level of the picture in sRGB, None for one that is to be refused.
    frames : int
        How many frames there are to be seen.
    plays : int
        How often they are shown, 0 for without an end.
    """

    format: str
    feature: str
    content: bytes
    size: tuple[int, int] = SIZE
    mean: float | None = None
    frames: int = 1
    plays: int = 0
