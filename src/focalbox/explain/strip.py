"""The five pictures of the method side by side: input, saliency map, salient box, target window, result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from focalbox.core.choice.crop import Crop
from focalbox.core.drawing import HEAD, SALIENT, SUBJECT, TEXT, WINDOW, heat_of
from focalbox.core.geometry import Box, PixelBox
from focalbox.core.saliency_map import SaliencyMap
from focalbox.core.target import Size

__all__ = ["PANEL", "draw_map", "draw_strip"]

PANEL = 360
"""Longest side of a panel in pixels: five of them stay legible on a screen 1,900 pixels wide."""

_THINNEST = 0.45
"""The shorter side of a panel is at least this share of the longer; a thinner picture is centred on the ground."""

_MARGIN = 12
"""Pixels around a panel."""
_FONT_SIZE, _LINE_HEIGHT = 15, 18
"""Pixels of a line of text, and from one line of a caption to the next."""
_LINE = 3
"""Pixels of the edge of a box, without the black line on both sides that sets it off from the picture."""
_SHADE = 0.38
"""Brightness of what lies outside the window: dark enough to see the window, light enough to see what was left out."""

_GROUND = (247, 247, 245)
"""Colours, 8-bit sRGB: of the strip here; below of titles and of notes."""
_INK = (32, 33, 36)
_FAINT = (112, 114, 120)


@dataclass(frozen=True, slots=True)
class _Panel:
    title: str
    notes: tuple[str, ...]
    image: Image.Image


def draw_map(saliency: SaliencyMap, size: Size) -> Image.Image:
    """Draw a saliency map as a heat picture of a given size, dark for none and pale yellow for most.

    Parameters
    ----------
    saliency : SaliencyMap
        The map as it was computed.
    size : Size
        Pixels of the drawing; cells are enlarged smoothly.

    Returns
    -------
    PIL.Image.Image
        Mode RGB.
    """
    levels = Image.fromarray(saliency.values)
    enlarged = np.asarray(levels.resize((size.width, size.height), Image.Resampling.BICUBIC))
    return Image.fromarray(heat_of(enlarged))


def draw_strip(picture: Image.Image, crop: Crop, result: Image.Image) -> Image.Image:
    """Draw the five pictures of the method.

    Parameters
    ----------
    picture : PIL.Image.Image
        What was looked at, the upright picture without a trimmed border, at any scale.
    crop : Crop
        What was decided; the boxes drawn are its own.
    result : PIL.Image.Image
        The finished crop.

    Returns
    -------
    PIL.Image.Image
        Mode RGB, five panels in a row with a caption below each.
    """
    cell = _cell(crop.evidence.visible.size)
    picture = _fit(picture, cell)
    size = Size(*picture.size)
    evidence = crop.evidence
    title = "free-form crop" if crop.target is None else f"window for {crop.target}"
    shown = *map(str, crop.shown), f"keeps {crop.kept:.0%} of the saliency"
    panels = (
        _Panel("input", (f"{crop.evidence.visible.size} pixels",), picture),
        _Panel("saliency map", (evidence.model,), draw_map(evidence.saliency, size)),
        _Panel(
            "salient box, subject box",
            (f"Jaccard index {crop.jaccard:.2f}",),
            _draw_boxes(picture, crop, size, window=False),
        ),
        _Panel(title, shown, _draw_boxes(picture, crop, size, window=True)),
        _Panel("result", (f"{crop.size} pixels",), _fit(result, cell)),
    )
    lines = 1 + max(len(panel.notes) for panel in panels)
    height = cell.height + 2 * _MARGIN + lines * _LINE_HEIGHT
    strip = Image.new("RGB", (_MARGIN + 5 * (cell.width + _MARGIN), height), _GROUND)
    draw = ImageDraw.Draw(strip)
    font = ImageFont.load_default(_FONT_SIZE)
    for place, panel in enumerate(panels):
        left = _MARGIN + place * (cell.width + _MARGIN)
        across, down = (cell.width - panel.image.width) // 2, (cell.height - panel.image.height) // 2
        strip.paste(panel.image, (left + across, _MARGIN + down))
        for line, text in enumerate((panel.title, *panel.notes)):
            draw.text((left, cell.height + _MARGIN + 4 + line * _LINE_HEIGHT), text, _FAINT if line else _INK, font)
    return strip


def _cell(source: Size) -> Size:
    """Return the space for a panel: the picture's shape, but not thinner than `_THINNEST`."""
    shape = min(max(source.aspect, _THINNEST), 1 / _THINNEST)
    longest = Size(PANEL, int(PANEL / shape)) if shape >= 1 else Size(int(PANEL * shape), PANEL)
    return Size(max(longest.width, PANEL // 2), longest.height)  # a caption needs half a panel


def _fit(image: Image.Image, cell: Size) -> Image.Image:
    """Return the image as large as the cell allows, on the ground where it is transparent."""
    scale = min(cell.width / image.width, cell.height / image.height)
    sides = max(1, int(image.width * scale)), max(1, int(image.height * scale))
    fitted = image.resize(sides, Image.Resampling.LANCZOS)
    if fitted.mode == "RGBA":
        ground = Image.new("RGBA", fitted.size, (*_GROUND, 255))
        return Image.alpha_composite(ground, fitted).convert("RGB")
    return fitted.convert("RGB")


def _draw_boxes(picture: Image.Image, crop: Crop, size: Size, *, window: bool) -> Image.Image:
    """Return the picture with the salient and the subject box drawn, or the heads, the text and the chosen window."""
    pixels = np.asarray(picture, dtype=np.float64)
    salient = crop.evidence.salient_box
    bright = crop.inside if window else salient
    image = Image.fromarray(np.rint(pixels * _shade(bright, size)).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    if not window:
        _outline(draw, crop.evidence.subject_box.to_pixels(size), SUBJECT)
    _outline(draw, salient.to_pixels(size), SALIENT)
    if window:
        for subject in crop.evidence.scored_subjects:
            _outline(draw, subject.boxes[0].to_pixels(size), HEAD if subject.kind != "text" else TEXT)
        _outline(draw, crop.inside.to_pixels(size), WINDOW)
    return image


def _shade(box: Box, size: Size) -> NDArray[np.float64]:
    shade = np.full((size.height, size.width, 1), _SHADE)
    bright = box.to_pixels(size)
    shade[bright.top : bright.bottom, bright.left : bright.right] = 1.0
    return shade


def _outline(draw: ImageDraw.ImageDraw, box: PixelBox, colour: tuple[int, int, int]) -> None:
    corners = (box.left, box.top, box.right - 1, box.bottom - 1)
    draw.rectangle(corners, outline=(0, 0, 0), width=_LINE + 2)
    draw.rectangle(corners, outline=colour, width=_LINE)
