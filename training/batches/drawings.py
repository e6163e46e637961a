"""Draws simple faces, as of avatars and cartoons, into training pictures: photographs alone teach little about drawn faces.

Skins have any tone and lines are as often lighter as darker than them, so that the finder does not hang on either.
"""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from training.batches.augment import Batch

__all__ = ["colour_beside", "draw_faces", "skin_colour"]

DRAWN_SHARE = 0.25
"""Share of the pictures that get drawn faces."""

PLAIN_SHARE = 0.6
"""Share of these whose photograph is replaced by a plain ground."""

MOST = 3
"""The most faces that are drawn in a picture."""

WIDTHS = 0.08, 0.35
"""Width of a drawn face, a share of the picture's longer side."""

CONTRAST = 35, 130
"""Difference of lines and skin, levels."""

NOISE = 18.0
"""Spread of the noise on a plain ground at most, levels."""

FINER = 3
"""How many times finer a face is drawn than the picture is."""

TRIES = 6
"""Places that are tried for a face."""

TOP, SIDE, CHIN = 0.2, 0.06, 0.02
"""What of a drawn head is no face: shares of its height above and below, and of its width at either side, where a detector
of faces draws its box."""

Colour = tuple[int, int, int]


def draw_faces(batch: Batch, random: np.random.Generator) -> None:
    """Draw into some pictures of a batch, and list the faces and heads among their marks; all change in place.

    Nothing is drawn over a mark. A picture with a plain ground has no other marks, and all of its own are known.
    """
    rows, columns = batch.pictures.shape[2:]
    for index in np.flatnonzero(random.random(len(batch.pictures)) < DRAWN_SHARE):
        marks = (batch.faces[index], batch.heads[index], batch.lines[index])
        if random.random() < PLAIN_SHARE:
            batch.pictures[index] = torch.from_numpy(_plain_ground(rows, columns, random)).permute(2, 0, 1)
            for one in marks:
                one.zero_()
            batch.marked[index] = batch.headed[index] = True
        picture = Image.fromarray(batch.pictures[index].permute(1, 2, 0).contiguous().numpy())
        for _ in range(int(random.integers(1, MOST + 1))):
            width = round(np.exp(random.uniform(*np.log(WIDTHS))) * max(rows, columns))
            height = min(rows, round(width * random.uniform(1.15, 1.5)))
            place = _find_place(torch.cat(marks), (width / columns, height / rows), random)
            if place is None:
                continue
            drawn = _face(width * FINER, height * FINER, random).resize((width, height), Image.Resampling.BOX)
            picture.paste(drawn, (round(place[0] * columns), round(place[1] * rows)), drawn)
            wide, high = width / columns, height / rows
            face = [
                place[0] + SIDE * wide,
                place[1] + TOP * high,
                (1 - 2 * SIDE) * wide,
                (1 - TOP - CHIN) * high,
            ]
            for listed, box in ((batch.faces[index], face), (batch.heads[index], [*place, wide, high])):
                slot = int((listed[:, 2] * listed[:, 3]).argmin())
                listed[slot] = torch.tensor([*box, 1.0])
        batch.pictures[index] = torch.from_numpy(np.array(picture)).permute(2, 0, 1)


def _find_place(taken: Tensor, sides: tuple[float, float], random: np.random.Generator) -> tuple[float, float] | None:
    """Find left and top of a place inside the picture that touches no mark, all as shares of its sides."""
    width, height = sides
    present = taken[taken[:, 2] > 0].numpy()
    for _ in range(TRIES):
        left, top = (float(random.uniform(0, max(0.0, 1 - side))) for side in sides)
        across = np.minimum(left + width, present[:, 0] + present[:, 2]) - np.maximum(left, present[:, 0])
        down = np.minimum(top + height, present[:, 1] + present[:, 3]) - np.maximum(top, present[:, 1])
        if not ((across > 0) & (down > 0)).any():
            return left, top
    return None


def _plain_ground(rows: int, columns: int, random: np.random.Generator) -> np.ndarray:
    """Return a ground of one colour with soft noise, uint8 (rows, columns, 3)."""
    coarse = random.normal(0, random.uniform(0, NOISE), (max(1, rows // 16), max(1, columns // 16)))
    noise = np.asarray(Image.fromarray(coarse.astype(np.float32)).resize((columns, rows), Image.Resampling.BICUBIC))
    ground = random.uniform(30, 225, 3) + noise[..., None]
    return np.clip(ground, 0, 255).astype(np.uint8)


def skin_colour(random: np.random.Generator) -> Colour:
    """Return a colour from nearly black to nearly white, mostly warm."""
    level, warmth = random.uniform(25, 240), random.uniform(-5, 45)
    return _limit(level + warmth), _limit(level), _limit(level - random.uniform(0.3, 1.0) * warmth)


def colour_beside(colour: Colour, random: np.random.Generator) -> Colour:
    """Return a colour that is lighter or darker than another one by some contrast."""
    step = random.uniform(*CONTRAST) * random.choice([-1, 1])
    if not 0 <= np.mean(colour) + step <= 255:  # noqa: PLR2004 - levels of 8 bits
        step = -step
    red, green, blue = (_limit(part + step + random.uniform(-12, 12)) for part in colour)
    return red, green, blue


def _limit(level: float) -> int:
    return int(min(255.0, max(0.0, level)))


def _face(width: int, height: int, random: np.random.Generator) -> Image.Image:
    """Draw a head with hair, RGBA, as wide and high as the picture of it."""
    image = Image.new("RGBA", (width, height))
    draw = ImageDraw.Draw(image)
    skin = skin_colour(random)
    line, hair = colour_beside(skin, random), colour_beside(skin, random)
    thick = max(1, round(width * random.uniform(0.015, 0.05)))
    hairline = height * random.uniform(0.08, 0.2)
    draw.ellipse((0, 0, width - 1, height * random.uniform(0.55, 0.9)), fill=hair)
    draw.ellipse((width * SIDE, hairline, width * (1 - SIDE), height - 1), fill=skin)
    eyes, apart = height * random.uniform(0.42, 0.52), width * random.uniform(0.16, 0.23)
    wide, high = width * random.uniform(0.05, 0.1), width * random.uniform(0.04, 0.08)
    white = random.random() < 0.5  # noqa: PLR2004 - every second
    brows, nose = random.random(2) < 0.6  # noqa: PLR2004 - three in five
    for side in (-1, 1):
        x = width / 2 + side * apart
        around = (x - wide, eyes - high, x + wide, eyes + high)
        draw.ellipse(around, fill=(250, 250, 250) if white else None, outline=line, width=thick)
        draw.ellipse((x - wide / 2, eyes - high * 0.8, x + wide / 2, eyes + high * 0.8), fill=line)
        if brows:
            y = eyes - high - height * 0.05
            draw.line((x - wide, y, x + wide, y), fill=line, width=thick)
    if nose:
        draw.line((width / 2, eyes + high, width / 2, eyes + height * 0.15), fill=line, width=thick)
    mouth, smile = height * random.uniform(0.72, 0.8), width * random.uniform(0.12, 0.22)
    depth = height * random.uniform(0.02, 0.08)
    draw.arc((width / 2 - smile, mouth - depth, width / 2 + smile, mouth + depth), 10, 170, fill=line, width=thick)
    return image
