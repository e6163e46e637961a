"""Which cells have to find a face, and the loss of their answers."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pyarrow")
pytest.importorskip("onnx")

from training.losses.places import assign, overlap, place_loss, places  # noqa: E402  torch may be missing
from training.networks.finder import KINDS, STRIDES, Finder, PlaceAnswers, answers, answers_by_kind  # noqa: E402
from training.networks.yunet import YuNet  # noqa: E402

SHAPE = (64, 96)
FACE = (0.25, 0.25, 0.25, 0.5, 1.0)
"""A face at 24 to 48 and 16 to 48 pixels."""

BOX = (36.0, 32.0, 24.0, 32.0)


def saying(score: float, box: tuple[float, ...], at: int) -> PlaceAnswers:
    """Answers of all places of one picture: nothing, but at one of them."""
    corners, strides = places(SHAPE, torch.device("cpu"))
    boxes = torch.cat([corners, strides[:, None].expand(-1, 2)], 1)[None].clone()
    logits = torch.full((1, len(corners)), -8.0)
    logits[0, at], boxes[0, at] = score, torch.tensor(box)
    return PlaceAnswers(logits, logits.clone(), boxes)


def place_near(x: float, y: float, stride: int) -> int:
    corners, strides = places(SHAPE, torch.device("cpu"))
    far = (corners - torch.tensor([x, y])).abs().sum(1) + 1e4 * (strides != stride)
    return int(far.argmin())


def marks(*values: tuple[float, ...]) -> Any:
    return torch.tensor([values])


def test_there_is_a_place_for_every_cell_of_every_level() -> None:
    corners, strides = places(SHAPE, torch.device("cpu"))
    assert len(corners) == sum((SHAPE[0] // stride) * (SHAPE[1] // stride) for stride in STRIDES)
    taken = [torch.zeros(1, 8, SHAPE[0] // stride, SHAPE[1] // stride) for stride in (4, *STRIDES)]
    by_kind = answers_by_kind(Finder((8, 8, 8, 8)).eval()(taken))
    assert tuple(by_kind) == KINDS
    for found in (YuNet().eval()(torch.zeros(1, 3, *SHAPE)), *by_kind.values()):
        assert found.boxes.shape == (1, len(corners), 4)
        assert found.things.shape == strides[None].shape


def test_a_box_lies_where_its_place_says() -> None:
    grids = [torch.zeros(1, 6, SHAPE[0] // stride, SHAPE[1] // stride) for stride in STRIDES]
    grids[1][0, :, 2, 1] = torch.tensor([3.0, 3.0, 0.5, 0.25, 0.0, 1.0])
    found = answers(grids)
    best = int(found.scores().argmax())
    assert found.boxes[0, best].tolist() == pytest.approx([1.5 * 16, 2.25 * 16, 16.0, 16 * 2.71828], rel=1e-4)
    corners, strides = places(SHAPE, torch.device("cpu"))
    assert (corners[best].tolist(), float(strides[best])) == ([16.0, 32.0], 16.0)


def test_the_place_that_says_the_face_answers_for_it() -> None:
    at = place_near(36, 32, 16)
    found = saying(4.0, BOX, at)
    corners, strides = places(SHAPE, torch.device("cpu"))
    which, face = assign(torch.tensor([BOX]), found.scores()[0], found.boxes[0], corners, strides)
    assert at in which.tolist()
    assert set(face.tolist()) == {0}


def test_a_place_answers_for_one_face() -> None:
    found = saying(4.0, BOX, place_near(36, 32, 16))
    corners, strides = places(SHAPE, torch.device("cpu"))
    both = torch.tensor([BOX, (40.0, 32.0, 24.0, 32.0)])
    which, _ = assign(both, found.scores()[0], found.boxes[0], corners, strides)
    assert len(which) == len(set(which.tolist()))


def test_the_right_box_costs_less_than_a_wrong_one_and_than_none() -> None:
    at, face = place_near(36, 32, 16), marks(FACE)
    right = place_loss(saying(6.0, BOX, at), face, SHAPE)
    wrong = place_loss(saying(6.0, (36.0, 32.0, 60.0, 20.0), at), face, SHAPE)
    none = place_loss(saying(-8.0, BOX, at), face, SHAPE)
    assert right < wrong
    assert right < none


def test_a_false_face_costs_where_it_is_known_that_there_is_none() -> None:
    at = place_near(36, 32, 16)
    calm, loud = saying(-8.0, BOX, at), saying(6.0, BOX, at)
    empty, unsure = marks((0.0, 0.0, 0.0, 0.0, 0.0)), marks((*FACE[:4], 0.0))
    assert place_loss(loud, empty, SHAPE) > place_loss(calm, empty, SHAPE) + 1
    torch.testing.assert_close(place_loss(loud, unsure, SHAPE), place_loss(calm, unsure, SHAPE), atol=0.1, rtol=0)


def test_boxes_that_are_the_same_overlap_wholly() -> None:
    one = torch.tensor(BOX)
    assert float(overlap(one, one)) == pytest.approx(1.0)
    assert float(overlap(one, torch.tensor((90.0, 60.0, 4.0, 4.0)))) == 0.0
