"""Buckets of all three kinds, by their real clients against servers on loopback that speak their protocols."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import fsspec
import pytest

from focalbox.errors import InvalidRequest
from focalbox.imaging.limits import Limits
from focalbox.service.problems import NotAllowed
from focalbox.service.sources.buckets import Buckets
from focalbox.storage.fsspec_store import filesystem_of
from service.servers import SECONDS, Service

Opened = Callable[..., Service]


class _Store(BaseHTTPRequestHandler):
    """Answers for objects as Google's JSON API, Azure's Blob service and S3 do, as far as reading them goes."""

    protocol_version = "HTTP/1.1"
    objects: dict[str, bytes]
    asked: list[str]
    broken: threading.Event
    denied: threading.Event
    stalled: threading.Semaphore
    freed: threading.Event

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        parts = unquote(address.path).strip("/").split("/")
        self.asked.append(f"{self.command} {'media' if 'alt=media' in address.query else ''}".strip())
        if "slow" in parts:
            self.stalled.release()
            self.freed.wait(SECONDS)
            return self._send(404, b"{}", {})
        google = "o" in parts
        name = "/".join(part for part in parts[parts.index("photos") :] if part != "o")
        content = self.objects.get(name)
        if self.broken.is_set() or self.denied.is_set() or content is None:
            return self._send(500 if self.broken.is_set() else 403 if self.denied.is_set() else 404, b"{}", {})
        tag = {"ETag": f'"{hashlib.sha256(content).hexdigest()[:12]}"'}
        if google and "alt=media" not in address.query:
            about = {"name": name.partition("/")[2], "bucket": name.partition("/")[0], "size": str(len(content))}
            return self._send(200, json.dumps({**about, "etag": tag["ETag"], "contentType": "image/jpeg"}).encode(), {})
        fields = {**tag, "Last-Modified": formatdate(1_700_000_000, usegmt=True), "x-ms-blob-type": "BlockBlob"}
        asked = self.headers.get("x-ms-range") or self.headers.get("Range")
        if asked is None:
            return self._send(200, content, fields)
        start, _, end = asked.removeprefix("bytes=").partition("-")
        if not content:
            return self._send(416, b"{}", fields)
        part = content[int(start) : int(end or len(content)) + 1]
        fields["Content-Range"] = f"bytes {start}-{int(start) + len(part) - 1}/{len(content)}"
        return self._send(206, part, fields)

    def _send(self, status: int, content: bytes, fields: dict[str, str]) -> None:
        self.send_response(status)
        kind = "application/json" if content.startswith(b"{") else "image/jpeg"
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **fields}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            with contextlib.suppress(OSError):
                self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the signature of the standard library
        pass


def _forget_clients() -> None:
    """Let no client of another test's server be taken again."""
    filesystem_of.cache_clear()
    for client in tuple(fsspec.registry.values()):
        client.clear_instance_cache()


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[_Store]]:
    events = {name: threading.Event() for name in ("broken", "denied", "freed")}
    handler = type("Store", (_Store,), {"objects": {}, "asked": [], "stalled": threading.Semaphore(0), **events})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    place = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", place)
    monkeypatch.setenv("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")  # it would ask for the kind of each bucket first
    account = "DefaultEndpointsProtocol=http;AccountName=acme;AccountKey=a2V5"
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", f"{account};BlobEndpoint={place}/acme")
    s3 = {"ENDPOINT_URL_S3": place, "ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "b", "DEFAULT_REGION": "us-east-1"}
    for variable, value in s3.items():
        monkeypatch.setenv(f"AWS_{variable}", value)
    _forget_clients()
    yield handler
    events["freed"].set()
    _forget_clients()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.slow
@pytest.mark.parametrize(("scheme", "module"), [("gs", "gcsfs"), ("az", "adlfs")])
def test_pictures_in_buckets_of_other_stores_are_served(
    opened: Opened, pictures: Path, store: type[_Store], tmp_path: Path, scheme: str, module: str
) -> None:
    pytest.importorskip(module, reason="the extras gcs and azure come with requirements/batch.txt")
    content = (pictures / "chelsea.jpg").read_bytes()
    store.objects.update({"photos/pets/cat.jpg": content, "photos/large.jpg": b"\xff\xd8\xff" * 400_000})
    service = opened(
        buckets=f"{scheme}://photos", allow_unsigned="true", limit_bytes=1_000_000, fetched=tmp_path, fetch_seconds=2
    )
    address = f"/v1/crop/60x40/{scheme}://photos/pets/cat.jpg"
    first = service.ask(address)
    assert (first.status, first.headers["content-type"]) == (200, "image/jpeg"), first
    fetched = len(store.asked)
    assert service.ask(address.replace("60x40", "40x40")).status == 200
    assert len(store.asked) - fetched < fetched, "only its tag was asked for"
    store.broken.set()
    assert service.ask(address).content == first.content, "a bucket that fails is stood in for"
    store.broken.clear()
    for name, status in (("missing.jpg", 404), ("large.jpg", 413)):
        answer = service.ask(f"/v1/crop/60x40/{scheme}://photos/{name}")
        assert answer.status == status, answer
        assert "photos" not in answer.problem(), "no addresses are told"
    del store.objects["photos/pets/cat.jpg"]
    assert service.ask(address).status == 404


@pytest.mark.slow
@pytest.mark.parametrize(("scheme", "module"), [("s3", "s3fs"), ("gs", "gcsfs"), ("az", "adlfs")])
def test_a_bucket_that_refuses_is_not_stood_in_for_and_an_empty_object_is_no_picture(
    opened: Opened, pictures: Path, store: type[_Store], tmp_path: Path, scheme: str, module: str
) -> None:
    pytest.importorskip(module, reason="the extras gcs and azure come with requirements/batch.txt")
    store.objects.update({"photos/cat é+%.jpg": (pictures / "chelsea.jpg").read_bytes(), "photos/empty.jpg": b""})
    service = opened(buckets=f"{scheme}://photos", allow_unsigned="true", fetched=tmp_path)
    address = f"/v1/crop/60x40/{scheme}://photos/cat%20%C3%A9+%25.jpg"
    assert service.ask(address).status == 200
    for other in ("/", "%3FversionId=7", "%3Fversionid=7"):
        assert service.ask(address + other).status == 404, "another address of the same picture"
    empty = service.ask(f"/v1/crop/60x40/{scheme}://photos/empty.jpg")
    assert empty.status in {415, 422}, empty
    store.denied.set()
    assert service.ask(address).status == 502, "what is kept may no longer be shown"


@pytest.mark.slow
@pytest.mark.parametrize(("scheme", "module"), [("s3", "s3fs"), ("gs", "gcsfs"), ("az", "adlfs")])
def test_a_bucket_that_hangs_keeps_no_other_waiting(
    opened: Opened, pictures: Path, store: type[_Store], scheme: str, module: str
) -> None:
    pytest.importorskip(module, reason="the extras come with requirements/batch.txt")
    store.objects["photos/cat.jpg"] = (pictures / "chelsea.jpg").read_bytes()
    buckets = f"{scheme}://photos,{scheme}://slow"
    service = opened(buckets=buckets, allow_unsigned="true", fetch_seconds=3, host_upstreams=16, upstreams=20)
    slow = [f"/v1/crop/60x40/{scheme}://slow/{number}.jpg" for number in range(16)]

    async def ask() -> list[int]:
        waiting = [asyncio.ensure_future(service.asked(target)) for target in slow]
        for _ in slow:
            await asyncio.to_thread(store.stalled.acquire, timeout=SECONDS)
        other = await service.asked(f"/v1/crop/60x40/{scheme}://photos/cat.jpg")
        return [other.status, *{answer.status for answer in await asyncio.gather(*waiting)}]

    assert service.run(ask()) == [200, 424]
    again = service.run(asyncio.wait_for(service.asked(slow[0]), SECONDS))
    assert again.status == 503, "its threads are still taken"
    assert service.ask(f"/v1/crop/40x40/{scheme}://photos/cat.jpg").status == 200
    store.freed.set()

    async def ask_again() -> set[int]:
        return {answer.status for answer in await asyncio.gather(*map(service.asked, slow))}

    until = time.monotonic() + SECONDS
    while 503 in service.run(
        ask_again()
    ):  # until its threads are free again: the store is there no longer than this test
        assert time.monotonic() < until


@pytest.mark.slow
@pytest.mark.parametrize(("scheme", "module"), [("s3", "s3fs"), ("gs", "gcsfs"), ("az", "adlfs")])
@pytest.mark.parametrize("fetched", [True, False])
def test_no_name_leads_out_of_a_bucket_or_by_another_way_to_the_same_picture(
    opened: Opened,
    pictures: Path,
    store: type[_Store],
    tmp_path: Path,
    scheme: str,
    module: str,
    fetched: bool,  # noqa: FBT001 - a case
) -> None:
    pytest.importorskip(module, reason="the extras come with requirements/batch.txt")
    store.objects["photos/cat.jpg"] = (pictures / "chelsea.jpg").read_bytes()
    more = {"fetched": tmp_path} if fetched else {}
    service = opened(buckets=f"{scheme}://photos", allow_unsigned="true", **more)
    before = len(store.asked)
    for key in ("../private/cat.jpg", "pets/../../private/cat.jpg", "..", "./cat.jpg", "a/./../cat.jpg", "cat.jpg%23"):
        answer = service.ask(f"/v1/crop/60x40/{scheme}://photos/{key}")
        assert (answer.status, answer.problem()) == (404, "there is no such picture"), key
    assert store.asked[before:] == []
    for key in ("..cat.jpg", "pets../cat.jpg", "cat..jpg"):
        store.objects[f"photos/{key}"] = store.objects["photos/cat.jpg"]
        assert service.ask(f"/v1/crop/60x40/{scheme}://photos/{key}").status == 200, key


@pytest.mark.parametrize(
    "address",
    ["s3://other/a.jpg", "gs://photos/a.jpg", "s3://photos/", "s3://photos", "az://", "memory://photos/a.jpg"],
)
def test_a_bucket_that_is_not_named_is_refused(address: str) -> None:
    with pytest.raises(NotAllowed, match="not fetched from that bucket"):
        Buckets(["photos"], Limits(), object(), seconds=1, most=1).check(address)


def test_the_name_without_a_scheme_is_one_of_s3() -> None:
    for name in ("photos", "s3://photos"):
        Buckets([name], Limits(), object(), seconds=1, most=1).check("s3://photos/a.jpg")


def test_an_extra_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(InvalidRequest, match=r"az:// need an extra: pip install 'focalbox\[service,azure\]'"):
        Buckets(["az://photos"], Limits(), seconds=1, most=1)


@pytest.mark.slow
def test_a_store_for_which_the_machine_has_no_settings_is_told_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("adlfs", reason="the extra azure comes with requirements/batch.txt")
    for name in ("CONNECTION_STRING", "ACCOUNT_NAME"):
        monkeypatch.delenv(f"AZURE_STORAGE_{name}", raising=False)
    _forget_clients()
    with pytest.raises(InvalidRequest, match=r"nothing here reads az:// addresses: .*account_name"):
        Buckets(["az://photos"], Limits(), seconds=1, most=1)
