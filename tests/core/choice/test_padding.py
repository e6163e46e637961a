"""Padding."""

from hypothesis import given

from focalbox.core.choice.padding import Padding, padding_to
from focalbox.core.geometry import PixelBox
from focalbox.core.target import Ratio, Size
from strategies import ratios, sizes


@given(sizes, ratios)
def test_padding_reaches_the_ratio_to_half_a_pixel(size: Size, ratio: Ratio) -> None:
    box = PixelBox(0, 0, size.width, size.height)
    padding = padding_to(box, ratio.aspect)
    columns = box.width + padding.left + padding.right
    rows = box.height + padding.top + padding.bottom
    assert min(abs(columns - rows * ratio.aspect), abs(rows - columns / ratio.aspect)) <= 0.5 + 1e-9
    assert abs(padding.left - padding.right) <= 1
    assert abs(padding.top - padding.bottom) <= 1


def test_padding_is_false_when_there_is_none() -> None:
    assert not Padding()
    assert Padding(right=1)
