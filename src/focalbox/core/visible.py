"""The part of a picture that is looked at and cut: all of it, or what is left once its border is trimmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from focalbox.core.geometry import WHOLE, Box, PixelBox
from focalbox.core.target import Size
from focalbox.errors import InvalidRequest, check_type

__all__ = ["Visible"]

_MAX_SIDE = 2**32 - 1
"""The longest side that TIFF 6.0 can store, pixels; PNG, JPEG and WebP store shorter ones."""


@dataclass(frozen=True, slots=True)
class Visible:
    """The part of a picture that is looked at and cut; converts boxes between it and the whole picture.

    Callers give and get places in the whole upright picture; maps, windows and subjects are in fractions of the visible
    part. All conversions between the two are here.

    Parameters
    ----------
    source : Size
        The upright picture, pixels.
    trimmed : PixelBox, optional
        What is left of it once its border is trimmed, pixels; None when nothing was to be trimmed.

    Raises
    ------
    InvalidRequest
        When what is left does not lie inside the picture.

    Examples
    --------
    >>> visible = Visible(Size(400, 300), PixelBox(100, 0, 200, 300))
    >>> visible.to_source(Box(0.5, 0.0, 0.5, 1.0))
    Box(left=0.5, top=0.0, width=0.25, height=1.0)
    """

    source: Size
    trimmed: PixelBox | None = None

    def __post_init__(self) -> None:
        check_type("an analysis", "source", self.source, Size)
        box = self.trimmed
        if box is None:
            return
        check_type("an analysis", "trimmed", box, PixelBox)
        if not (0 <= box.left < box.right <= self.source.width and 0 <= box.top < box.bottom <= self.source.height):
            message = f"what is left of a picture of {self.source} lies inside it, unlike {box}"
            raise InvalidRequest(message)

    @property
    def size(self) -> Size:
        """Its sides, pixels."""
        return self.source if self.trimmed is None else Size(self.trimmed.width, self.trimmed.height)

    @property
    def part(self) -> Box:
        """Where it lies, fractions of the upright picture."""
        return WHOLE if self.trimmed is None else self.trimmed.to_box(self.source)

    def to_pixels(self, box: Box, aspect: float | None = None) -> PixelBox:
        """Round a box in fractions of the visible part to pixels of the upright picture, as `Box.to_pixels` does."""
        found = box.to_pixels(self.size, aspect)
        if self.trimmed is None:
            return found
        return PixelBox(found.left + self.trimmed.left, found.top + self.trimmed.top, found.width, found.height)

    def shift(self, box: PixelBox) -> PixelBox:
        """Convert a box from pixels of the upright picture to pixels of the visible part."""
        if self.trimmed is None:
            return box
        return PixelBox(box.left - self.trimmed.left, box.top - self.trimmed.top, box.width, box.height)

    def to_visible(self, box: Box) -> Box:
        """Convert a box from fractions of the upright picture to fractions of the visible part, past which it may reach."""
        if self.trimmed is None:
            return box
        part = self.part
        left, top = (box.left - part.left) / part.width, (box.top - part.top) / part.height
        return Box(left, top, box.width / part.width, box.height / part.height)

    def to_source(self, box: Box) -> Box:
        """Convert a box from fractions of the visible part to fractions of the upright picture."""
        if self.trimmed is None:
            return box
        part = self.part
        left, top = part.left + box.left * part.width, part.top + box.top * part.height
        return Box(left, top, box.width * part.width, box.height * part.height)

    def to_dict(self) -> dict[str, dict[str, int]]:
        """Return ``{"source", "trimmed"}`` in pixels, without ``trimmed`` when nothing was to be trimmed."""
        trimmed = {} if self.trimmed is None else {"trimmed": self.trimmed.to_dict()}
        return {"source": self.source.to_dict(), **trimmed}

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote.

        Raises
        ------
        KeyError, TypeError, ValueError
            When it is something else, or no picture can be so large; InvalidRequest as in `Visible`.
        """
        source = Size(int(saved["source"]["width"]), int(saved["source"]["height"]))
        if max(source.width, source.height) > _MAX_SIDE:
            message = f"a picture has sides of at most {_MAX_SIDE} pixels, unlike that of a damaged document"
            raise ValueError(message)
        if saved.get("trimmed") is None:
            return cls(source)
        return cls(source, PixelBox.from_dict(saved["trimmed"]))
