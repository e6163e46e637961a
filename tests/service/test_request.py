"""What an address asks for: sizes, windows and options for a picture that is known."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import strategies as st

from focalbox.core.geometry import PixelBox
from focalbox.core.target import Ratio, Size
from focalbox.core.visible import Visible
from focalbox.errors import InvalidRequest
from focalbox.imaging.output.effects import Effect
from focalbox.options import CropOptions
from focalbox.service.request import ImageRequest
from focalbox.service.shape.outline import Outline

side = st.integers(1, 4000)
SOURCE = Size(600, 400)


@pytest.mark.parametrize(
    ("window", "clipped"),
    [
        (None, (0, 0, 600, 400)),
        (PixelBox(100, 50, 200, 100), (100, 50, 200, 100)),
        (PixelBox(500, 300, 900, 900), (500, 300, 100, 100)),
    ],
)
def test_a_window_is_what_lies_inside(window: PixelBox | None, clipped: tuple[int, ...]) -> None:
    request = ImageRequest("a", window=window)
    assert tuple(request.clip(SOURCE)) == clipped
    assert request.part(SOURCE) == Size(*clipped[2:])


def test_a_window_outside_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="a manual crop lies inside the picture of 600x400"):
        ImageRequest("a", window=PixelBox(600, 0, 10, 10)).part(SOURCE)


def test_boxes_and_alignments_become_points_of_the_picture() -> None:
    whole, trimmed = Visible(SOURCE), Visible(SOURCE, PixelBox(60, 40, 300, 200))
    assert ImageRequest("a", focal=PixelBox(300, 100, 60, 40)).settle_options(whole).focus == (0.55, 0.3)
    assert ImageRequest("a", align=(1.0, 0.0)).settle_options(whole).focus == (1.0, 0.0)
    focus = ImageRequest("a", align=(0.5, 0.5)).settle_options(trimmed).focus
    assert focus == pytest.approx((210 / 600, 140 / 400))
    options = CropOptions(zoom=0.5)
    assert ImageRequest("a", options=options).settle_options(whole) is options


def test_only_pixels_are_multiplied_for_a_fine_screen() -> None:
    request = ImageRequest("a", targets=(Size(10, 20), Ratio(16, 9), None, Outline(0, 30)))
    assert request.scale(1.5).targets == (Size(15, 30), Ratio(16, 9), None, Outline(0, 45))
    assert request.scale(1.0) is request
    plan = dataclasses.replace(request, answer="plan")
    assert plan.scale(2.0) is plan


def test_sizes_are_named_as_they_were_asked_for() -> None:
    request = ImageRequest(
        "a", targets=(Size(10, 20), Ratio(16, 9), None, Outline(0, 30), Outline(5, 0, own_height=True))
    )
    assert request.named_sizes() == ["10x20", "16:9", "free", "0x30", "5xorig"]


@pytest.mark.parametrize(
    "change",
    [
        {"targets": (Size(1, 1),)},
        {"answer": "plan"},
        {"options": CropOptions(zoom=0.5)},
        {"quality": 79},
        {"focal": PixelBox(0, 0, 1, 1)},
        {"align": (0.0, 0.0)},
        {"with_saliency": True},
        {"alternatives": 2},
        {"window": PixelBox(0, 0, 1, 1)},
        {"effects": (Effect("blur", (1.0,)),)},
        {"max_bytes": 1},
        {"progressive": True},
        {"compress": True},
    ],
)
def test_whatever_decides_the_answer_is_part_of_its_identity(change: dict[str, Any]) -> None:
    request = ImageRequest("a")
    assert dataclasses.replace(request, **change).identity() != request.identity()


def test_what_does_not_decide_the_answer_is_no_part_of_it() -> None:
    request = ImageRequest("a")
    other = dataclasses.replace(request, source="b", format="png", max_age=5, fallback="c", fallback_seconds=3)
    assert other.identity() == request.identity()


@pytest.mark.parametrize("quality", [0, 101])
def test_a_quality_out_of_range_is_refused(quality: int) -> None:
    with pytest.raises(InvalidRequest, match=f"a quality is 1 to 100, not {quality}"):
        ImageRequest("a", quality=quality)
