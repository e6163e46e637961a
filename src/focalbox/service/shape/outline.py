"""Sizes that depend on the picture or the faces in it: with an open side, or with a box to stay inside."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from focalbox.core.choice.faces import MAX_ASPECT
from focalbox.core.target import Size
from focalbox.errors import InvalidRequest
from focalbox.imaging.limits import Limits
from focalbox.imaging.output.effects import Effect
from focalbox.options import MAX_SIDE

__all__ = ["Outline"]


@dataclass(frozen=True, slots=True)
class Outline:
    """A size that depends on the picture: with an open side, a box to stay inside, or a source not to enlarge.

    Parameters
    ----------
    width, height : int
        Pixels; 0 leaves the side to the picture's own ratio.
    inside : bool
        The whole picture inside the box, in its own ratio, instead of a crop of exactly these sides.
    enlarge : bool
        Whether more pixels than the source has may be made.
    over : bool
        With ``inside``: the whole picture over the box, so that no side is smaller, instead of inside it.
    turned : bool
        Whether the sides change places for a picture that is upright where the box is not. An open side makes the box as
        upright as the picture.
    in_ratio : bool
        Without ``enlarge``: both sides shrink alike to what the source has, so that their ratio stays.
    own_width, own_height : bool
        Whether the side is that of the picture; ``width`` or ``height`` is 0 then.

    Examples
    --------
    >>> Outline(300, 0).size(Size(600, 400))
    Size(width=300, height=200)
    >>> Outline(300, 300, inside=True).size(Size(600, 400))
    Size(width=300, height=200)
    >>> Outline(900, 300, enlarge=False).size(Size(600, 400))
    Size(width=600, height=300)
    >>> Outline(900, 300, enlarge=False, in_ratio=True).size(Size(600, 400))
    Size(width=600, height=200)
    >>> Outline(0, 100, own_width=True).size(Size(600, 400))
    Size(width=600, height=100)
    """

    width: int
    height: int
    inside: bool = False
    enlarge: bool = True
    over: bool = False
    turned: bool = False
    in_ratio: bool = False
    own_width: bool = False
    own_height: bool = False

    def __post_init__(self) -> None:
        if not (0 <= self.width <= MAX_SIDE and 0 <= self.height <= MAX_SIDE):
            message = f"a size has sides of at most {MAX_SIDE} pixels, not {self.width}x{self.height}"
            raise InvalidRequest(message)

    @property
    def name(self) -> str:
        """The size as it was asked for."""
        return f"{'orig' if self.own_width else self.width}x{'orig' if self.own_height else self.height}"

    @property
    def known(self) -> Size | None:
        """The size in pixels where it is the same for every picture.

        Examples
        --------
        >>> Outline(300, 200).known, Outline(300, 0).known
        (Size(width=300, height=200), None)
        """
        varies = self.inside or self.turned or self.own_width or self.own_height or not self.enlarge
        return None if varies or not (self.width and self.height) else Size(self.width, self.height)

    def size(self, source: Size) -> Size:
        """Return the size in pixels for a picture of ``source``."""
        width = source.width if self.own_width else self.width or math.inf
        height = source.height if self.own_height else self.height or math.inf
        if self.turned and math.inf not in {width, height} and (width - height) * (source.width - source.height) < 0:
            width, height = height, width
        if self.inside or math.inf in {width, height}:
            across, down = width / source.width, height / source.height
            scale = max(across, down) if self.over and math.inf not in {width, height} else min(across, down)
            scale = 1.0 if scale == math.inf else scale
            if not self.enlarge:
                scale = min(scale, 1.0)
            width, height = _side(source.width, scale), _side(source.height, scale)
        if not self.enlarge and self.in_ratio:
            scale = min(1.0, source.width / width, source.height / height)
            width, height = _side(int(width), scale), _side(int(height), scale)
        elif not self.enlarge:
            width, height = min(width, source.width), min(height, source.height)
        if max(width, height) > MAX_SIDE:
            message = f"a size has sides of at most {MAX_SIDE} pixels, not {width}x{height}"
            raise InvalidRequest(message)
        return Size(int(width), int(height))

    def focus(self, source: Size) -> tuple[float, float] | None:  # noqa: ARG002 - for sizes that say where they lie
        """Return the point that a crop of a picture of ``source`` is centred on, if the size tells it: here None."""
        return None

    def finish(self, effects: tuple[Effect, ...], source: Size) -> tuple[Effect, ...]:
        """Return the effects on a crop of a picture of ``source``: ``effects`` and those that follow from the size.

        A ground without sides gets those of the box.
        """
        if not any(effect.name == "ground" and not effect.values for effect in effects):
            return effects
        box = replace(self, inside=False, enlarge=True).size(source)
        sides = float(box.width), float(box.height)
        return tuple(
            replace(effect, values=effect.values or sides) if effect.name == "ground" else effect for effect in effects
        )

    def bound(self, source: Size) -> Size:
        """Return the largest size for the frame of faces in a picture of ``source``, as `FaceFrame` frames them."""
        if not (self.width or self.height):
            return source
        most = max(MAX_ASPECT, source.aspect, 1 / source.aspect)
        room = Limits().result_pixels  # more is refused once the faces are found
        width, height = self.width, self.height
        return Size(
            width or min(MAX_SIDE, math.ceil(height * most), max(1, room // height)),
            height or min(MAX_SIDE, math.ceil(width * most), max(1, room // width)),
        )


def _side(side: int, scale: float) -> int:
    return max(1, int(side * scale + 0.5))
