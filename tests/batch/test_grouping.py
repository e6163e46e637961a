"""Pictures that may be equal come to one worker, and others do not have to wait for them."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from focalbox.batch.grouping import regroup
from focalbox.batch.job import Task


def task(number: int, address: str, length: int, group: int, stamp: str = "", content: str = "") -> Task:
    stored = {"content": content} if content else {}
    return Task(number, address, address.rpartition("/")[2], length, stamp, ("1:1",), group, stored)


def groups(tasks: list[Task]) -> list[set[int]]:
    found: dict[int, set[int]] = {}
    for one in regroup(tasks):
        found.setdefault(one.group, set()).add(one.number)
    return list(found.values())


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("abc")), max_size=20))
def test_pictures_of_one_length_and_content_are_together_and_no_others(pictures: list[tuple[int, str]]) -> None:
    ordered = sorted(pictures)
    tasks = [
        task(number, f"in/{number}.jpg", length, length, content=content)
        for number, (length, content) in enumerate(ordered)
    ]
    expected: dict[tuple[int, str], set[int]] = {}
    for number, picture in enumerate(ordered):
        expected.setdefault(picture, set()).add(number)
    assert sorted(map(sorted, groups(tasks))) == sorted(map(sorted, expected.values()))


def test_files_of_one_length_are_told_apart_by_their_middle(tmp_path: Path) -> None:
    contents = [b"head" + middle * 40_000 + b"tail" for middle in (b"x", b"y", b"x")]
    tasks = []
    for number, content in enumerate(contents):
        path = tmp_path / f"{number}.bmp"
        path.write_bytes(content)
        tasks.append(task(number, str(path), len(content), 0))
    assert groups(tasks) == [{0, 2}, {1}]


def test_a_store_says_by_its_tag_what_is_equal_and_what_cannot_be_read_is_alone(tmp_path: Path) -> None:
    remote = [task(number, f"s3://bucket/{number}.jpg", 9, 0, stamp) for number, stamp in enumerate("aba")]
    assert groups(remote) == [{0, 2}, {1}]
    gone = [task(number, str(tmp_path / f"{number}.jpg"), length, 0) for number, length in enumerate((9, 9, -1, -1))]
    assert groups(gone) == [{0}, {1}, {2}, {3}]
