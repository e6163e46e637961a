"""What windows cut, counted on made-up pictures."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("onnx")
pytest.importorskip("pyvips")
pytest.importorskip("smartcrop")

from benchmarks.labels import LabelledPicture
from benchmarks.quality.measures.cuts import MEASURES, cuts_of, difference, shares
from benchmarks.quality.one_window import enlarge
from benchmarks.quality.robust import edits
from benchmarks.quality.subject_box import box_of_mask, subject_cut, top_cut
from benchmarks.truth import MarkedPicture, head_of
from focalbox.core.geometry import Box
from focalbox.core.target import Size

PICTURE = LabelledPicture("drawn", "drawn", b"", Size(1000, 500))
LEFT, RIGHT = Box(0.1, 0.3, 0.1, 0.2), Box(0.8, 0.3, 0.1, 0.2)


def counted(faces: list[Box], window: Box, lines: tuple[Box, ...] = ()) -> dict[str, tuple[int, int]]:
    found = cuts_of(MarkedPicture(PICTURE, tuple(faces), lines), [window])
    return dict(zip(MEASURES, found.counts, strict=True))


def test_a_window_that_holds_all_heads_cuts_none() -> None:
    found = counted([LEFT], Box(0.0, 0.0, 0.5, 1.0))
    assert found["face cut"] == found["head cut"] == found["sliced"] == (0, 1)
    assert found["text cut"] == found["tallest cut"] == found["prominent cut"] == (0, 0)


def test_hair_that_is_missing_cuts_a_head_and_no_face() -> None:
    found = counted([LEFT], Box(0.0, 0.28, 1.0, 0.6))
    assert (found["face cut"], found["head cut"], found["sliced"]) == ((0, 1), (1, 1), (1, 1))


def test_heads_that_cannot_all_fit_are_no_case_but_the_first_one_is() -> None:
    found = counted([LEFT, RIGHT], Box(0.5, 0.0, 0.5, 1.0))
    assert found["head cut"] == (0, 0)
    assert found["tallest cut"] == (1, 1)
    assert counted([RIGHT, LEFT], Box(0.5, 0.0, 0.5, 1.0))["tallest cut"] == (0, 1)


def test_of_heads_as_high_one_is_enough_and_a_far_lower_one_is_not() -> None:
    window = Box(0.5, 0.0, 0.5, 1.0)
    assert counted([LEFT, RIGHT], window)["prominent cut"] == (0, 1)
    assert counted([LEFT, Box(0.8, 0.3, 0.1, 0.13)], window)["prominent cut"] == (1, 1)


def test_lines_count_like_heads() -> None:
    found = counted([], Box(0.0, 0.0, 0.5, 1.0), (Box(0.4, 0.1, 0.2, 0.1),))
    assert found["text cut"] == found["text sliced"] == (1, 1)


def test_a_line_that_is_not_shown_at_all_is_cut_and_not_sliced() -> None:
    found = counted([], Box(0.0, 0.0, 0.5, 1.0), (Box(0.6, 0.1, 0.2, 0.1),))
    assert found["text cut"] == (1, 1)
    assert found["text sliced"] == (0, 1)


def test_shares_and_paired_differences() -> None:
    cut, whole = (
        cuts_of(MarkedPicture(PICTURE, (LEFT,), ()), [window]) for window in (Box(0.15, 0, 0.5, 1), Box(0, 0, 0.5, 1))
    )
    assert shares([cut, whole, whole, whole])[0].value == 0.25
    assert difference([cut, whole], [whole, whole], "face cut").value == 0.5
    assert np.isnan(shares([cut])[MEASURES.index("text cut")].value)


def test_the_box_of_a_mask_and_its_top() -> None:
    mask = np.zeros((10, 20))
    mask[2:8, 5:10] = 1.0
    box = box_of_mask(LabelledPicture("drawn", "drawn", b"", Size(20, 10), label=mask))
    assert (box.left, box.top, box.right, box.bottom) == (0.25, 0.2, 0.5, 0.8)
    assert not top_cut(box, Box(0.0, 0.2, 1.0, 0.4))
    assert top_cut(box, Box(0.0, 0.3, 1.0, 0.4))
    assert not subject_cut(box, Box(box.left + 0.01, box.top, 1.0 - box.left - 0.01, 1.0 - box.top))
    assert subject_cut(box, Box(box.left + 0.03, box.top, 1.0 - box.left - 0.03, 1.0 - box.top))


def test_edits_are_sixty_and_move_the_face_with_the_picture() -> None:
    face = Box(0.4, 0.2, 0.2, 0.25)
    found = list(edits(Image.new("RGB", (200, 200)), face))
    assert len({name for name, _, _ in found}) == 60
    moved = {name: box for name, _, box in found}
    assert moved["24 px off the left"].left == pytest.approx((80 - 24) / 176)
    assert moved["8 px off the bottom"].bottom == pytest.approx(90 / 192)
    assert moved["mirrored"] == face.mirror()
    assert head_of(face).top == pytest.approx(0.2 - 0.35 * 0.25)


def test_a_picture_is_enlarged_to_that_of_a_camera() -> None:
    stored = io.BytesIO()
    Image.new("RGB", (64, 48)).save(stored, "PNG")
    large = Image.open(io.BytesIO(enlarge(LabelledPicture("drawn", "drawn", stored.getvalue(), Size(64, 48)))))
    assert (large.size, large.format) == ((2400, 1800), "JPEG")
