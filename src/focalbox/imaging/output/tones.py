"""Filters of other services that change the tones of a picture, or each pixel by those around it, but not the size."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["TONES", "natural_curve"]

_GREY = 127.5
"""The tone around which contrast turns."""
_COLOURS = 3
"""Number of colour channels; a fourth one is alpha, and stays."""
_BRIGHTNESS = np.array([0.299, 0.587, 0.114], dtype=np.float32)
"""Weights of red, green and blue in brightness (ITU-R BT.601)."""
_STRIP = 64
"""Rows that are processed at once, so that floating-point values take little memory."""

_SCALES = 5
"""Scales of details: the largest are 32 pixels wide."""
_REACH = 2**_SCALES - 1
"""Pixels to each side that a pixel is changed by, over all scales."""
_SCALE_WIDTH = 1.5
"""How many scales are changed together: thumbor's figure, so that its numbers mean what they mean there."""
_WIDE_STRIP = 256
"""Rows at once where `_REACH` more are needed on both sides."""

Values = Sequence[float]
Tone = Callable[[Image.Image, Values], Image.Image]


def _change_each(image: Image.Image, *tones: Callable[[int], float]) -> Image.Image:
    """Return the picture with a function applied to each colour: one for all, or one for each."""
    tables = [[min(255, max(0, int(tone(value)))) for value in range(256)] for tone in tones]
    each = tables * _COLOURS if len(tables) == 1 else tables
    clear = [[*range(256)]] if image.mode == "RGBA" else []
    return image.point([value for table in [*each, *clear] for value in table])


def _brightness(image: Image.Image, values: Values) -> Image.Image:
    return _change_each(image, lambda tone: round(tone + 255 * values[0] / 100))


def _contrast(image: Image.Image, values: Values) -> Image.Image:
    factor = ((100 + values[0]) / 100) ** 2
    return _change_each(image, lambda tone: round((tone - _GREY) * factor + _GREY))


def _grayscale(image: Image.Image, _: Values) -> Image.Image:
    grey = image.convert("L").convert("RGB")
    if image.mode == "RGBA":
        grey.putalpha(image.getchannel("A"))
    return grey


def _rgb(image: Image.Image, values: Values) -> Image.Image:
    return _change_each(image, *(lambda tone, share=share: tone + int(255 * share / 100) for share in values))


def _colorize(image: Image.Image, values: Values) -> Image.Image:
    shares, colours = values[:_COLOURS], values[_COLOURS:]
    mixed = zip(shares, colours, strict=True)
    return _change_each(
        image,
        *(lambda tone, share=share, to=to: (tone * (100 - share) + to * share) / 100 for share, to in mixed),
    )


def _curve(image: Image.Image, values: Values) -> Image.Image:
    """Apply three tables of 256 tones, for red, green and blue."""
    tables = (values[at : at + 256] for at in range(0, len(values), 256))
    return _change_each(image, *(lambda tone, table=table: table[tone] for table in tables))


def _equalize(image: Image.Image, _: Values) -> Image.Image:
    """Spread the tones of each colour evenly (histogram equalization)."""
    tones: list[Callable[[int], float]] = []
    pixels = image.width * image.height
    for band in range(_COLOURS):
        below = np.cumsum(image.getchannel(band).histogram())
        lowest = int(below[below > 0][0])
        spread = 255.0 * (below - lowest) / max(1, pixels - lowest)
        tones.append(spread.__getitem__)
    return _change_each(image, *tones)


def _saturation(image: Image.Image, values: Values) -> Image.Image:
    """Move each colour away from a grey that is as bright, or towards it."""

    def move(strip: NDArray[np.float32]) -> NDArray[np.float32]:
        grey = np.sqrt((strip**2) @ _BRIGHTNESS)[..., None]
        moved: NDArray[np.float32] = grey + (strip - grey) * np.float32(values[0])
        return moved

    return _change_strips(image, move)


def _modulate(image: Image.Image, values: Values) -> Image.Image:
    """Multiply lightness and saturation, and turn the hue (HSL: Joblove and Greenberg 1978, DOI 10.1145/965139.807362)."""
    lighter, stronger = np.float32(values[0]), np.float32(values[1])
    turn = np.float32(values[2] % 360 / 60)

    def change(strip: NDArray[np.float32]) -> NDArray[np.float32]:
        red, green, blue = (strip[..., band] for band in range(_COLOURS))
        high, low = np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)
        chroma, lightness = high - low, (high + low) / 2
        sixth = np.where(high == red, green - blue, np.where(high == green, blue - red, red - green))
        begin = np.where(high == red, turn, np.where(high == green, turn + 2, turn + 4))
        hue = begin + sixth / np.maximum(chroma, 1)
        made = np.clip(lightness * lighter, 0, 255)
        room = np.minimum(lightness, 255 - lightness)  # half of the chroma that this lightness can have
        half = chroma / np.maximum(2 * room, 1) * stronger * np.minimum(made, 255 - made)
        for band, third in enumerate((0, 4, 2)):
            away = hue + np.float32(third)
            away -= 6 * np.floor(away / 6)
            strip[..., band] = np.rint(made + half * np.clip(2 * abs(away - 3) - 3, -1, 1))
        return strip

    return _change_strips(image, change)


def _noise(image: Image.Image, values: Values) -> Image.Image:
    """Make pixels darker or brighter at random: the same for the same seed, so that answers can be cached."""
    amount, seed = (int(value) for value in values)
    if not amount:
        return image
    random = np.random.default_rng(seed)

    def scatter(strip: NDArray[np.float32]) -> NDArray[np.float32]:
        noise = random.integers(0, amount, strip.shape[:2]) - amount // 2
        scattered: NDArray[np.float32] = strip + noise[..., None].astype(np.float32)
        return scattered

    return _change_strips(image, scatter)


def _convolution(image: Image.Image, values: Values) -> Image.Image:
    """Make each pixel a weighted sum of those around it; beyond the edge, the edge goes on."""
    columns, *weights = values
    kernel = np.array(weights, dtype=np.float32).reshape(-1, int(columns))
    down, across = kernel.shape[0] // 2, kernel.shape[1] // 2
    pixels = np.pad(np.asarray(image), ((down, down), (across, across), (0, 0)), mode="edge")
    made = np.empty_like(np.asarray(image))
    for top in range(0, image.height, _STRIP):
        rows = min(_STRIP, image.height - top)
        total = np.zeros((rows, image.width, pixels.shape[2]), dtype=np.float32)
        for (row, column), weight in np.ndenumerate(kernel):
            if weight:
                total += pixels[top + row : top + row + rows, column : column + image.width] * weight
        made[top : top + rows] = np.clip(total, 0, 255)
    return Image.fromarray(made)


def _wavelet(image: Image.Image, values: Values) -> Image.Image:
    """Sharpen by making details of some scales stronger.

    The picture is split into details of five scales, each twice as large as the one before (the algorithme a trous with the
    filter 1 2 1: Holschneider and others 1989, DOI 10.1007/978-3-642-97177-8_28), and put together again.
    """
    amount, radius, only_brightness = values
    gains = [amount * math.exp(-((scale - radius) ** 2) / _SCALE_WIDTH) + 1 for scale in range(_SCALES)]
    made = np.array(image)
    mode: Literal["reflect", "edge"] = "reflect" if min(made.shape[:2]) > 1 else "edge"
    padded = np.pad(made[..., :_COLOURS], ((_REACH, _REACH), (_REACH, _REACH), (0, 0)), mode=mode)
    for top in range(0, image.height, _WIDE_STRIP):
        strip = padded[top : top + min(_WIDE_STRIP, image.height - top) + 2 * _REACH].astype(np.float32)
        inner = strip[_REACH:-_REACH, _REACH:-_REACH]
        sharp: NDArray[np.float32]
        if only_brightness:
            bright = strip @ _BRIGHTNESS
            sharp = inner + (_sharpen_scales(bright, gains) - bright[_REACH:-_REACH, _REACH:-_REACH])[..., None]
        else:
            sharp = np.stack([_sharpen_scales(strip[..., band], gains) for band in range(_COLOURS)], axis=-1)
        made[top : top + _WIDE_STRIP, :, :_COLOURS] = np.clip(sharp, 0, 255)
    return Image.fromarray(made)


def _sharpen_scales(plane: NDArray[np.float32], gains: Sequence[float]) -> NDArray[np.float32]:
    """Return a plane with the details of each scale multiplied, without a margin of `_REACH` pixels."""
    total = np.zeros((plane.shape[0] - 2 * _REACH, plane.shape[1] - 2 * _REACH), dtype=np.float32)
    left = _REACH
    for scale, gain in enumerate(gains):
        step = 2**scale
        rows = (plane[: -2 * step] + 2 * plane[step:-step] + plane[2 * step :]) / np.float32(4)
        smooth: NDArray[np.float32] = (
            rows[:, : -2 * step] + 2 * rows[:, step:-step] + rows[:, 2 * step :]
        ) / np.float32(4)
        left -= step
        inside = slice(left, -left or None)
        total += np.float32(gain) * (plane[step:-step, step:-step] - smooth)[inside, inside]
        plane = smooth
    total += plane
    return total


def _change_strips(image: Image.Image, change: Callable[[NDArray[np.float32]], NDArray[np.float32]]) -> Image.Image:
    """Return the picture with its colours changed, some rows at a time, float32 of shape (rows, width, 3), 0 to 255."""
    pixels = np.array(image)
    for top in range(0, image.height, _STRIP):
        strip = pixels[top : top + _STRIP, :, :_COLOURS]
        strip[:] = np.clip(change(strip.astype(np.float32)), 0, 255)
    return Image.fromarray(pixels)


def natural_curve(points: Sequence[tuple[int, int]]) -> list[int]:
    """Return 256 tones along the natural cubic spline through some points; before the first and after the last it is flat.

    Parameters
    ----------
    points : sequence of (int, int)
        From tone to tone, 0 to 255; the first numbers grow.

    Examples
    --------
    >>> natural_curve([(0, 0), (255, 255)])[64], natural_curve([(0, 0), (128, 200), (255, 255)])[128]
    (64, 200)
    """
    x, y = (np.array(side, dtype=np.float64) for side in zip(*points, strict=True))
    bends = np.zeros(len(points))
    if len(points) > 2:  # noqa: PLR2004 - between two points the line is straight
        steps = np.diff(x)
        slopes = np.diff(y) / steps
        system = np.diag((steps[:-1] + steps[1:]) / 3) + np.diag(steps[1:-1] / 6, 1) + np.diag(steps[1:-1] / 6, -1)
        bends[1:-1] = np.linalg.solve(system, np.diff(slopes))
    table = np.where(np.arange(256) < x[0], y[0], y[-1])
    for at, (start, end) in enumerate(pairwise(x)):
        tones = np.arange(start, end)
        before, after = (end - tones) / (end - start), (tones - start) / (end - start)
        bent = (before**3 - before) * bends[at] + (after**3 - after) * bends[at + 1]
        table[int(start) : int(end)] = before * y[at] + after * y[at + 1] + (end - start) ** 2 / 6 * bent
    return [int(tone) for tone in np.clip(np.floor(table + 0.5), 0, 255)]


TONES: Mapping[str, Tone] = {
    "brightness": _brightness,
    "colorize": _colorize,
    "contrast": _contrast,
    "convolution": _convolution,
    "curve": _curve,
    "equalize": _equalize,
    "grayscale": _grayscale,
    "modulate": _modulate,
    "noise": _noise,
    "rgb": _rgb,
    "saturation": _saturation,
    "wavelet": _wavelet,
}
"""The filters by name; each takes a picture of mode RGB or RGBA and its numbers."""
