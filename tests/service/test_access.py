"""Who gets what: signatures, the sizes and buckets that are served, and what is refused before anything is read."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem
from libthumbor import CryptoURL

from focalbox.service.dialects.signing import Key, sign
from focalbox.storage.fsspec_store import filesystem_of
from service.servers import SECRET, Opened, image_of


def test_signatures_are_needed_and_come_first(opened: Opened, pictures: Path) -> None:
    service = opened(root=pictures, keys=f"new:{SECRET},old:{SECRET} too", thumbor_key="a thumbor key")
    soon = int(time.time()) + 60
    target = "/v1/crop/60x40/coffee.jpg?fit=tight"
    for key in (Key("new", SECRET), Key("old", f"{SECRET} too")):
        assert service.ask(sign(target, key, soon)).status == 200
    assert service.ask(sign(target, Key("new", "another secret altogether"), soon)).status == 403
    assert service.ask(sign(target, Key("new", SECRET), 1)).status == 403
    for other in (target, "/v1/crop/nonsense/%zz", "/unsafe/60x40/coffee.jpg", "/smart_crop=w:5,h:5/coffee.jpg",
                  "/v1/nonsense/", "/v1/crop/60x40/missing.jpg"):  # fmt: skip
        answer = service.ask(other)
        assert answer.status == 403, other
        answer.problem()
    assert service.ask("/v1/crop", "POST", b"", {"content-type": "image/jpeg"}).status == 403
    thumbor = CryptoURL(key="a thumbor key").generate(image_url="coffee.jpg", width=60, height=40, smart=True)
    assert service.ask(thumbor).status == 200
    assert service.ask(thumbor.replace("60x40", "61x40")).status == 403


def test_only_listed_sizes_are_served(opened: Opened, pictures: Path) -> None:
    service = opened(root=pictures, allow_unsigned="true", sizes="60x40,1:1")
    assert service.ask("/v1/crop/60x40/coffee.jpg").status == 200
    assert service.ask("/v1/plan/60x40,1:1/coffee.jpg").status == 200
    for other in ("/v1/crop/61x40/coffee.jpg", "/v1/plan/60x40,free/coffee.jpg", "/unsafe/300x200/smart/coffee.jpg"):
        answer = service.ask(other)
        assert answer.status == 403
        assert "60x40, 1:1" in answer.problem()


def test_where_a_crop_of_an_upload_would_be_is_told_for_every_size(opened: Opened, pictures: Path) -> None:
    service = opened(root=pictures, allow_unsigned="true", sizes="60x40")
    content = (pictures / "coffee.jpg").read_bytes()
    status = {
        target: service.ask(target, "POST", content, {"content-type": "image/jpeg"}).status
        for target in (
            "/v1/plan?size=61x40,free",
            "/v1/crop?size=60x40",
            "/v1/crop?size=61x40",
            "/v1/explain?size=61x40",
        )
    }
    assert list(status.values()) == [200, 200, 403, 403]


def test_only_pictures_in_allowed_buckets_are_served(opened: Opened, pictures: Path) -> None:
    store = MemoryFileSystem()
    store.pipe_file("/photos/pets/cat.jpg", (pictures / "chelsea.jpg").read_bytes())
    service = opened({"bucket_filesystem": store}, buckets="photos", allow_unsigned="true")
    assert image_of(service.ask("/v1/crop/60x40/s3://photos/pets/cat.jpg").content).size == (60, 40)
    for address, status in (("s3://photos/missing.jpg", 404), ("s3://other/pets/cat.jpg", 403), ("s3://photos/", 403)):
        answer = service.ask(f"/v1/crop/60x40/{address}")
        assert answer.status == status
        answer.problem()


def test_a_bucket_of_a_server_that_speaks_s3(opened: Opened, pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moto = pytest.importorskip("moto.server", reason="an S3 server comes with requirements/batch.txt")
    s3fs = pytest.importorskip("s3fs", reason="the extra s3 is not installed")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {"ACCESS_KEY_ID": "test", "SECRET_ACCESS_KEY": "test", "DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    s3fs.S3FileSystem.clear_instance_cache()  # another test's server is gone
    filesystem_of.cache_clear()
    try:
        store = s3fs.S3FileSystem(skip_instance_cache=True)
        store.mkdir("photos")
        store.pipe_file("photos/pets/cat.jpg", (pictures / "chelsea.jpg").read_bytes())
        service = opened(buckets="photos", allow_unsigned="true", limit_bytes=1_000_000)
        assert image_of(service.ask("/v1/crop/60x40/s3://photos/pets/cat.jpg").content).size == (60, 40)
        assert service.ask("/v1/crop/60x40/s3://photos/missing.jpg").status == 404
        store.pipe_file("photos/large.jpg", b"\xff\xd8\xff" * 400_000)
        assert service.ask("/v1/crop/60x40/s3://photos/large.jpg").status == 413
    finally:
        server.stop()
