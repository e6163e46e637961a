"""The marks of detectors and people, and which of them are sure."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pyarrow")
pytest.importorskip("onnx")

from benchmarks.rows import DataError  # noqa: E402
from focalbox import Box, Subject  # noqa: E402
from training.evaluation.recall import counted_faces, recall_and_false  # noqa: E402
from training.teachers.detectors import file_in, overlaps, without_doubles  # noqa: E402
from training.teachers.marks import MAX_MARKS, judge_faces, judge_lines, marked_rows, marks_of_people, pad_marks  # noqa: E402


def test_what_detectors_disagree_about_is_unknown() -> None:
    face, other = [0.4, 0.4, 0.1, 0.1], [0.1, 0.1, 0.1, 0.1]
    both = np.array([[*face, 0.8]], dtype=np.float32)
    alone = np.array([[*other, 0.6]], dtype=np.float32)
    none = np.zeros((0, 4), dtype=np.float32)
    marks = judge_faces(np.concatenate([both, alone]), both, none)
    assert marks[:, 4].tolist() == [1.0, 0.0]
    assert judge_faces(both[:0], both, none)[:, 4].tolist() == [0.0]
    head = np.array([[0.05, 0.05, 0.2, 0.2]], dtype=np.float32)
    assert judge_faces(alone, both[:0], head)[0, 4] == 1.0


def test_small_lines_and_those_that_are_hardly_read_are_unknown() -> None:
    line = [0.1, 0.1, 0.5, 0.05]
    lines = np.array([[*line, 0.9], [0.1, 0.1, 0.5, 0.01, 0.9], [*line, 0.4]], dtype=np.float32)
    assert judge_lines(lines)[:, 4].tolist() == [1.0, 0.0, 0.0]


def test_a_line_that_cannot_be_read_is_none() -> None:
    assert len(judge_lines(np.array([[0.1, 0.1, 0.5, 0.05, 0.1]], dtype=np.float32))) == 0


def test_the_largest_marks_are_kept() -> None:
    marks = np.array([[0, 0, side, side, 1.0] for side in np.linspace(0.01, 0.5, 40)], dtype=np.float32)
    kept = pad_marks(marks)
    assert kept.shape == (MAX_MARKS, 5)
    assert kept[0, 2] == pytest.approx(0.5)
    assert not pad_marks(marks[:0]).any()


def test_heads_that_people_marked_are_faces_of_which_text_is_unknown() -> None:
    marks = marks_of_people([{"width": 100, "height": 50, "faces": [[10, 10, 30, 20]]}])
    np.testing.assert_allclose(marks.faces[0, 0], [0.1, 0.2, 0.2, 0.2, 1.0])
    assert not marks.lines.any()


def test_marks_belong_to_evenly_spaced_rows_where_not_all_are_marked() -> None:
    rows = marked_rows(10_000, "duts")
    assert len(rows) < 10_000
    assert rows[0] == 0
    assert rows[-1] == 9_999
    assert len(set(rows.tolist())) == len(rows)
    assert marked_rows(7, "people").tolist() == list(range(7))


def test_faces_that_count_are_large_and_sure() -> None:
    boxes = np.array([[0, 0, 0.1, 0.3, 0.9], [0.5, 0, 0.1, 0.1, 0.9], [0.5, 0.5, 0.1, 0.2, 0.5]], dtype=np.float32)
    assert counted_faces(boxes, 100, 100).tolist() == [True, False, False]


def test_recall_and_false_ones_are_counted() -> None:
    boxes = np.array([[0.1, 0.1, 0.2, 0.2, 0.9], [0.6, 0.6, 0.2, 0.2, 0.3]], dtype=np.float32)
    truth = [(boxes, np.array([True, False]))]
    found = [
        [Subject(Box(*box), "face", 0.9) for box in ((0.1, 0.1, 0.2, 0.2), (0.6, 0.6, 0.2, 0.2), (0.4, 0, 0.1, 0.1))]
    ]
    assert recall_and_false(found, truth, 0.5) == (1.0, 1.0)
    assert recall_and_false(found, truth, 0.95) == (0.0, 0.0)


def test_of_boxes_over_each_other_the_first_stays() -> None:
    boxes = np.array([[0, 0, 0.2, 0.2, 0.9], [0.01, 0, 0.2, 0.2, 0.8], [0.5, 0.5, 0.2, 0.2, 0.7]], dtype=np.float32)
    np.testing.assert_array_equal(without_doubles(boxes), boxes[[0, 2]])
    assert not len(without_doubles(boxes[:0]))


def test_boxes_share_what_they_share() -> None:
    some = np.array([[0, 0, 0.2, 0.2], [0.1, 0, 0.2, 0.2]], dtype=np.float32)
    np.testing.assert_allclose(overlaps(some, some), [[1, 1 / 3], [1 / 3, 1]], rtol=1e-5)


def test_a_missing_detector_is_named() -> None:
    with pytest.raises(DataError, match="nobodys_detector is missing"):
        file_in("nobodys_detector", "weights.onnx")


def test_a_detector_of_another_version_is_named() -> None:
    with pytest.raises(DataError, match=r"numpy is missing, or is of a version without weights\.onnx"):
        file_in("numpy", "weights.onnx")
