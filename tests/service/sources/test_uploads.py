"""Pictures that are uploaded."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from focalbox.service.dialects.signing import Key, sign
from pictures import encoded
from service.servers import SECRET, Opened, Running, Service, image_of, receive


@pytest.mark.parametrize("kind", ["image/jpeg", "application/octet-stream", "multipart", ""])
def test_uploads(service: Service, pictures: Path, kind: str) -> None:
    body = (pictures / "coffee.jpg").read_bytes()
    expected = service.ask("/v1/crop/90x60/coffee.jpg").content
    if kind == "multipart":
        kind = "multipart/form-data; boundary=XX"
        body = b'--XX\r\nContent-Disposition: form-data; name="p"; filename="a.jpg"\r\n\r\n' + body + b"\r\n--XX--\r\n"
    headers = {"content-type": kind} if kind else {}
    answer = service.ask("/v1/crop?size=90x60", "POST", body, headers)
    assert (answer.status, answer.content) == (200, expected)
    assert answer.headers["cache-control"] == "no-store"
    plan = service.ask("/v1/plan?size=90x60,1:1&size=free", "POST", body, headers)
    assert len(plan.json()["crops"]) == 3
    assert service.ask("/v1/map", "POST", body, headers).headers["content-type"] == "image/png"
    assert service.ask("/v1/explain?size=1:1", "POST", body, headers).status == 200


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("image/jpeg", b"", 422),
        ("image/jpeg", b"Dear Sir", 415),
        ("text/html", b"<html>", 415),
        ("image/jpeg", b"\xff\xd8\xff\xe0", 422),
        ("multipart/form-data", b"", 400),
        ("multipart/form-data; boundary=XX", b"no form", 400),
        (
            "multipart/form-data; boundary=XX",
            b"--XX\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--XX--\r\n",
            400,
        ),
        ("multipart/form-data; boundary=XX", b"--XX--\r\n", 400),
        ("image/jpeg", b"\xff" * 3_000_001, 413),
    ],
)
def test_a_broken_upload_is_a_problem_with_its_status(opened: Opened, kind: str, body: bytes, status: int) -> None:
    service = opened(allow_unsigned="true", limit_bytes=3_000_000)
    answer = service.ask("/v1/crop?size=90x60", "POST", body, {"content-type": kind})
    assert answer.status == status, answer.content
    answer.problem()


@pytest.mark.parametrize("kind", ["image/jpeg", "application/json"])
def test_a_compressed_body_is_refused_by_the_name_of_its_encoding(service: Service, kind: str) -> None:
    answer = service.ask("/v1/plan?size=1:1", "POST", b"\x1f\x8b", {"content-type": kind, "content-encoding": "gzip"})
    assert answer.status == 415
    assert "'gzip'" in answer.problem()


@pytest.mark.parametrize(("kind", "room"), [("image/jpeg", 0), ("multipart/form-data; boundary=XX", 65_536)])
def test_the_length_that_is_said_is_the_one_that_is_refused(opened: Opened, kind: str, room: int) -> None:
    service = opened(allow_unsigned="true", limit_bytes=3_000_000)
    headers = {"content-type": kind, "content-length": str(3_000_001 + room)}
    answer = service.ask("/v1/crop?size=90x60", "POST", b"", headers)
    assert answer.status == 413
    assert "this one has 2.9 MB or more" in answer.problem()


def test_the_page_may_upload_with_its_own_address(opened: Opened, pictures: Path) -> None:
    service = opened(root=pictures, keys=f"k:{SECRET}", sizes="500x200")
    body = (pictures / "coffee.jpg").read_bytes()
    page = sign("/", Key("k", SECRET), int(time.time()) + 60)
    kind = {"content-type": "image/jpeg"}
    query = page.partition("?")[2]
    assert service.ask(page).status == 200
    assert service.ask("/v1/plan?size=1:1", "POST", body, {**kind, "x-focalbox-page": query}).status == 200
    assert service.ask("/v1/plan?size=1:1", "POST", body, {**kind, "x-focalbox-page": query + "x"}).status == 403
    assert service.ask("/page/demos.json").status == 403
    demos = service.ask("/page/demos.json", headers={"x-focalbox-page": query}).json()
    assert image_of(service.ask(f"/page/demo/{demos[0]}", headers={"x-focalbox-page": query}).content).width > 100
    assert service.ask("/page/demo/..%2fsecret", headers={"x-focalbox-page": query}).status == 404


@pytest.mark.slow
def test_a_large_form_needs_no_temporary_file(running: Callable[..., Running], small_disk: Path) -> None:
    started = running("--allow-unsigned", TMPDIR=str(small_disk))
    noise = np.random.default_rng(0).integers(0, 256, (1000, 1000, 3), dtype=np.uint8)
    content = encoded(noise, "png")
    assert len(content) > 2 * 2**20, "twice what the disk holds"
    form = (
        b"--x\r\n" + b'Content-Disposition: form-data; name="p"; filename="a.png"\r\n\r\n' + content + b"\r\n--x--\r\n"
    )
    with started.connect() as connection:
        head = f"POST /v1/crop?size=50x50 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {len(form)}\r\n"
        connection.sendall(head.encode() + b"Content-Type: multipart/form-data; boundary=x\r\n\r\n" + form)
        assert receive(connection).startswith(b"HTTP/1.1 200 ")
