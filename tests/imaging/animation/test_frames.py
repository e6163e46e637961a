"""What of a frame is new: all that differs lies in the box, and no smaller box would do."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from focalbox.imaging.animation.frames import changed_box

places = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 8)), min_size=1, max_size=3)


@given(changed=places, mode=st.sampled_from(["RGB", "RGBA"]), even=st.booleans())
def test_the_box_holds_all_that_differs_and_no_more(changed: list[tuple[int, int]], mode: str, *, even: bool) -> None:
    before = Image.new(mode, (12, 9))
    image = before.copy()
    for place in changed:
        image.putpixel(place, (1, 0, 0, 0)[: len(mode)])
    left, top, right, bottom = changed_box(image, before, even=even)
    columns, rows = (np.array(axis) for axis in zip(*changed, strict=True))
    assert (right, bottom) == (columns.max() + 1, rows.max() + 1)
    step = 2 if even else 1
    assert (left, top) == (columns.min() // step * step, rows.min() // step * step)


def test_a_change_of_alpha_alone_is_one() -> None:
    before, image = Image.new("RGBA", (4, 4)), Image.new("RGBA", (4, 4))
    image.putpixel((2, 3), (0, 0, 0, 9))
    assert changed_box(image, before) == (2, 3, 3, 4)


def test_the_first_frame_is_new_and_an_equal_one_a_pixel() -> None:
    image = Image.new("RGB", (4, 3), "red")
    assert changed_box(image, None) == (0, 0, 4, 3)
    assert changed_box(image, image.copy()) == (0, 0, 1, 1)
