"""Heads from faces, and what is to be shown whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from focalbox.core.geometry import WHOLE, Box
from focalbox.core.heads import body_of, head_of, whole_of
from focalbox.core.subject import Subject
from strategies import boxes


@given(boxes())
def test_a_head_holds_its_face_and_lies_inside_the_picture(face: Box) -> None:
    head = head_of(face)
    assert WHOLE.contains(head)
    assert head.contains(face.intersection(WHOLE))


@given(boxes())
def test_a_body_lies_inside_the_picture_right_below_its_face(face: Box) -> None:
    inside = face.intersection(WHOLE)
    body = body_of(inside)
    if body is None:
        assert inside.bottom >= 1 - 1e-9
    else:
        assert WHOLE.contains(body)
        assert body.top == inside.bottom
        assert body.left <= inside.left <= inside.right <= body.right


@given(boxes(), st.sampled_from(["face", "head", "text", "logo"]))
def test_what_is_to_be_whole_holds_the_subject_inside_the_picture(box: Box, kind: str) -> None:
    inside = box.intersection(WHOLE)
    whole = whole_of(Subject(inside, kind), aspect=1.5)
    assert WHOLE.contains(whole)
    assert whole.contains(inside)
    assert (whole == inside) or kind in {"face", "head"}


@given(boxes(), boxes())
def test_what_is_whole_of_a_face_holds_the_head_that_was_found_too(face: Box, head: Box) -> None:
    without = whole_of(Subject(face), aspect=1.5)
    whole = whole_of(Subject(face, head=head), aspect=1.5)
    assert WHOLE.contains(whole)
    assert whole.contains(without)
    assert whole.contains(head.intersection(WHOLE))
