"""Faces and heads: where two branches agree, and which belong together."""

from hypothesis import given
from hypothesis import strategies as st

from focalbox.core.evidence import Subject
from focalbox.core.geometry import WHOLE, Box
from focalbox.core.heads import head_of
from focalbox.saliency.heads import match_heads
from strategies import boxes


@given(st.lists(boxes(), max_size=5), st.lists(boxes(), max_size=5))
def test_heads_without_faces_are_some_of_the_heads_in_their_order(heads: list[Box], faces: list[Box]) -> None:
    given_heads = tuple(Subject(box, "head") for box in heads)
    _, left = match_heads(tuple(map(Subject, faces)), given_heads)
    assert [head for head in given_heads if head in left] == list(left)
    if not faces:
        assert left == given_heads


@given(boxes())
def test_the_head_of_a_face_is_not_found_a_second_time(face: Box) -> None:
    inside = face.intersection(WHOLE)
    if inside.area:
        assert match_heads((Subject(inside),), (Subject(head_of(inside), "head"),))[1] == ()


def test_a_head_beside_a_face_stays() -> None:
    behind = Subject(Box(0.6, 0.2, 0.2, 0.3), "head")
    assert match_heads((Subject(Box(0.2, 0.2, 0.15, 0.2)),), (behind,))[1] == (behind,)


@given(st.lists(boxes(), max_size=4), st.lists(boxes(), max_size=4))
def test_a_head_is_a_faces_or_stays_and_faces_keep_their_places(heads: list[Box], faces: list[Box]) -> None:
    given_heads, given_faces = tuple(Subject(box, "head") for box in heads), tuple(map(Subject, faces))
    found, left = match_heads(given_faces, given_heads)
    assert [face.box for face in found] == faces
    assert all(head not in [face.head for face in found] for head in (one.box for one in left))
    assert any(face.head for face in found) == (len(left) < len(given_heads))


def test_of_two_heads_the_surer_is_the_faces() -> None:
    face = Subject(Box(0.4, 0.4, 0.1, 0.1))
    hat, hair = Subject(Box(0.38, 0.3, 0.14, 0.2), "head", 0.7), Subject(Box(0.39, 0.36, 0.12, 0.15), "head", 0.5)
    assert match_heads((face,), (hair, hat))[0][0].head == hat.box
