"""Stores behind fsspec: objects written, listed, read and removed, and schemes that need a package."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

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


class Pages(BaseHTTPRequestHandler):
    """A page of links, one of them dead, to pictures of which one is sent without its length."""

    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.answer(b"")

    def do_GET(self) -> None:
        self.answer(PAGES.get(self.path, b""))

    def answer(self, content: bytes) -> None:
        self.send_response(200 if self.path in PAGES else 404)
        self.send_header("ETag", f'"{len(self.path)}"')
        self.send_header("Content-Type", "text/html" if self.path == "/" else "image/jpeg")
        if self.path == "/chunks.jpg":
            self.send_header("Transfer-Encoding", "chunked")
            content = b"%x\r\n%b\r\n0\r\n\r\n" % (len(content), content) if content else b""
        else:
            self.send_header("Content-Length", str(len(PAGES.get(self.path, b""))))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


PAGES = {
    "/": b'<a href="/a.jpg">1</a> <a href="/chunks.jpg">2</a> <a href="/gone.jpg">3</a>',
    "/a.jpg": b"seven by",
    "/chunks.jpg": b"in parts",
}


@pytest.fixture
def site() -> Iterator[str]:
    pytest.importorskip("aiohttp", reason="fsspec reads http:// with it")
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def test_a_page_of_links_is_a_listing_with_the_lengths_of_what_it_links_to(site: str) -> None:
    store = FsspecStore(tries=1)
    found = {entry.name: entry for entry in store.list(site)}
    assert {name: entry.bytes for name, entry in found.items()} == {"a.jpg": 8, "chunks.jpg": -1, "gone.jpg": -1}
    assert found["a.jpg"].stamp
    for name in ("a.jpg", "chunks.jpg"):
        assert store.read(found[name].address, 10)[0] == PAGES[f"/{name}"]
    with pytest.raises(FetchError, match="there is no file"):
        store.read(found["gone.jpg"].address, 10)


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
