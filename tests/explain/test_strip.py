"""The strip: five panels, legible whatever the shape, and showing what was computed."""

import numpy as np
import pytest
from PIL import Image

from focalbox import Box, Cropper, SaliencyMap, Size, Subject
from focalbox.explain.strip import PANEL, draw_map


@pytest.mark.parametrize("sides", [(600, 400), (400, 600), (3000, 100), (100, 3000), (1, 1), (2, 900)])
@pytest.mark.parametrize("size", ["500x200", "1:8", None])
def test_five_panels_of_readable_size(sides: tuple[int, int], size: str | None) -> None:
    picture = np.random.default_rng(3).integers(0, 256, (sides[1], sides[0], 3), dtype=np.uint8)
    strip = Cropper().explain(picture, size)
    assert strip.mode == "RGB"
    assert 5 * PANEL / 2 <= strip.width <= 5 * (PANEL + 20)
    assert PANEL / 2 - 60 <= strip.height <= PANEL + 114  # up to five lines of a caption


def test_the_map_is_drawn_as_it_was_computed() -> None:
    saliency = SaliencyMap([[0, 0], [0, 1]])
    drawn = np.asarray(draw_map(saliency, Size(40, 40)).convert("L"), dtype=int)
    assert drawn[35, 35] > 200
    assert drawn[5, 5] < 10


def test_the_boxes_are_drawn_where_they_are() -> None:
    picture = np.full((200, 400, 3), 128, np.uint8)
    cropper = Cropper(model=lambda _: SaliencyMap(np.eye(1, 8, 7)))
    strip = np.asarray(cropper.explain(picture, "1:1"), dtype=int)
    yellow = (strip[..., 0] > 240) & (strip[..., 1] > 180) & (strip[..., 2] < 40)
    panel = 2 * (PANEL + 12) + 12
    columns = panel + np.flatnonzero(yellow[:, panel : panel + PANEL].any(axis=0))
    assert columns.min() >= panel + 0.85 * PANEL
    blue = (strip[..., 0] < 20) & (strip[..., 1] > 190) & (strip[..., 2] > 240)
    columns = np.flatnonzero(blue.any(axis=0))
    assert abs(columns.min() - (3 * (PANEL + 12) + 12 + PANEL / 2)) <= 4


def test_a_transparent_picture_is_drawn_on_the_ground() -> None:
    picture = Image.new("RGBA", (100, 80), (255, 0, 0, 0))
    assert Cropper().explain(picture, "1:1").getpixel((40, 40)) == (247, 247, 245)


def test_what_the_window_shows_of_the_heads_is_written_below_it() -> None:
    picture = np.full((200, 400, 3), 128, np.uint8)
    saliency, head = SaliencyMap(np.eye(1, 8, 7)), Subject(Box(0.4, 0.4, 0.1, 0.2))
    plain = Cropper(model=lambda _: saliency).explain(picture, "1:1")
    headed = Cropper(model=lambda _: saliency, detectors=[lambda _: [head]]).explain(picture, "1:1")
    assert headed.height > plain.height, "a line more"
