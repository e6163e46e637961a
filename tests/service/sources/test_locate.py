"""The source of a picture, found by the beginning of its name, the root folder first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from focalbox.imaging.limits import Limits
from focalbox.service.problems import NotAllowed, NotFound, Unavailable
from focalbox.service.runtime.gate import Gate
from focalbox.service.sources.buckets import Buckets
from focalbox.service.sources.http_fetch import Remote
from focalbox.service.sources.locate import Sources
from focalbox.service.sources.root_folder import RootFolder
from focalbox.service.sources.upstreams import Upstreams


@pytest.fixture
def sources(tmp_path: Path) -> Callable[..., Sources]:
    """Return what makes sources, with a folder or without; no host can be reached, but `images.example` is allowed."""
    (tmp_path / "root" / "images.example").mkdir(parents=True)
    (tmp_path / "root" / "cat.jpg").write_bytes(b"a cat")
    (tmp_path / "root" / "images.example" / "here.jpg").write_bytes(b"lies here")

    def make(*, folder: bool, mounted: str | None = None) -> Sources:
        remote = Remote(["images.example"], seconds=1, allow_private=False, limits=Limits())
        upstreams = Upstreams(
            remote, Buckets(["bucket"], Limits(), MemoryFileSystem(), seconds=1, most=1), Gate("pictures", 1), None, 0
        )
        root = RootFolder(tmp_path / "root", mounted) if folder else None
        return Sources(root, upstreams, remote.allows, Limits(), seconds=1, most=1)

    return make


def test_a_path_is_a_file_below_the_root(sources: Callable[..., Sources]) -> None:
    found = sources(folder=True).locate("cat.jpg")
    assert not found.elsewhere
    assert found.identity
    assert asyncio.run(_read(found.read)) == b"a cat"


def test_a_file_that_is_being_changed_is_told_by_its_bytes_alone(
    sources: Callable[..., Sources], tmp_path: Path
) -> None:
    found = sources(folder=True).locate("cat.jpg", changing=True)
    (tmp_path / "root" / "cat.jpg").write_bytes(b"another cat")
    assert found.identity is None
    assert asyncio.run(_read(found.read)) == b"another cat"


def test_only_what_lies_on_another_machine_is_looked_up_slowly(sources: Callable[..., Sources]) -> None:
    near, far = (sources(folder=True, mounted=f"1 0 8:1 / / rw - {kind} a rw") for kind in ("xfs", "nfs4"))
    assert near.is_quick("cat.jpg")
    assert not far.is_quick("cat.jpg")
    assert far.is_quick("https://images.example/cat.jpg"), "no disk is asked"
    assert sources(folder=False).is_quick("images.example/cat.jpg")


async def _read(read: Any) -> bytes:
    content: bytes = (await read()).data
    return content


def test_a_file_comes_before_a_host_of_the_same_name(sources: Callable[..., Sources]) -> None:
    assert asyncio.run(_read(sources(folder=True).locate("images.example/here.jpg").read)) == b"lies here"
    assert sources(folder=True).locate("images.example/elsewhere.jpg").elsewhere
    assert sources(folder=False).locate("images.example/here.jpg").elsewhere


@pytest.mark.parametrize("source", ["https://images.example/a.jpg", "HTTP:/images.example/a.jpg", "s3://bucket/a.jpg"])
def test_an_address_is_elsewhere_and_known_by_its_bytes_only(source: str, sources: Callable[..., Sources]) -> None:
    found = sources(folder=True).locate(source)
    assert (found.elsewhere, found.identity) == (True, None)


def test_what_is_nowhere_is_refused(sources: Callable[..., Sources]) -> None:
    with pytest.raises(NotAllowed, match="a source is a path, or an address with http, https, s3, gs or az"):
        sources(folder=True).locate("file:///etc/passwd")
    for source in (
        "https://other.example/a.jpg",
        "https:/images.example.evil/a.jpg",
        "s3://other/a.jpg",
        "gs://bucket/a.jpg",
    ):
        with pytest.raises(NotAllowed, match="pictures are not fetched from that"):
            sources(folder=True).locate(source)
    for folder in (True, False):
        with pytest.raises(NotFound):
            sources(folder=folder).locate("dog.jpg")


def test_a_root_that_is_gone_is_said_to_be(sources: Callable[..., Sources], tmp_path: Path) -> None:
    found = sources(folder=True)
    asyncio.run(found.check())
    (tmp_path / "root").rename(tmp_path / "moved")
    with pytest.raises(Unavailable):
        asyncio.run(found.check())
    with pytest.raises(Unavailable):
        found.locate("cat.jpg")
