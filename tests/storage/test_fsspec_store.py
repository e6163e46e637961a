"""Stores behind fsspec: objects written, listed, read and removed, and schemes that need a package."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from focalbox.errors import FetchError, InvalidRequest, LimitExceeded
from focalbox.storage.base import ObjectHeaders
from focalbox.storage.fsspec_store import FsspecStore, filesystem_of
from focalbox.storage.open import storage_of

pytest.importorskip("fsspec", reason="the extra batch is not installed")


@pytest.fixture
def root() -> Iterator[str]:
    """An empty prefix of a store in memory."""
    address = f"memory://test-{uuid.uuid4().hex}"
    yield address
    storage_of(address).remove_folder(address)


def test_objects_are_written_listed_read_and_removed(root: str) -> None:
    store = storage_of(root)
    for name in ("b/2.jpg", "a.jpg", "b/1.jpg", ".hidden"):
        store.write(f"{root}/{name}", name.encode(), root, ObjectHeaders("image/jpeg"))
    found = {entry.name: entry for entry in store.list(root)}
    assert list(found) == ["a.jpg", "b/1.jpg", "b/2.jpg"]
    assert store.read(found["b/1.jpg"].address, 10)[0] == b"b/1.jpg"
    assert found["b/1.jpg"].bytes == len("b/1.jpg")
    again = store.find(f"{root}/b/1.jpg")
    assert again is not None
    assert again.bytes == found["b/1.jpg"].bytes
    store.remove(f"{root}/a.jpg")
    store.remove(f"{root}/a.jpg")
    assert store.find(f"{root}/a.jpg") is None
    assert store.find(f"{root}/b") is None


def test_an_object_is_its_own_listing(root: str, tmp_path: Path) -> None:
    store = storage_of(root)
    (tmp_path / "here").write_bytes(b"sent")
    store.send(tmp_path / "here", f"{root}/one.jpg", root)
    assert [entry.name for entry in store.list(f"{root}/one.jpg")] == ["one.jpg"]
    with store.open(f"{root}/one.jpg") as file:
        assert file.read() == b"sent"


def test_what_is_too_long_or_not_there_is_said(root: str) -> None:
    store = FsspecStore(tries=1)
    store.write(f"{root}/long", b"12345", root)
    with pytest.raises(LimitExceeded, match="at most 4 bytes"):
        store.read(f"{root}/long", 4)
    with pytest.raises(FetchError, match="there is no file") as caught:
        store.read(f"{root}/gone", 4)
    assert isinstance(caught.value.__cause__, FileNotFoundError)


def test_a_scheme_that_nobody_knows_is_a_wrong_call() -> None:
    with pytest.raises(InvalidRequest, match="nothing here reads nosuch:// addresses"):
        storage_of("nosuch://bucket").find("nosuch://bucket/key")


@pytest.mark.parametrize("scheme", ["ftp", "github", "webhdfs", "dir"])
def test_a_scheme_that_needs_more_than_the_address_is_a_wrong_call(scheme: str) -> None:
    with pytest.raises(InvalidRequest, match=f"nothing here reads {scheme}:// addresses: they need settings"):
        storage_of(f"{scheme}://place/key").read(f"{scheme}://place/key", 4)


def test_a_scheme_whose_library_cannot_start_is_a_wrong_call() -> None:
    with pytest.raises(InvalidRequest, match=r"nothing here reads zip:// addresses: \w"):
        storage_of("zip://a/key").read("zip://a/key", 4)


@pytest.mark.parametrize(
    ("scheme", "extras"), [("s3", "batch,s3"), ("gs", "batch,gcs"), ("abfs", "batch,azure"), ("hdfs", "batch")]
)
def test_an_address_that_needs_a_package_names_its_extra(
    scheme: str, extras: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr("fsspec.get_filesystem_class", missing)
    filesystem_of.cache_clear()  # what other tests opened is kept
    with pytest.raises(InvalidRequest, match=rf"pip install 'focalbox\[{extras}\]'"):
        filesystem_of(scheme)
