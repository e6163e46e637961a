"""Which pictures are meant: by globs as they are plainly read, by lists, and by folders."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.albums import unlistable
from focalbox.batch import run
from focalbox.batch.listing import _may_hold, list_pictures, root_of
from focalbox.errors import InvalidRequest

PARTS = st.text("ab.", min_size=1, max_size=3).filter(lambda part: not part.startswith("."))
PATTERNS = PARTS | st.text("ab.*?", min_size=1, max_size=4).filter(lambda part: not part.startswith("."))
PATTERNS |= st.sampled_from(["**", "[ab]", "[!a]*", "a?b", "a[!b]b", "*?b"])


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working folder, with pictures and others in folders."""
    for name in (
        "tom.jpg",
        "tom.PNG",
        "notes.txt",
        "cats/tim.jpg",
        "cats/old/tam.jpg",
        "cats/read.me",
        "dogs/rex.webp",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(*sources: str) -> list[str]:
    return [found.name for found in list_pictures(sources)]


def matches(pattern: list[str], parts: list[str]) -> bool:
    """Read a glob a part and a character at a time."""
    if not pattern:
        return not parts
    if pattern[0] == "**":
        if len(pattern) == 1:
            return bool(parts)
        return any(matches(pattern[1:], parts[skipped:]) for skipped in range(len(parts)))
    return bool(parts) and letters(pattern[0], parts[0]) and matches(pattern[1:], parts[1:])


def test_a_folder_that_cannot_be_listed_is_told_and_the_others_are_listed(tree: Path) -> None:
    (tree / "dogs" / "deep").mkdir()
    unlistable(tree / "dogs" / "deep")
    told: list[str] = []
    everything = [found.name for found in list_pictures(["."], told.append)]
    assert everything == ["cats/old/tam.jpg", "cats/tim.jpg", "dogs/rex.webp", "tom.PNG", "tom.jpg"]
    assert [sentence.rsplit(": ", 1)[1] for sentence in told] == ["File name too long"]
    assert told[0].startswith("the folder ./dogs/deep/nnn")
    for source, count in (("dogs/*", 1), ("dogs/**", 2), ("cats/**", 2), ("*/*/*", 2)):
        list(list_pictures([source], told.append))
        assert len(told) == count, source
    for source in (".", "**/*.jpg"):
        with pytest.raises(InvalidRequest, match="cannot be listed"):
            list(list_pictures([source]))


@given(pattern=st.lists(PATTERNS, min_size=1, max_size=4), parts=st.lists(PARTS, min_size=1, max_size=4))
def test_a_glob_may_hold_what_lies_above_all_that_it_matches(pattern: list[str], parts: list[str]) -> None:
    if matches(pattern, parts):
        assert all(_may_hold(pattern, parts[:depth]) for depth in range(len(parts)))
    assert not _may_hold(pattern, [*parts, *pattern]) or "**" in pattern


def letters(pattern: str, part: str) -> bool:
    if not pattern:
        return not part
    if pattern[0] == "*":
        return any(letters(pattern[1:], part[skipped:]) for skipped in range(len(part) + 1))
    if pattern.startswith("[") and "]" in pattern:
        inner, _, rest = pattern[1:].partition("]")
        wrong, inner = inner.startswith("!"), inner.lstrip("!")
        return bool(part) and (part[0] in inner) != wrong and letters(rest, part[1:])
    return bool(part) and pattern[0] in ("?", part[0]) and letters(pattern[1:], part[1:])


@given(
    pattern=st.lists(PATTERNS, min_size=1, max_size=3),
    found=st.lists(st.lists(PARTS, min_size=1, max_size=3), min_size=1, max_size=6),
)
def test_a_glob_finds_what_a_plain_reading_of_it_finds(
    pattern: list[str], found: list[list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    pattern = [*pattern[:-1], f"{pattern[-1]}.jpg"]
    folder = tmp_path_factory.mktemp("glob")
    written = set()
    for parts in found:
        path = folder.joinpath(*parts[:-1], f"{parts[-1]}.jpg")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x")
        except OSError:  # a file where another has a folder
            continue
        written.add((*parts[:-1], f"{parts[-1]}.jpg"))
    source = "/".join([str(folder), *pattern])
    expected = {folder.joinpath(*parts) for parts in written if matches(pattern, list(parts))}
    if any(set("*?[") & set(part) for part in pattern):
        assert {Path(one.address) for one in list_pictures([source])} == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.jpg", ["tom.jpg"]),
        ("*", ["tom.PNG", "tom.jpg"]),
        ("*/*.jpg", ["tim.jpg"]),
        ("cats/**", ["old/tam.jpg", "tim.jpg"]),
        ("cats/**/*.jpg", ["old/tam.jpg", "tim.jpg"]),
        ("**/t?m.jpg", ["cats/old/tam.jpg", "cats/tim.jpg", "tom.jpg"]),
        ("*.txt.jpg", []),
        ("*/re*.me", ["cats/read.me"]),
        ("[ct]*/t*.jpg", ["cats/tim.jpg"]),
        ("cats?tim.jpg", []),
        ("cats[!x]tim.jpg", []),
    ],
)
def test_a_glob_lists_what_it_matches(tree: Path, pattern: str, expected: list[str]) -> None:
    assert sorted(name.removeprefix("cats/") if pattern == "*/*.jpg" else name for name in names(pattern)) == expected


def test_a_folder_is_listed_by_the_endings_of_pictures_and_a_file_by_itself(tree: Path) -> None:
    assert names(".") == ["cats/old/tam.jpg", "cats/tim.jpg", "dogs/rex.webp", "tom.PNG", "tom.jpg"]
    assert names("cats", "dogs/rex.webp") == ["old/tam.jpg", "tim.jpg", "rex.webp"]
    assert names("cats/read.me") == ["read.me"]


def test_a_name_with_the_signs_of_a_glob_is_that_file(tree: Path) -> None:
    (tree / "tom[1].jpg").write_bytes(b"x")
    assert names("tom[1].jpg") == ["tom[1].jpg"]


def test_a_list_names_pictures_beside_itself(tree: Path) -> None:
    (tree / "cats" / "list.txt").write_text(f"# cats\ntim.jpg\n\n  old/tam.jpg  \ngone.jpg\n{tree}/dogs/rex.webp\n")
    found = list(list_pictures(["cats/list.txt"]))
    assert [one.name for one in found] == ["tim.jpg", "old/tam.jpg", "gone.jpg", f"{tree}/dogs/rex.webp".lstrip("/")]
    assert [one.bytes for one in found] == [1, 1, -1, 1]
    (tree / "cats" / "other").write_text("tim.jpg\n")
    assert names("@cats/other") == ["tim.jpg"]


def test_a_list_comes_from_standard_input_with_paths_of_the_working_folder(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"cats/tim.jpg\ntom.PNG\n")))
    assert names("-") == ["cats/tim.jpg", "tom.PNG"]


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("nowhere", "there is no folder, picture or prefix nowhere"),
        ("missing.txt", "the list missing.txt cannot be read: No such file or directory"),
        ("up.txt", r"line 2 of up.txt: a listed picture is named without \.\., not cats/../tom.jpg"),
    ],
)
def test_what_is_not_there_is_said(tree: Path, source: str, sentence: str) -> None:
    (tree / "up.txt").write_text("tom.jpg\ncats/../tom.jpg\n")
    with pytest.raises(InvalidRequest, match=sentence):
        names(source)


@pytest.mark.parametrize(
    ("source", "root"),
    [
        ("cats/*.jpg", "cats"),
        ("*.jpg", "."),
        ("/*.jpg", "/"),
        ("cats/old", "cats/old"),
        ("s3://bucket/cats/**/*.jpg", "s3://bucket/cats"),
        ("@list*.txt", "@list*.txt"),
        ("-", "-"),
    ],
)
def test_the_root_is_what_stands_before_the_first_sign(source: str, root: str) -> None:
    assert root_of(source) == root


def test_a_dead_link_and_a_pipe_are_rows(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "dead.jpg").symlink_to("gone.jpg")
    os.mkfifo(tmp_path / "in" / "pipe.jpg")
    summary = run(tmp_path / "in", "1:1", plan_only=True, manifest=tmp_path / "m.jsonl", workers=1)
    assert (summary.done, summary.failed) == (2, 2)
    rows = [json.loads(line) for line in (tmp_path / "m.jsonl").read_text().splitlines()]
    assert [row["source"]["name"] for row in rows] == ["dead.jpg", "pipe.jpg"]
    assert all("a dead link" in row["message"] for row in rows)


def test_a_folder_may_have_the_name_of_a_list(tree: Path) -> None:
    (tree / "trip.list").mkdir()
    (tree / "trip.list" / "sea.jpg").touch()
    assert names("trip.list") == ["sea.jpg"]


def test_a_list_may_begin_with_the_mark_of_another_system(tree: Path) -> None:
    (tree / "list.txt").write_bytes(b"\xef\xbb\xbfcats/tim.jpg\r\n")
    assert names("list.txt") == ["cats/tim.jpg"]


def test_a_list_may_name_pictures_as_manifests_do(tree: Path) -> None:
    (tree / "cats" / "tom 100%.jpg").touch()
    lines = [(tree / "cats" / "tom 100%.jpg").as_uri(), (tree / "cats" / "tim.jpg").as_uri()]
    for place in ("list.txt", "cats/list.txt"):
        (tree / place).write_text("\n".join(lines))
        found = list(list_pictures([place]))
        assert [entry.address for entry in found] == [f"{tree}/cats/tom 100%.jpg", f"{tree}/cats/tim.jpg"]
        assert [entry.name for entry in found] == [entry.address.lstrip("/") for entry in found]


def test_a_list_of_standard_input_may_hold_any_bytes_and_may_be_closed(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"caf\xe9.jpg\n"), encoding="utf-8"))
    assert names("-") == [os.fsdecode(b"caf\xe9.jpg")]
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(InvalidRequest, match="standard input is closed"):
        names("-")
