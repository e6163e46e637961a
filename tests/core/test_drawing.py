"""What a notebook shows of an analysis, a crop and a plan, read back as a browser would."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from focalbox import Analysis, Box, SaliencyMap, Size, Subject
from focalbox.core.drawing import HEAD, SUBJECT, WINDOW

FOUND = Analysis(
    Size(400, 300), SaliencyMap(np.eye(8)), (Subject(Box(0.6, 0.1, 0.2, 0.3), "face"),), "drawn by <hand>", "1"
)


def drawn(content: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image)


def colours(image: np.ndarray) -> set[tuple[int, ...]]:
    return {tuple(int(level) for level in colour) for colour in image.reshape(-1, 3)}


def test_the_drawing_has_the_pictures_shape_and_its_boxes() -> None:
    image = drawn(FOUND._repr_png_())
    assert image.shape == (270, 360, 3)
    assert {SUBJECT, HEAD} <= colours(image)
    assert WINDOW not in colours(image)


def test_a_window_is_drawn_where_it_is() -> None:
    crop = FOUND.plan("1:1", focus=(0.9, 0.5))
    across = np.flatnonzero((drawn(crop._repr_png_()) == WINDOW).all(axis=2).any(axis=0))
    assert abs(across.min() / 360 - crop.relative.left) < 1 / 180
    assert abs((across.max() + 1) / 360 - crop.relative.right) < 1 / 180


@pytest.mark.parametrize("shown", [FOUND, FOUND.plan("1:1"), FOUND.plans(["1:1", "2:1"])])
def test_html_holds_the_same_drawing_and_asks_no_server(shown: Analysis) -> None:
    html = shown._repr_html_()
    (content,) = re.findall(r'src="data:image/png;base64,([^"]+)"', html)
    assert base64.b64decode(content) == shown._repr_png_()
    assert "http" not in html
    assert "<hand>" not in html


def test_a_plan_tells_every_crop() -> None:
    html = FOUND.plans(["1:1", "200x100"])._repr_html_()
    assert "1:1: 300x300" in html
    assert "200x100: 400x200" in html


@given(st.integers(1, 5000), st.integers(1, 5000))
def test_every_shape_is_drawn(width: int, height: int) -> None:
    image = drawn(Analysis(Size(width, height), SaliencyMap([[0, 1]]))._repr_png_())
    assert max(image.shape[:2]) == 360
    assert min(image.shape[:2]) >= 24
