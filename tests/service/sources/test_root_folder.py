"""The root folder: pictures below it, and no way out."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from focalbox.errors import LimitExceeded
from focalbox.imaging.limits import Limits
from focalbox.service.problems import Changed, NotFound, Unavailable
from focalbox.service.sources.root_folder import RootFolder


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.jpg").write_bytes(b"secret")
    root = outside / "root"
    (root / "a" / ".git").mkdir(parents=True)
    (root / "a" / "picture.jpg").write_bytes(b"picture")
    (root / "a" / ".git" / "picture.jpg").write_bytes(b"picture")
    (root / ".env").write_bytes(b"secret")
    (root / "inside.jpg").symlink_to(root / "a" / "picture.jpg")
    (root / "outside.jpg").symlink_to(outside / "secret.jpg")
    (root / "outside").symlink_to(outside)
    (root / "hidden.jpg").symlink_to(root / ".env")
    (root / "loop.jpg").symlink_to(root / "loop.jpg")
    return root


def test_pictures_below_it_are_served_links_among_them(root: Path) -> None:
    folder = RootFolder(root)
    (root / "12:30.jpg").write_bytes(b"picture")
    for name in ("a/picture.jpg", "inside.jpg", "12:30.jpg"):
        assert folder.read(folder.find(name), Limits()).data == b"picture"


@pytest.mark.parametrize(
    "name",
    [
        "../secret.jpg", "a/../../secret.jpg", "/etc/passwd", "a//picture.jpg", "a", "", ".", "..", ".env",
        "a/.git/picture.jpg", "outside.jpg", "outside/secret.jpg", "hidden.jpg", "loop.jpg", "missing.jpg",
        "a\\picture.jpg", "C:/windows", "a/picture.jpg/", "a/picture.jpg\0.png", "./a/picture.jpg", "x" * 5000,
        "%2e%2e/secret.jpg", "..%2fsecret.jpg", "a/picture.jpg/x", "\ud800",
    ],
)  # fmt: skip
def test_other_names_are_not_found(root: Path, name: str) -> None:
    with pytest.raises(NotFound, match="there is no such picture"):
        RootFolder(root).find(name)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (-(2**31), "Fri, 13 Dec 1901 20:45:52 GMT"),
        (2**33, ""),
        (2**40, ""),
        (-(2**40), ""),
    ],
)
def test_a_date_that_a_wrong_clock_has_written_is_not_told(small_disk: Path, changed: int, said: str) -> None:
    """Only some disks can hold the last two, which are beyond the years of four digits; this one can."""
    (small_disk / "a.jpg").write_bytes(b"picture")
    os.utime(small_disk / "a.jpg", (changed, changed))
    folder = RootFolder(small_disk)
    assert (small_disk / "a.jpg").stat().st_mtime == changed
    assert folder.read(folder.find("a.jpg"), Limits()).modified == said


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["..", ".", "a", "outside", "secret.jpg", "picture.jpg", ".git", "", "~"])).map("/".join)
)
def test_no_mix_of_names_leads_out(root: Path, name: str) -> None:
    folder = RootFolder(root)
    try:
        found = folder.find(name)
    except NotFound:
        return
    assert folder.read(found, Limits()).data == b"picture"


def test_a_file_that_became_a_link_is_not_followed(root: Path) -> None:
    folder = RootFolder(root)
    swapped = root / "a" / "swapped.jpg"
    swapped.write_bytes(b"picture")
    found = folder.find("a/swapped.jpg")
    swapped.unlink()
    swapped.symlink_to(root.parent / "secret.jpg")
    with pytest.raises(NotFound):
        folder.read(found, Limits())
    swapped.unlink()
    with pytest.raises(NotFound):
        folder.read(found, Limits())


def test_large_files_and_special_files_are_not_read(root: Path) -> None:
    folder = RootFolder(root)
    with pytest.raises(LimitExceeded):
        folder.read(folder.find("a/picture.jpg"), Limits(bytes=3))
    import os  # noqa: PLC0415 - only here

    os.mkfifo(root / "pipe.jpg")
    with pytest.raises(NotFound):
        folder.find("pipe.jpg")
    (root / "pipe.jpg").unlink()


def test_bytes_of_another_picture_than_was_found_are_not_taken_for_it(root: Path) -> None:
    folder, place = RootFolder(root), root / "a" / "changing.jpg"
    place.write_bytes(b"before")
    replaced = folder.find("a/changing.jpg")
    (root / "a" / "next").write_bytes(b"behind")
    (root / "a" / "next").replace(place)
    written = folder.find("a/changing.jpg")
    place.write_bytes(b"behind!")
    for found in (replaced, written):
        with pytest.raises(Changed, match="is being changed"):
            folder.read(found, Limits())
    assert folder.read(folder.find("a/changing.jpg"), Limits()).data == b"behind!"


@pytest.mark.skipif(sys.platform != "linux", reason="a file that cannot be read is found there alone")
def test_a_disk_that_fails_does_not_say_that_there_is_no_picture() -> None:
    folder = RootFolder(Path("/proc/self"))
    with pytest.raises(Unavailable, match="cannot be read at the moment") as failed:
        folder.read(folder.find("mem"), Limits())  # its first byte is no memory
    assert isinstance(failed.value.__cause__, OSError)
    assert failed.value.__cause__.errno == errno.EIO


def test_too_many_open_files_do_not_say_that_there_is_no_picture(root: Path) -> None:
    folder, limits = RootFolder(root), resource.getrlimit(resource.RLIMIT_NOFILE)
    found = folder.find("a/picture.jpg")
    with (root / "a" / "picture.jpg").open("rb") as last:
        resource.setrlimit(resource.RLIMIT_NOFILE, (last.fileno(), limits[1]))
        try:
            with pytest.raises(Unavailable):
                folder.read(found, Limits())
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert folder.read(found, Limits()).data == b"picture"


def test_a_root_that_vanishes_after_a_picture_was_found_is_unavailable(tmp_path: Path) -> None:
    place = tmp_path / "root"
    place.mkdir()
    (place / "a.jpg").write_bytes(b"picture")
    folder = RootFolder(place)
    found = folder.find("a.jpg")
    shutil.rmtree(place)
    with pytest.raises(Unavailable):
        folder.read(found, Limits())
    with pytest.raises(Unavailable):
        folder.pictures(4)
