"""What windows cut of marked heads, counted on made-up pictures."""

from __future__ import annotations

import pytest

pytest.importorskip("onnx")

from benchmarks.labels import LabelledPicture
from benchmarks.marked_heads import MarkedHead, marked_heads
from benchmarks.quality.measures.marked import (
    MARKED_MEASURES,
    HeadedPicture,
    counted_heads,
    headed_pictures,
    marked_cuts,
    marked_table,
)
from focalbox.core.geometry import Box
from focalbox.core.target import Size

SIZE = Size(1000, 500)
LEFT, RIGHT = Box(0.1, 0.3, 0.1, 0.2), Box(0.8, 0.3, 0.1, 0.2)
BOTH = ("person", "animal")


def picture(name: str = "drawn") -> LabelledPicture:
    return LabelledPicture(name, "drawn", b"", SIZE)


def counted(heads: list[tuple[str, Box]], window: Box) -> dict[str, tuple[int, int]]:
    headed = HeadedPicture(picture(), tuple(MarkedHead(*one) for one in heads))
    return dict(zip(MARKED_MEASURES, marked_cuts(headed, [window]).counts, strict=True))


def test_persons_and_animals_are_counted_apart_and_together() -> None:
    window = Box(0.0, 0.0, 0.5, 1.0)
    found = counted([("person", LEFT), ("animal", RIGHT)], window)
    assert (found["persons cut"], found["animals cut"]) == ((0, 1), (1, 1))
    assert found["any cut"] == (0, 0)  # no window of this width holds both
    assert counted([("person", LEFT), ("animal", RIGHT)], Box(0.0, 0.0, 0.85, 1.0))["any cut"] == (1, 1)


def test_what_is_unsure_or_not_there_is_no_case() -> None:
    found = counted([("unsure", LEFT)], Box(0.5, 0.0, 0.5, 1.0))
    assert set(found.values()) == {(0, 0)}


def test_a_head_is_cut_only_beyond_what_it_was_marked_to() -> None:
    near, far = Box(LEFT.left + 0.019, 0.0, 0.5, 1.0), Box(LEFT.left + 0.021, 0.0, 0.5, 1.0)
    assert counted([("person", LEFT)], near)["persons cut"] == (0, 1)
    assert counted([("person", LEFT)], far)["persons cut"] == (1, 1)


def test_a_head_that_is_shown_in_part_is_sliced() -> None:
    for left, sliced in ((0.15, 1), (0.105, 0), (0.195, 0)):
        assert counted([("animal", LEFT)], Box(left, 0.0, 0.5, 1.0))["any sliced"] == (sliced, 1)


def test_heads_that_count_are_large_beside_the_picture_and_the_tallest_one() -> None:
    wide = MarkedHead("person", Box(0.1, 0.1, 0.06, 0.04))
    assert counted_heads([wide], BOTH, SIZE) == (wide.box,)
    assert counted_heads([MarkedHead("person", Box(0.1, 0.1, 0.059, 0.059))], BOTH, SIZE) == ()
    rows = [MarkedHead("person", Box(0.1, 0.1, 0.1, height)) for height in (0.3, 0.5, 0.29, 0.4)]
    assert [box.height for box in counted_heads(rows, BOTH, SIZE)] == [0.5, 0.4, 0.3]
    assert len(counted_heads([MarkedHead("animal", LEFT)] * 6, BOTH, SIZE)) == 4


def test_pictures_are_found_by_file_and_name() -> None:
    file, name = next(key for key, heads in marked_heads().items() if key[0] == "duts_tr" and heads)
    known, other = picture(name), picture("no such picture")
    found = headed_pictures({"duts": [other, known], "osie": [known]})
    assert [one.picture for one in found] == [known]
    assert found[0].heads == marked_heads()[file, name]


def test_the_table_tells_how_much_more_is_cut() -> None:
    one = HeadedPicture(picture(), (MarkedHead("person", LEFT),))
    whole, cut = (marked_cuts(one, [Box(left, 0.0, 0.5, 1.0)]) for left in (0.0, 0.15))
    *_, middle, ours = marked_table({"middle": [cut, whole], "ours": [whole, whole]}, "ours").splitlines()
    assert middle.startswith("| middle | 0.500 | - | 0.500 | 0.500 | +0.500 [")
    assert ours.startswith("| ours | 0.000 |")
    assert ours.endswith("| - | - | - |")
