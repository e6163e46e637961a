"""Folders of this machine: written by rename, listed in order, read within the limit."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.errors import FetchError, LimitExceeded, OutputError
from focalbox.storage.local import LocalFolder, folds_case, write_file

FOLDER = LocalFolder()


def test_a_file_is_written_whole_into_a_new_directory(tmp_path: Path) -> None:
    path = tmp_path / "new" / "picture.jpg"
    write_file(path, b"first")
    write_file(str(path), b"second")
    assert path.read_bytes() == b"second"
    assert [file.name for file in path.parent.iterdir()] == ["picture.jpg"]


def test_a_link_stays_one_and_its_file_is_written(tmp_path: Path) -> None:
    (tmp_path / "link.jpg").symlink_to("file.jpg")
    for content in (b"first", b"second"):
        write_file(tmp_path / "link.jpg", content)
        assert (tmp_path / "link.jpg").is_symlink()
        assert (tmp_path / "file.jpg").read_bytes() == content
    assert len(list(tmp_path.iterdir())) == 2


def test_what_is_no_file_is_not_replaced_by_one(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_file(path, b"content")
        assert os.read(reader, 100) == b"content"
    finally:
        os.close(reader)
    assert path.is_fifo()
    assert [file.name for file in tmp_path.iterdir()] == ["pipe"]


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "directory" / "inside").mkdir(parents=True)
    for path in (tmp_path / "file" / "picture.jpg", tmp_path / "directory", tmp_path / ("n" * 300), tmp_path / "a\0b"):
        with pytest.raises(OutputError, match="cannot be written"):
            write_file(path, b"content")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["directory", "file"]
    assert [path.name for path in (tmp_path / "directory").iterdir()] == ["inside"]


def test_a_folder_is_listed_in_the_order_of_names_without_what_is_hidden(tmp_path: Path) -> None:
    for name in ("b/2.jpg", "a.jpg", "b/1.jpg", ".hidden.jpg", "b/.cache/3.jpg"):
        write_file(tmp_path / name, b"12345")
    found = list(FOLDER.list(str(tmp_path)))
    assert [entry.name for entry in found] == ["a.jpg", "b/1.jpg", "b/2.jpg"]
    assert {entry.bytes for entry in found} == {5}
    assert [entry.address for entry in found] == [str(tmp_path / entry.name) for entry in found]


def test_what_cannot_be_read_as_a_file_is_listed_with_no_length(tmp_path: Path) -> None:
    (tmp_path / "dead.jpg").symlink_to("gone.jpg")
    (tmp_path / "circle.jpg").symlink_to("circle.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    assert [(entry.name, entry.bytes) for entry in FOLDER.list(str(tmp_path))] == [
        ("circle.jpg", -1),
        ("dead.jpg", -1),
        ("pipe.jpg", -1),
    ]


def test_a_linked_folder_is_not_entered(tmp_path: Path) -> None:
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    assert list(FOLDER.list(str(tmp_path))) == []


@given(content=st.binary(max_size=200), limit=st.integers(0, 200))
def test_a_file_comes_back_as_it_was_written_or_is_too_long(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, limit: int
) -> None:
    root = tmp_path_factory.mktemp("root")
    address = str(root / "inner" / "picture")
    FOLDER.write(address, content, str(root))
    if len(content) > limit:
        with pytest.raises(LimitExceeded, match=f"at most {limit} byte"):
            FOLDER.read(address, limit)
    else:
        assert FOLDER.read(address, limit) == (content, str(Path(address).stat().st_mtime_ns))


def test_results_are_written_beside_and_the_place_is_cleared(tmp_path: Path) -> None:
    FOLDER.write(str(tmp_path / "a" / "b.jpg"), b"whole", str(tmp_path))
    with pytest.raises(OutputError, match="cannot be written: Is a directory"):
        FOLDER.write(str(tmp_path / "a"), b"whole", str(tmp_path))
    (tmp_path / ".focalbox" / "left-by-a-killed-worker").write_bytes(b"half")
    FOLDER.clear(str(tmp_path))
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "b.jpg"]


def test_a_name_that_is_no_text_is_read_by_its_encoded_address(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9 %41.jpg")).write_bytes(b"latin")
    address = f"file://{tmp_path}/caf%E9%20%2541.jpg"
    assert FOLDER.read(address, 10)[0] == b"latin"
    found = FOLDER.find(address)
    assert found is not None
    assert (found.address, found.bytes) == (address, 5)


def test_what_is_not_there_is_said_with_its_cause(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="there is no file") as caught:
        FOLDER.read(str(tmp_path / "gone"), 10)
    assert isinstance(caught.value.__cause__, FileNotFoundError)
    assert FOLDER.find(str(tmp_path / "gone")) is None
    assert FOLDER.find("nul\0") is None
    FOLDER.remove(str(tmp_path / "gone"))
    with pytest.raises(FetchError, match="is a directory, not a picture"):
        FOLDER.read(str(tmp_path), 10)


def test_what_another_run_takes_away_is_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace = os.replace

    def too_late(temporary: str, path: str) -> None:
        monkeypatch.undo()
        FOLDER.clear(str(tmp_path))  # another run into the same folder ends just now
        replace(temporary, path)

    monkeypatch.setattr(os, "replace", too_late)
    FOLDER.write(str(tmp_path / "a.jpg"), b"whole", str(tmp_path))
    FOLDER.clear(str(tmp_path))
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.jpg", b"whole")]


def test_the_root_of_a_disk_is_no_file() -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        write_file("/", b"content")


def test_folders_may_be_nested_deeper_than_calls(tmp_path: Path) -> None:
    depth = sys.getrecursionlimit() + 100
    at_first = Path.cwd()
    try:  # step by step: the whole path is longer than a call may name
        os.chdir(tmp_path)
        for _ in range(depth):
            Path("a").mkdir()
            os.chdir("a")
        Path("b.jpg").touch()
        (found,) = FOLDER.list(str(tmp_path))
        Path("b.jpg").unlink()
        for _ in range(depth):  # what removes temporary folders later is recursive, and would fail
            os.chdir("..")
            Path("a").rmdir()
    finally:
        os.chdir(at_first)
    assert found.name == "a/" * depth + "b.jpg"


def test_case_is_folded_where_a_folder_is_there_by_its_name_in_the_other_case(tmp_path: Path) -> None:
    folder = tmp_path / "Crops"
    folder.mkdir()
    (folder / "2026").mkdir()
    folded = (tmp_path / "cROPS").exists()  # the disk of whoever runs this may do so itself
    assert [folds_case(f"{folder}{below}") for below in ("", "/2026", "/2026/1/2", "/2026/new/one")] == [folded] * 4
    if not folded:
        (tmp_path / "cROPS").symlink_to(folder)
    assert [folds_case(f"{folder}{below}") for below in ("", "/2026", "/2026/1/2", "/2026/new/one")] == [True] * 4
    assert not folds_case("/")
