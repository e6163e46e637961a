"""Writes lines of made-up words into training pictures: lines whose place is known exactly, at every size and colour.

The training sets have few photographs with text. Gupta, Vedaldi and Zisserman (2016, arXiv:1604.06646) show that drawn text
teaches a detector to find text in photographs. The fonts come with packages in requirements/training.txt.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor
from torch.nn import functional

from benchmarks.rows import DataError
from training.teachers.marks import MIN_LINE

FONT_PACKAGES = (
    "font_amatic_sc",
    "font_caladea",
    "font_fredoka_one",
    "font_hanken_grotesk",
    "font_intuitive",
    "font_manrope",
    "font_source_sans_pro",
    "font_source_serif_pro",
)
"""Packages with fonts under the SIL Open Font License."""

BANK = 2500
"""Lines that are drawn once and pasted again and again (count)."""

DRAWN_HEIGHT = 40
"""Size at which they are drawn (pixels)."""

SLANTED_SHARE, MAX_SLANT = 0.25, 9.0
"""Share of the lines that are slanted, and by how much at most (degrees)."""

WRITTEN_SHARE, MAX_LINES = 0.4, 4
"""Share of the pictures that are written on, and lines on one at most."""

HEIGHTS = (0.022, 0.22)
"""Height of a line as a share of the picture's height, from and to; all magnitudes alike."""

MAX_WIDTH = 0.96
"""Longest line as a share of the picture's width."""

MARGIN = 0.12
"""Room around the ink in the box of a line, as a share of its height: as the detector of text draws its boxes."""

PLATE_SHARE = 0.4
"""Share of the lines that stand on a plain plate."""

MIN_CONTRAST = 50.0
"""Least difference between the grey levels of a line and of its ground (0..255)."""

TRIES = 4
"""Places that are tried for a line before it is left out."""

BELOW_SHARE, LINE_SPACING = 0.5, 1.35
"""Share of the further lines that stand under the one before, and how far, in line heights."""

LETTERS = "eeeeeeeetttttaaaaaooooiiiinnnnssssrrrhhlldduccmmffppggwwyybvkxjqz"
"""Letters about as often as English has them."""


def font_files() -> list[Path]:
    """List the fonts of the packages.

    Raises
    ------
    DataError
        When one of the packages is missing.
    """
    files: list[Path] = []
    for package in FONT_PACKAGES:
        found = find_spec(package)
        folders = found.submodule_search_locations if found else None
        fonts = sorted(Path(next(iter(folders))).rglob("*.[to]tf")) if folders else []
        if not fonts:
            message = f"The package {package} is missing or has no fonts: pip install -r requirements/training.txt."
            raise DataError(message)
        files += fonts
    return files


def words(random: np.random.Generator) -> str:
    """Make up a line: one to five words, numbers among them, in one of the usual cases.

    Examples
    --------
    >>> len(words(np.random.default_rng(1))) > 0
    True
    """
    made = []
    for _ in range(int(random.integers(1, 6))):
        length = int(random.integers(1, 10))
        numeral = random.random() < 0.15  # noqa: PLR2004  a seventh of the words are numbers
        made.append("".join(random.choice(list("0123456789") if numeral else list(LETTERS), length)))
    line = " ".join(made)
    return str(random.choice([line, line.upper(), line.title(), line.capitalize()]))


@functools.cache
def bank() -> tuple[Tensor, ...]:
    """Draw the lines: each float32 (h, w), the share of ink in each pixel, cut to the ink."""
    random = np.random.default_rng(0)
    fonts = font_files()
    drawn: list[Tensor] = []
    while len(drawn) < BANK:
        font = ImageFont.truetype(fonts[int(random.integers(len(fonts)))], DRAWN_HEIGHT)
        text = words(random)
        left, top, right, bottom = font.getbbox(text)
        canvas = Image.new("L", (int(right - left) + 8, int(bottom - top) + 8))
        ImageDraw.Draw(canvas).text((4 - left, 4 - top), text, fill=255, font=font)
        if random.random() < SLANTED_SHARE:
            angle = float(random.uniform(-MAX_SLANT, MAX_SLANT))
            canvas = canvas.rotate(angle, Image.Resampling.BILINEAR, expand=True)
        ink = canvas.getbbox()
        if ink is None:  # a font without these letters
            continue
        drawn.append(torch.from_numpy(np.asarray(canvas.crop(ink), dtype=np.float32) / 255))
    return tuple(drawn)


@dataclass(frozen=True)
class Place:
    """Where a line goes (pixels)."""

    left: int
    top: int
    width: int
    height: int


def _free(place: Place, taken: Tensor, shape: tuple[int, int]) -> bool:
    """Tell whether a place touches none of the marks (m, 4; fractions) and lies inside the picture."""
    rows, columns = shape
    if place.left < 0 or place.top < 0 or place.left + place.width > columns or place.top + place.height > rows:
        return False
    left, top, width, height = (taken * torch.tensor([columns, rows] * 2)).unbind(1)
    across = torch.minimum(left + width, torch.tensor(place.left + place.width)) - left.clamp(min=place.left)
    down = torch.minimum(top + height, torch.tensor(place.top + place.height)) - top.clamp(min=place.top)
    return not bool(((across > 0) & (down > 0)).any())


def _find_place(
    ink: Tensor, shape: tuple[int, int], taken: Tensor, before: Place | None, random: np.random.Generator
) -> Place | None:
    rows, columns = shape
    for _ in range(TRIES):
        low, high = HEIGHTS
        height = low * (high / low) ** random.random() * rows
        under = before is not None and random.random() < BELOW_SHARE
        height = float(before.height) if under and before else height
        height = min(height, MAX_WIDTH * columns * ink.shape[0] / ink.shape[1])
        width = height * ink.shape[1] / ink.shape[0]
        sides = max(2, round(width)), max(3, round(height))
        if under and before:
            left, top = before.left, round(before.top + LINE_SPACING * before.height)
        else:
            left, top = (int(random.integers(0, max(1, room))) for room in (columns - sides[0], rows - sides[1]))
        place = Place(left, top, *sides)
        if _free(place, taken, shape):
            return place
    return None


def _paste(picture: Tensor, ink: Tensor, place: Place, random: np.random.Generator) -> None:
    """Write ink (h, w) into a picture (uint8, 3, h, w) in place."""
    small = functional.interpolate(ink[None, None], (place.height, place.width), mode="bilinear", antialias=True)[0, 0]
    if random.random() < PLATE_SHARE:
        room = round(place.height * random.uniform(0.1, 0.5))
        plate = picture[
            :,
            max(0, place.top - room) : place.top + place.height + room,
            max(0, place.left - room) : place.left + place.width + room,
        ]
        plate[:] = torch.from_numpy(random.integers(0, 256, (3, 1, 1)).astype(np.uint8))
    ground = picture[:, place.top : place.top + place.height, place.left : place.left + place.width]
    level = float(ground.float().mean())
    colour = random.uniform(0, 255, 3)
    if abs(colour.mean() - level) < MIN_CONTRAST:
        colour[:] = random.uniform(0, 50) if level > 127 else random.uniform(205, 255)  # noqa: PLR2004  middle grey
    tint = torch.from_numpy(colour.astype(np.float32))[:, None, None]
    ground[:] = (ground + (tint - ground) * small).round()


def write_lines(pictures: Tensor, faces: Tensor, lines: Tensor, random: np.random.Generator) -> None:
    """Write on some of the pictures, and list the lines among their marks; both change in place.

    Parameters
    ----------
    pictures : uint8 (n, 3, h, w).
    faces, lines : float (n, k, 5), the marks of the pictures, as in `teachers.marks.Marks`; nothing is written over them.
    random : source of all chance.
    """
    rows, columns = shape = (pictures.shape[2], pictures.shape[3])
    stock = bank()
    for index in np.flatnonzero(random.random(len(pictures)) < WRITTEN_SHARE):
        before: Place | None = None
        for _ in range(int(random.integers(1, MAX_LINES + 1))):
            taken = torch.cat([faces[index], lines[index]])
            ink = stock[int(random.integers(len(stock)))]
            place = _find_place(ink, shape, taken[taken[:, 2] > 0][:, :4], before, random)
            if place is None:
                continue
            _paste(pictures[index], ink, place, random)
            room = MARGIN * place.height
            left, top = max(0.0, place.left - room), max(0.0, place.top - room)
            right, bottom = (
                min(float(columns), place.left + place.width + room),
                min(float(rows), place.top + place.height + room),
            )
            size = (right - left) / columns, (bottom - top) / rows
            slot = int((lines[index, :, 2] * lines[index, :, 3]).argmin())
            lines[index, slot] = torch.tensor([left / columns, top / rows, *size, float(size[1] >= MIN_LINE)])
            before = place
