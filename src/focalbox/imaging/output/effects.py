"""Effects that the addresses of other services ask for on a finished crop: turns, tones, blur, corners."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from focalbox.core.target import Size
from focalbox.errors import InvalidRequest
from focalbox.imaging.output.fill import colour_of
from focalbox.imaging.output.tones import TONES

__all__ = ["Effect", "apply_effects", "size_after", "turn_size"]

_MAX_BLUR = 150
"""Pixels of a blur's radius: what thumbor allows."""
_FINE = 4
"""Factor by which rounded corners are drawn larger than shown, so that they have no steps."""
_CLEAR = "#ffffff00"
"""Transparent white: the fill of added room when no colour is asked for."""
_MAX_FINE = 2**22
"""Pixels of a picture up to which corners are drawn larger: in larger ones, steps of one pixel are not seen."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One change to a finished crop.

    Parameters
    ----------
    name : str
        background, blur, cover (a part, resized), flip (upside down), flop (mirrored), ground (in the middle of a size, and
        cut to it), inside (resized in its own ratio), pad (room around it), part (cut out), pixelate, resize (stretched),
        rotate, round, sharpen, square (the middle of it), or one of `focalbox.imaging.output.tones`.
    values : tuple of float
        Pixels of radius for blur, sharpen and round, of a side for pixelate; degrees, counterclockwise, for rotate; width
        and height for resize and ground; for inside the same, 0 for one that is open, and whether it may grow; for cover
        the same, and where the part lies, 0 to 1 from left to right and from top to bottom; for pad the pixels that are
        added on the left, at the top, on the right and at the bottom; for part its left and top edge, width and height.
        -100 to 100 for brightness and contrast, and three of them for rgb; for saturation 1 is as it was, 0 grey; for
        colorize three percentages and a colour; for curve 256 tones for each colour; for noise how much, and a seed; for
        modulate what lightness and saturation are multiplied by, and degrees of hue; for convolution the columns, then the
        weights; for wavelet how much sharper, around which scale, and whether only in brightness.
    colour : str
        What is put behind (``background``) or around (``ground``, ``pad``), or shown beyond the corners (``round``; empty
        for transparent).
    of_source : bool
        Whether the radius, the first of the values, is in pixels of the source; `scale` makes it one of the crop's.

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
        names = _SHAPES.keys() | TONES.keys()
        if self.name not in names:
            message = f"an effect is one of {', '.join(sorted(names))}, not {self.name[:20]!r}"
            raise InvalidRequest(message)
        maximum = _MAX_VALUES.get(self.name)
        if maximum is not None and not all(-maximum <= value <= maximum for value in self.values):
            message = f"{self.name} takes numbers of at most {maximum}"
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
        radius, *others = self.values
        return replace(self, values=(min(radius * ratio, _MAX_BLUR), *others), of_source=False)


def size_after(size: Size, effect: Effect) -> Size:
    """Return how large a picture is after an effect.

    Examples
    --------
    >>> size_after(Size(600, 400), Effect("inside", (300.0, 0.0, 1.0)))
    Size(width=300, height=200)
    """
    after = _SIZES.get(effect.name)
    return size if after is None else after(size, *effect.values)


def _inside(size: Size, width: float, height: float, grows: float) -> Size:
    ratios = [side / own for side, own in ((width, size.width), (height, size.height)) if side]
    scale = min([*ratios, *([] if grows else [1.0])])
    return Size(max(1, int(size.width * scale + 0.5)), max(1, int(size.height * scale + 0.5)))


def _plain(_: Size, width: float, height: float, *__: float) -> Size:
    return Size(max(1, int(width)), max(1, int(height)))


def _rest(size: Size, left: float, top: float, width: float, height: float) -> Size:
    return Size(max(1, int(min(width, size.width - left))), max(1, int(min(height, size.height - top))))


def turn_size(size: Size, degrees: float) -> Size:
    """Return the size that holds all of a turned picture, as Pillow's `Image.rotate` makes it."""
    if not degrees % 90:
        return Size(size.height, size.width) if degrees % 180 else size
    across, down = (abs(round(turn(math.radians(degrees % 360)), 15)) for turn in (math.cos, math.sin))
    half_width = (size.width * across + size.height * down) / 2
    half_height = (size.width * down + size.height * across) / 2
    width, height = (
        math.ceil(side / 2 + half) - math.floor(side / 2 - half)
        for side, half in ((size.width, half_width), (size.height, half_height))
    )
    return Size(width, height)


_SIZES: Mapping[str, Callable[..., Size]] = {
    "cover": _plain,
    "ground": _plain,
    "inside": _inside,
    "pad": lambda size, left, top, right, bottom: Size(
        size.width + int(left) + int(right), size.height + int(top) + int(bottom)
    ),
    "part": _rest,
    "resize": _plain,
    "rotate": turn_size,
    "square": lambda size: Size(min(size.width, size.height), min(size.width, size.height)),
}
"""How large a picture is after an effect that changes that, from its size and the effect's values."""


def apply_effects(image: Image.Image, effects: Sequence[Effect]) -> Image.Image:
    """Return the picture with all effects, in order.

    Examples
    --------
    >>> apply_effects(Image.new("RGB", (30, 20)), [Effect("rotate", (90.0,)), Effect("grayscale")]).size
    (20, 30)
    """
    for effect in effects:
        tone = TONES.get(effect.name)
        image = _SHAPES[effect.name](image, effect) if tone is None else tone(image, effect.values)
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
    if effect.colour:  # only the corners: what is transparent elsewhere stays so
        ground = Image.new(image.mode, image.size, colour_of(effect.colour)[: len(image.getbands())])
        return Image.composite(image, ground, mask)
    shown = image.convert("RGBA")
    shown.putalpha(ImageChops.multiply(shown.getchannel("A"), mask))
    return shown


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
    # Never below 0: a product of rounded numbers can be a little larger than the side that it fills.
    left, top = (
        share * max(0.0, side - length * scale)
        for share, side, length in ((across, image.width, width), (down, image.height, height))
    )
    right, bottom = min(left + width * scale, image.width), min(top + height * scale, image.height)
    seen = image.crop((int(left), int(top), math.ceil(right), math.ceil(bottom)))  # Pillow looks beyond the box
    box = (left - int(left), top - int(top), right - int(left), bottom - int(top))
    return seen.resize((int(width), int(height)), Image.Resampling.LANCZOS, box)


def _ground(image: Image.Image, effect: Effect) -> Image.Image:
    width, height = map(int, effect.values)
    left, top = (width - image.width) // 2, (height - image.height) // 2
    sides = (left, top, width - image.width - left, height - image.height - top)
    return _pad(image, Effect("pad", tuple(map(float, sides)), effect.colour))


def _pad(image: Image.Image, effect: Effect) -> Image.Image:
    colour = colour_of(effect.colour or _CLEAR)
    clear = image.mode == "RGBA" or colour[3] < 255  # noqa: PLR2004 - not opaque
    size = size_after(Size(*image.size), effect)
    ground = Image.new("RGBA" if clear else "RGB", (size.width, size.height), colour if clear else colour[:3])
    corner = int(effect.values[0]), int(effect.values[1])
    ground.paste(image.convert(ground.mode), corner)
    return ground


def _part(image: Image.Image, effect: Effect) -> Image.Image:
    left, top, width, height = (int(side) for side in effect.values)
    if left >= image.width or top >= image.height:
        message = f"a part to cut out lies inside the picture, which is {image.width}x{image.height} by then"
        raise InvalidRequest(message)
    return image.crop((left, top, min(left + width, image.width), min(top + height, image.height)))


def _pixelate(image: Image.Image, effect: Effect) -> Image.Image:
    side = int(effect.values[0])
    if side <= 1:
        return image
    clear = image.mode == "RGBA"
    small = image.convert("RGBa").reduce(side).convert("RGBA") if clear else image.reduce(side)
    return small.resize(image.size, Image.Resampling.NEAREST, (0, 0, image.width / side, image.height / side))


_SHAPES: Mapping[str, Callable[[Image.Image, Effect], Image.Image]] = {
    "background": _background,
    "blur": _blur,
    "cover": _cover,
    "flip": lambda image, _: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    "flop": lambda image, _: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "ground": _ground,
    "inside": _resize,
    "pad": _pad,
    "part": _part,
    "pixelate": _pixelate,
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
    "ground": 30_000,
    "cover": 30_000,
    "pad": 30_000,
    "part": 1e6,
    "pixelate": 30_000,
    "saturation": 100,
    "rgb": 100,
    "colorize": 10_000,
    "wavelet": 100,
    "curve": 255,
    "modulate": 360,
    "noise": 2**31 - 1,
    "convolution": 1e6,
}
"""The largest number that each takes."""
