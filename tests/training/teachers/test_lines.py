"""Lines of text as PP-OCR finds and reads them."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

pytest.importorskip("rapidocr_onnxruntime")
pytest.importorskip("onnx")
pytest.importorskip("pyarrow")

from training.teachers.lines import READ, Lines


@pytest.fixture(scope="module")
def lines() -> Lines:
    return Lines()


def written(angle: float = 0.0) -> Image.Image:
    picture = Image.new("RGB", (480, 360), (200, 190, 170))
    ImageDraw.Draw(picture).text((60, 150), "BAKERY AND CAFE", (20, 20, 60), ImageFont.load_default(40))
    return picture.rotate(angle, Image.Resampling.BICUBIC, fillcolor=(200, 190, 170))


@pytest.mark.parametrize("angle", [0.0, 8.0, 90.0])
def test_what_is_written_is_read_also_when_it_is_turned(lines: Lines, angle: float) -> None:
    found = lines(written(angle))
    assert found[0, 4] > READ
    assert found[0, 0] < 0.5 < found[0, 0] + found[0, 2]
    assert found[0, 1] < 0.5 < found[0, 1] + found[0, 3]


def test_texture_is_not_read(lines: Lines) -> None:
    """The detector alone reports lines in such pictures."""
    noise = np.random.default_rng(3).integers(0, 256, (15, 20, 3)).astype(np.uint8)
    found = lines(Image.fromarray(noise).resize((480, 360), Image.Resampling.BICUBIC))
    assert len(found)
    assert found[:, 4].max() < READ


def test_a_picture_without_anything_has_no_lines(lines: Lines) -> None:
    assert lines(Image.new("RGB", (300, 200), (90, 90, 90))).shape == (0, 5)
