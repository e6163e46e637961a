"""A part that stands for the whole picture, with a size or a place that depends on the picture."""

from __future__ import annotations

from dataclasses import dataclass

from focalbox.core.choice.choose import place_exactly
from focalbox.core.evidence import Evidence
from focalbox.core.geometry import PixelBox
from focalbox.core.target import Size
from focalbox.imaging.output.effects import turn_size
from focalbox.options import CropOptions
from focalbox.service.shape.gravity import Gravity

__all__ = ["Part"]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a picture.

    Parameters
    ----------
    width, height : float
        Its sides: from 1 on in pixels, below 1 as a share of the picture's; 0 is all of it.
    gravity : Gravity
        Where it lies.
    turn : int
        Degrees, a multiple of 90, clockwise: sides and place are those in the picture turned like that.

    Examples
    --------
    >>> Part(0.5, 100, Gravity((1.0, 0.0))).box(Size(600, 400))
    PixelBox(left=300, top=0, width=300, height=100)
    """

    width: float
    height: float
    gravity: Gravity
    turn: int = 0

    @property
    def looked_for(self) -> bool:
        """Whether the saliency or the faces decide where it lies."""
        return self.gravity.smart

    def size(self, source: Size) -> Size:
        """Return its sides in pixels of a picture of ``source``, upright."""
        turned = turn_size(source, self.turn)
        return turn_size(Size(_side(self.width, turned.width), _side(self.height, turned.height)), self.turn)

    def box(self, source: Size) -> PixelBox:
        """Return where it lies in a picture of ``source``, if no look decides that."""
        size = self.size(source)
        x, y = self.gravity.centre(
            turn_size(source, self.turn), turn_size(size, self.turn), 1.0, (False, False), self.turn
        )
        return _around(x * source.width, y * source.height, size, source)

    def choose(self, evidence: Evidence, options: CropOptions) -> PixelBox:
        """Return where it lies best in a picture that was looked at."""
        size = self.size(evidence.visible.size)
        return place_exactly(evidence, size, options.framing)


def _side(wanted: float, whole: int) -> int:
    if not wanted:
        return whole
    return min(whole, int(wanted) if wanted >= 1 else max(1, int(wanted * whole + 0.5)))


def _around(x: float, y: float, size: Size, source: Size) -> PixelBox:
    left = min(max(0, round(x - size.width / 2)), source.width - size.width)
    top = min(max(0, round(y - size.height / 2)), source.height - size.height)
    return PixelBox(left, top, size.width, size.height)
