"""The heads that were marked by eye: what the file holds, and what it refuses."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

pytest.importorskip("pyarrow")

from benchmarks.marked_heads import MARKED_HEADS, MarkedHead, marked_heads
from benchmarks.rows import DataError
from focalbox.core.geometry import WHOLE, Box

HEADER = "file,name,heads\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "heads.csv"
    path.write_text(text, "utf-8")
    return path


def test_every_head_is_inside_its_picture() -> None:
    heads = [one for some in marked_heads().values() for one in some]
    assert {one.kind for one in heads} == {"person", "animal", "unsure"}
    assert all(one.box.area > 0 and WHOLE.contains(one.box) for one in heads)


def test_every_picture_has_one_row() -> None:
    with MARKED_HEADS.open(newline="", encoding="utf-8") as file:
        named = [(row["file"], row["name"]) for row in csv.DictReader(file)]
    assert len(named) == len(set(named)) == len(marked_heads())


def test_no_picture_has_more_than_eight_heads_and_many_have_none() -> None:
    counts = [sum(one.kind != "unsure" for one in some) for some in marked_heads().values()]
    assert max(counts) <= 8
    assert 0 in counts


def test_a_row_holds_the_heads_of_a_picture(tmp_path: Path) -> None:
    read = marked_heads(written(tmp_path, HEADER + "osie,a.jpg,person 10 20 30 60; unsure 0 0 100 50\nosie,b.jpg,\n"))
    person = MarkedHead("person", Box.between(0.1, 0.2, 0.3, 0.6))
    assert read == {("osie", "a.jpg"): (person, MarkedHead("unsure", Box(0.0, 0.0, 1.0, 0.5))), ("osie", "b.jpg"): ()}


@pytest.mark.parametrize(
    "heads",
    [
        "robot 10 20 30 60",
        "person 10 20 30",
        "person 10 20 30 60 70",
        "person 30 20 10 60",
        "person 10 60 30 60",
        "person 10 20 30 101",
        "person -1 20 30 60",
        "person nan 20 30 60",
        "person ten 20 30 60",
        "person",
    ],
)
def test_malformed_heads_are_refused(tmp_path: Path, heads: str) -> None:
    with pytest.raises(DataError, match=r"heads\.csv is missing or damaged"):
        marked_heads(written(tmp_path, f"{HEADER}osie,a.jpg,{heads}\n"))


def test_a_missing_file_and_a_missing_column_are_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="FileNotFoundError"):
        marked_heads(tmp_path / "none.csv")
    with pytest.raises(DataError, match="KeyError"):
        marked_heads(written(tmp_path, "file,name\nosie,a.jpg\n"))
