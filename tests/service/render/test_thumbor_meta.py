"""The JSON about a crop for thumbor's clients."""

from __future__ import annotations

import numpy as np
import pytest

from focalbox import Analysis, SaliencyMap, Size
from focalbox.service.render.thumbor_meta import thumbor_meta


def test_the_operations_make_the_crop() -> None:
    cells = np.zeros((3, 4))
    cells[1, 3] = 1
    crop = Analysis(Size(400, 300), SaliencyMap(cells)).plan("100x100")
    found = thumbor_meta(crop, "cats/tom.jpg")["thumbor"]
    assert found["source"] == {"url": "cats/tom.jpg", "width": 400, "height": 300}
    assert found["operations"] == [
        {"type": "crop", "left": 100, "top": 0, "right": 400, "bottom": 300},
        {"type": "resize", "width": 100, "height": 100},
    ]
    assert found["target"] == {"width": 100, "height": 100}
    (focal,) = found["focal_points"]
    assert (focal["x"], focal["y"], focal["width"], focal["height"]) == pytest.approx((350, 150, 100, 100))


def test_a_whole_picture_is_only_resized() -> None:
    crop = Analysis(Size(400, 300), SaliencyMap.blank()).plan("40x30")
    (operation,) = thumbor_meta(crop, "a")["thumbor"]["operations"]
    assert operation == {"type": "resize", "width": 40, "height": 30}
