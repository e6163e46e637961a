"""What other services' addresses do to a finished crop: turns, tones, blur, corners. None of it moves the window."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from focalbox.core.target import Size
from focalbox.errors import InvalidRequest
from focalbox.imaging.output.fill import colour_of

__all__ = ["Effect", "apply_effects", "size_after"]

_MAX_BLUR = 150
"""Pixels of a blur's radius: what thumbor allows."""
_FINE = 4
"""How many times finer rounded corners are drawn than they are shown, so that they have no steps."""
_MAX_FINE = 2**22
"""Pixels of a picture whose corners are drawn finer: beyond, steps of one pixel are not seen."""
_GREY = 127.5
"""The tone around which contrast turns."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing to do.

    Parameters
    ----------
    name : str
        background, blur, brightness, contrast, cover (a part, resized), flip (upside down), flop (mirrored), grayscale,
        inside (resized in its own ratio), resize (stretched), rotate, round, sharpen or square (the middle of it).
    values : tuple of float
        Pixels of radius for blur, sharpen and round; -100 to 100 for brightness and contrast; degrees, counterclockwise,
        for rotate; width and height for resize; for inside the same, 0 for one that is open, and whether it may grow; for
        cover the same, and where the part lies, 0 to 1 from left to right and from top to bottom.
    colour : str
        What is put behind (``"background"``), or shown beyond the corners (``"round"``; empty for transparent).
    of_source : bool
        Whether a radius is in pixels of the source instead of the crop's: `scale` makes it the crop's.

    Raises
    ------
    InvalidRequest
        When there is no such effect or a value makes no sense.
    """

    name: str
    values: tuple[float, ...] = ()
    colour: str = ""
    of_source: bool = False

    def __post_init__(self) -> None:
        if self.name not in _EFFECTS:
            message = f"an effect is one of {', '.join(sorted(_EFFECTS))}, not {self.name[:20]!r}"
            raise InvalidRequest(message)
        most = _MAX_VALUES.get(self.name)
        if most is not None and not all(-most <= value <= most for value in self.values):
            message = f"{self.name} takes numbers of at most {most}"
            raise InvalidRequest(message)
        if self.colour:
            colour_of(self.colour)

    def scale(self, ratio: float) -> Effect:
        """Return the effect for a crop with ``ratio`` pixels for each pixel of the source.

        Examples
        --------
        >>> Effect("blur", (8.0,), of_source=True).scale(0.25)
        Effect(name='blur', values=(2.0,), colour='', of_source=False)
        """
        if not self.of_source:
            return self
        values = tuple(value * ratio for value in self.values)
        return replace(self, values=tuple(min(value, _MAX_BLUR) for value in values), of_source=False)


def size_after(size: Size, effect: Effect) -> Size:
    """Return how large a picture is after an effect; turns that are no quarters are left out.

    Examples
    --------
    >>> size_after(Size(600, 400), Effect("inside", (300.0, 0.0, 1.0)))
    Size(width=300, height=200)
    """
    if effect.name in {"resize", "cover"}:
        return Size(*(max(1, int(side)) for side in effect.values[:2]))
    if effect.name == "square":
        return Size(min(size.width, size.height), min(size.width, size.height))
    if effect.name == "rotate" and effect.values[0] % 180 == 90:  # noqa: PLR2004 - degrees
        return Size(size.height, size.width)
    if effect.name != "inside":
        return size
    width, height, grows = effect.values
    ratios = [side / own for side, own in ((width, size.width), (height, size.height)) if side]
    scale = min([*ratios, *([] if grows else [1.0])])
    return Size(max(1, int(size.width * scale + 0.5)), max(1, int(size.height * scale + 0.5)))


def apply_effects(image: Image.Image, effects: Sequence[Effect]) -> Image.Image:
    """Return the picture with all effects, in order.

    Examples
    --------
    >>> apply_effects(Image.new("RGB", (30, 20)), [Effect("rotate", (90.0,)), Effect("grayscale")]).size
    (20, 30)
    """
    for effect in effects:
        image = _EFFECTS[effect.name](image, effect)
    return image


def _background(image: Image.Image, effect: Effect) -> Image.Image:
    if image.mode != "RGBA":
        return image
    below = Image.new("RGBA", image.size, colour_of(effect.colour))
    below.alpha_composite(image)
    return below.convert("RGB") if below.getchannel("A").getextrema() == (255, 255) else below


def _blur(image: Image.Image, effect: Effect) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(abs(effect.values[0])))


def _sharpen(image: Image.Image, effect: Effect) -> Image.Image:
    radius, amount = effect.values
    return image.filter(ImageFilter.UnsharpMask(abs(radius), int(abs(amount) * 100), 0))


def _change_tones(image: Image.Image, tone: Callable[[int], float]) -> Image.Image:
    """Return the picture with every channel but alpha changed."""
    table = [min(255, max(0, round(tone(value)))) for value in range(256)]
    bands = len(image.getbands())
    return image.point(table * min(bands, 3) + ([*range(256)] if bands == 4 else []))  # noqa: PLR2004 - RGBA


def _brightness(image: Image.Image, effect: Effect) -> Image.Image:
    return _change_tones(image, lambda value: value + 255 * effect.values[0] / 100)


def _contrast(image: Image.Image, effect: Effect) -> Image.Image:
    factor = ((100 + effect.values[0]) / 100) ** 2
    return _change_tones(image, lambda value: (value - _GREY) * factor + _GREY)


def _grayscale(image: Image.Image, _: Effect) -> Image.Image:
    grey = image.convert("L").convert("RGB")
    if image.mode == "RGBA":
        grey.putalpha(image.getchannel("A"))
    return grey


def _rotate(image: Image.Image, effect: Effect) -> Image.Image:
    quarter = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}
    degrees = effect.values[0] % 360
    if not degrees:
        return image
    if degrees in quarter:
        return image.transpose(quarter[int(degrees)])
    return image.convert("RGBA").rotate(degrees, Image.Resampling.BICUBIC, expand=True)


def _round(image: Image.Image, effect: Effect) -> Image.Image:
    radius = min(abs(effect.values[0]), image.width / 2, image.height / 2)
    fine = _FINE if image.width * image.height <= _MAX_FINE else 1
    mask = Image.new("L", (image.width * fine, image.height * fine), 0)
    corners = (0, 0, mask.width - 1, mask.height - 1)
    ImageDraw.Draw(mask).rounded_rectangle(corners, radius * fine, fill=255)
    mask = mask.resize(image.size, Image.Resampling.BOX)
    shown = image.convert("RGBA")
    shown.putalpha(ImageChops.multiply(shown.getchannel("A"), mask))
    return _background(shown, Effect("background", (), effect.colour)) if effect.colour else shown


def _square(image: Image.Image, _: Effect) -> Image.Image:
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return image.crop((left, top, left + side, top + side))


def _resize(image: Image.Image, effect: Effect) -> Image.Image:
    size = size_after(Size(*image.size), effect)
    return image.resize((size.width, size.height), Image.Resampling.LANCZOS)


def _cover(image: Image.Image, effect: Effect) -> Image.Image:
    width, height, across, down = effect.values
    scale = min(image.width / width, image.height / height)
    left, top = across * (image.width - width * scale), down * (image.height - height * scale)
    right, bottom = min(left + width * scale, image.width), min(top + height * scale, image.height)
    seen = image.crop((int(left), int(top), math.ceil(right), math.ceil(bottom)))  # Pillow looks beyond the box
    box = (left - int(left), top - int(top), right - int(left), bottom - int(top))
    return seen.resize((int(width), int(height)), Image.Resampling.LANCZOS, box)


_EFFECTS: Mapping[str, Callable[[Image.Image, Effect], Image.Image]] = {
    "background": _background,
    "blur": _blur,
    "brightness": _brightness,
    "contrast": _contrast,
    "cover": _cover,
    "flip": lambda image, _: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    "flop": lambda image, _: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "grayscale": _grayscale,
    "inside": _resize,
    "resize": _resize,
    "rotate": _rotate,
    "round": _round,
    "sharpen": _sharpen,
    "square": _square,
}
_MAX_VALUES = {
    "blur": _MAX_BLUR,
    "sharpen": 100,
    "brightness": 100,
    "contrast": 100,
    "rotate": 3600,
    "round": 30_000,
    "resize": 30_000,
    "inside": 30_000,
    "cover": 30_000,
}
"""The largest number that each takes."""
