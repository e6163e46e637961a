"""Sizes and effects of imgproxy's steps (scaling, cutting, extending, padding), which depend on the picture.

The steps and their order are those of its documentation (About processing pipeline; Processing an image): the part that
``crop`` leaves is scaled, turned, mirrored, cut to the result, filtered, extended and padded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from focalbox.core.target import Size
from focalbox.errors import InvalidRequest
from focalbox.imaging.output.effects import Effect, turn_size
from focalbox.options import MAX_SIDE
from focalbox.service.shape.gravity import Gravity
from focalbox.service.shape.outline import Outline

__all__ = ["Scaling"]

_TURNS = {"rotate", "flip", "flop"}
_NONE = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Scaling(Outline):
    """A size from several options of imgproxy; ``width`` and ``height`` are those of the turned picture.

    Parameters
    ----------
    width, height, enlarge
        As in `Outline`, before zoom and density.
    kind : str
        fit, fill, fill-down, force or auto.
    zoom : (float, float)
        Factors on width and height.
    density : float
        A factor on sides, padding and offsets; without ``enlarge`` it is limited by the pixels of the source.
    least : (int, int)
        Sides that the scaled picture has at least; 0 for none.
    gravity : Gravity
        Where the result is cut out.
    turn : int
        Degrees clockwise, a multiple of 90.
    mirrored : (bool, bool)
        From left to right, and upside down, after the turn.
    extend, extend_ratio : Gravity, optional
        Where a result that is smaller than asked for lies in a ground of that size, or of that ratio.
    room : bool
        Whether the crop itself extends the picture, which lies in the middle.
    padding : (int, int, int, int)
        Pixels on the left, at the top, on the right and at the bottom.
    colour : str
        Of what is added; empty for transparent.

    Examples
    --------
    >>> Scaling(900, 300, enlarge=False, kind="fill-down").size(Size(600, 400))
    Size(width=600, height=200)
    """

    kind: str = "fit"
    zoom: tuple[float, float] = (1.0, 1.0)
    density: float = 1.0
    least: tuple[int, int] = (0, 0)
    gravity: Gravity = Gravity()  # noqa: RUF009 - frozen
    turn: int = 0
    mirrored: tuple[bool, bool] = (False, False)
    extend: Gravity | None = None
    extend_ratio: Gravity | None = None
    room: bool = False
    padding: tuple[int, int, int, int] = _NONE
    colour: str = ""

    @property
    def name(self) -> str:
        """The size as it was asked for; with padding the size of all, as far as it is known."""
        sides = [
            _whole(side * factor * self.density)
            for side, factor in zip((self.width, self.height), self.zoom, strict=True)
        ]
        added = [self.padding[at] + self.padding[at + 2] for at in (0, 1)]
        if any(self.least):
            return f"{sides[0]}x{sides[1]} and at least {self.least[0]}x{self.least[1]}"
        uneven = self.zoom[0] != self.zoom[1]
        if not all(sides) and (uneven or (not any(sides) and self.zoom[0] * self.density != 1)):
            return f"{sides[0]}x{sides[1]} and a zoom"
        if any(added) and not all(sides):
            return f"{sides[0]}x{sides[1]} and padding"
        return "x".join(str(side + _whole(more * self.density)) for side, more in zip(sides, added, strict=True))

    def size(self, source: Size) -> Size:
        """Return the size of the cut for a picture of ``source``, not turned yet."""
        made = self._made(turn_size(source, self.turn))
        return turn_size(made.asked if self.room else made.cut, self.turn)

    def focus(self, source: Size) -> tuple[float, float] | None:
        """Return the point that the cut is centred on, as fractions of a picture of ``source``; None to look for it."""
        if self.gravity.smart or self.room:
            return None
        turned = turn_size(source, self.turn)
        made = self._made(turned)
        return self.gravity.centre(made.scaled, made.result, made.density, self.mirrored, self.turn)

    def finish(self, effects: tuple[Effect, ...], source: Size) -> tuple[Effect, ...]:
        """Return the effects on the cut: turns, a stretch, the requested ones, and what is added around."""
        made = self._made(turn_size(source, self.turn))
        turns = next((at for at, effect in enumerate(effects) if effect.name not in _TURNS), len(effects))
        stretch = [Effect("resize", (float(made.result.width), float(made.result.height)))]
        asked = made.asked if self.extend is not None and not self.room else made.result
        extended = self._ground(made.result, asked, self.extend, made)
        left, top, right, bottom = map(int, extended)
        wide = Size(made.result.width + left + right, made.result.height + top + bottom)
        in_ratio = self._ground(wide, self._in_ratio(wide), self.extend_ratio, made)
        pads = [extended, in_ratio, [float(_whole(side * made.density)) for side in self.padding]]
        return (
            *effects[:turns],
            *(stretch if made.cut != made.result and not self.room else ()),
            *effects[turns:],
            *(Effect("pad", tuple(pad), self.colour) for pad in pads if any(pad)),
            *([Effect("background", (), self.colour)] if self.colour else []),
        )

    def _ground(self, inner: Size, outer: Size, gravity: Gravity | None, made: _Made) -> list[float]:
        """Return what is added on each side of a result so that it lies in a ground of another size."""
        width, height = max(inner.width, outer.width), max(inner.height, outer.height)
        x, y = (gravity or Gravity()).centre(Size(width, height), inner, made.density, (False, False), 0)
        left, top = round(x * width - inner.width / 2), round(y * height - inner.height / 2)
        return [float(side) for side in (left, top, width - inner.width - left, height - inner.height - top)]

    def _in_ratio(self, size: Size) -> Size:
        """Return the ground of the ratio that was asked for around a size."""
        if self.extend_ratio is None or not (self.width and self.height):
            return size
        aspect = self.width * self.zoom[0] / (self.height * self.zoom[1])
        return Size(max(size.width, _whole(size.height * aspect)), max(size.height, _whole(size.width / aspect)))

    def _made(self, source: Size) -> _Made:
        """Return the sizes on the way for a picture that is turned already."""
        across, down, density = self._shrinks(source)
        scaled = Size(max(1, _whole(source.width / across)), max(1, _whole(source.height / down)))
        asked = [
            _whole(side * density * factor) or whole
            for side, factor, whole in zip(
                (self.width, self.height), self.zoom, (scaled.width, scaled.height), strict=True
            )
        ]
        width, height = min(asked[0], scaled.width), min(asked[1], scaled.height)
        if self.kind == "fill-down" and (asked[0] > scaled.width or asked[1] > scaled.height):
            width = min(scaled.width, max(1, _whole(scaled.height * asked[0] / asked[1])))
            height = min(scaled.height, max(1, _whole(scaled.width * asked[1] / asked[0])))
        if max(width, height, *asked) > MAX_SIDE:
            message = f"a size has sides of at most {MAX_SIDE} pixels, not {max(width, height, *asked)}"
            raise InvalidRequest(message)
        cut = Size(width, height)
        if not math.isclose(across, down):  # stretched later: the cut has the picture's own ratio and pixels
            scale = min(1.0, max(1 / across, 1 / down))
            sides = max(1, _whole(width * across * scale)), max(1, _whole(height * down * scale))
            cut = Size(min(sides[0], source.width), min(sides[1], source.height))
        return _Made(scaled, cut, Size(width, height), Size(*asked), density)

    def _shrinks(self, source: Size) -> tuple[float, float, float]:
        """Return what both sides are divided by, and the density that is left of the one asked for."""
        across, down = source.width / (self.width or source.width), source.height / (self.height or source.height)
        if self.kind != "force" and not (self.width and self.height):
            across = down = across if self.width else down
        elif self._fills(source):
            across = down = min(across, down)
        elif self.kind != "force":
            across = down = max(across, down)
        across, down, density = across / self.zoom[0], down / self.zoom[1], self.density
        if not self.enlarge:
            least = min(across, down, 1.0)
            across, down = across / least, down / least
            density = min(density if self.extend else density / least, across, down)
        for at, side in enumerate((source.width, source.height)):
            grown = self.least[at] and (across, down)[at] / (side / self.least[at])
            if grown > 1:
                across, down = across / grown, down / grown
        return min(across / density, source.width), min(down / density, source.height), density

    def _fills(self, source: Size) -> bool:
        if self.kind != "auto":
            return self.kind.startswith("fill")
        return (source.width >= source.height) == ((self.width or source.width) >= (self.height or source.height))


@dataclass(frozen=True, slots=True)
class _Made:
    """Sizes on the way: the scaled picture, the cut out of the source, the result, what was asked for, and the density."""

    scaled: Size
    cut: Size
    result: Size
    asked: Size
    density: float


def _whole(side: float) -> int:
    return int(side + 0.5)
