"""Serving well: shared work, refusals, clients that leave, a graceful stop, Redis, logs without secrets."""

from __future__ import annotations

import asyncio
import concurrent.futures
import json
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from focalbox.service.command import _listening, sign
from focalbox.service.middleware import without_secrets
from focalbox.service.settings import ServiceSettings
from service.servers import SECONDS, Answer, Running, Service, Watched


def _together(service: Service, targets: list[str]) -> list[Answer]:
    async def ask() -> list[Answer]:
        return await asyncio.gather(*map(service.asked, targets))

    answers: list[Answer] = service.run(ask())
    return answers


def test_many_sizes_at_once_are_one_look(watched: Callable[..., tuple[Service, Watched]]) -> None:
    service, model = watched()
    targets = [f"/v1/crop/{side}x{side}/coffee.jpg" for side in range(20, 36)] * 2
    answers = _together(service, [*targets, "/v1/plan/1:1/coffee.jpg", "/v1/map/coffee.jpg"])
    assert {answer.status for answer in answers} == {200}
    assert model.looks == 1
    by_target = dict(zip(targets, answers, strict=False))
    assert all(answer.content == by_target[target].content for target, answer in zip(targets, answers, strict=False))
    service.ask("/unsafe/77x33/smart/coffee.jpg")
    assert model.looks == 1


def test_the_same_picture_by_another_name_is_one_look(watched: Callable[..., tuple[Service, Watched]]) -> None:
    service, model = watched()
    service.ask("/v1/crop/30x30/chelsea.jpg")
    service.ask("/v1/crop/40x30/pets/my%20cat%20%C3%A9.jpg")
    assert model.looks == 1


SETTLED = [
    "/v1/crop/300x200/coffee.jpg",
    "/v1/crop/40x40/coffee.jpg?fit=contain",
    "/v1/crop/40x40/coffee.jpg?focus=0.2,0.5",
    "/unsafe/40x40/left/coffee.jpg",
    "/unsafe/fit-in/40x40/coffee.jpg",
    "/unsafe/0x50/coffee.jpg",
    "/unsafe/rs:fill:40:40/plain/coffee.jpg",
    "/resize=w:60/coffee.jpg",
]
"""Addresses of a picture of 600x400 for which it does not matter what is in it."""


def test_where_it_does_not_matter_nobody_looks(watched: Callable[..., tuple[Service, Watched]]) -> None:
    service, model = watched()
    first = {target: service.ask(target).content for target in SETTLED}
    assert model.looks == 0
    smart = service.ask("/v1/crop/40x40/coffee.jpg").content
    assert model.looks == 1, "what nobody looked at is not taken for a picture in which there is nothing"
    assert smart == watched()[0].ask("/v1/crop/40x40/coffee.jpg").content != first["/unsafe/40x40/left/coffee.jpg"]
    assert {target: service.ask(target).content for target in SETTLED} == first
    assert [service.ask("/v1/plan/300x200/coffee.jpg").status, model.looks] == [200, 1]
    service.ask("/v1/crop/300x200/chelsea.jpg?keep_metadata=true")
    assert model.looks == 2, "its focal point is written into the file"


TRIMS = ("", "?trim=top-left", "?trim=bottom-right", "?trim=top-left:30")


def test_a_picture_is_another_one_with_another_border_off(watched: Callable[..., tuple[Service, Watched]]) -> None:
    service, model = watched()
    alone = {trim: watched()[0].ask(f"/v1/plan/40x30/scan.png{trim}").content for trim in TRIMS}
    for _ in range(2):
        for trim in TRIMS:
            assert service.ask(f"/v1/plan/40x30/scan.png{trim}").content == alone[trim]
    assert model.looks == len(TRIMS)
    crops = [service.ask(f"/v1/crop/40x30/scan.png{trim}") for trim in TRIMS]
    together = _together(service, [f"/v1/crop/40x30/scan.png{trim}" for trim in TRIMS] * 2)
    assert [answer.content for answer in together] == [answer.content for answer in crops] * 2
    assert len({answer.headers["etag"] for answer in crops}) == len(TRIMS)
    assert crops[0].content != crops[1].content
    assert crops[1].content == crops[2].content, "the border is the same at both corners"
    service.ask("/unsafe/trim/50x30/smart/scan.png")
    assert model.looks == len(TRIMS)


def test_without_a_cache_every_answer_is_the_same(watched: Callable[..., tuple[Service, Watched]]) -> None:
    service, model = watched(cache="none")
    kept, _ = watched()
    for target in ("/v1/crop/30x30/coffee.jpg", "/v1/crop/300x220/coffee.jpg", "/v1/crop/30x30/coffee.jpg?zoom=1"):
        assert service.ask(target).content == kept.ask(target).content == kept.ask(target).content
    assert model.looks == 3


def test_beyond_the_queue_the_answer_is_503(watched: Callable[..., tuple[Service, Watched]]) -> None:
    service, model = watched(at_work=1, waiting=1, cache="none")
    model.open.clear()
    with concurrent.futures.ThreadPoolExecutor(2) as others:
        first = others.submit(service.ask, "/v1/crop/30x30/coffee.jpg")
        assert model.begun.acquire(timeout=SECONDS)
        second = others.submit(service.ask, "/v1/crop/30x30/rocket.jpg")
        while b"focalbox_admitted 2.0" not in service.ask("/metrics").content:
            assert not second.done()
        refused = service.ask("/v1/crop/30x30/astronaut.jpg")
        assert (refused.status, refused.headers["retry-after"]) == (503, "1")
        refused.problem()
        assert service.ask("/v1/crop/30x30/nothing.jpg").status == 503, "a refusal does not look for the picture"
        assert service.ask("/v1/crop/0x0/nothing.jpg").status == 503, "nor does it read what is asked for"
        assert b'status="503"} 3.0' in service.ask("/metrics").content
        assert service.ask("/healthz").status == 200
        model.open.set()
        assert (first.result().status, second.result().status) == (200, 200)
    assert service.ask("/v1/crop/30x30/astronaut.jpg").status == 200


def test_a_client_that_leaves_drops_its_work(watched: Callable[..., tuple[Service, Watched]]) -> None:
    service, model = watched(at_work=1, waiting=9, cache="none")
    model.open.clear()

    async def leave() -> list[Answer]:
        gone = asyncio.Event()
        busy = asyncio.ensure_future(service.asked("/v1/crop/30x30/coffee.jpg"))
        await asyncio.to_thread(model.begun.acquire)
        left = [
            asyncio.ensure_future(service.asked(f"/v1/crop/30x30/{name}.jpg", gone=gone))
            for name in ("rocket", "chelsea", "rocket")
        ]
        while b"focalbox_admitted 4.0" not in (await service.asked("/metrics")).content:
            await asyncio.wait(left, timeout=0.001)
        gone.set()
        answers = await asyncio.gather(*left)
        model.open.set()
        return [await busy, *answers]

    answers = service.run(leave())
    assert [answer.status for answer in answers] == [200, 0, 0, 0]
    assert model.looks == 1, "what nobody waits for is not begun"
    assert b"focalbox_admitted 0.0" in service.ask("/metrics").content


def _send(running: Running, target: str) -> socket.socket:
    connection = running.connect()
    connection.sendall(f"GET {target} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n".encode())
    return connection


def _receive(connection: socket.socket) -> bytes:
    with connection:
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_stop_loses_nothing_that_was_accepted(running: Callable[..., Running], pictures: Path) -> None:
    started = running("--root", str(pictures), "--allow-unsigned", "--at-work", "1", "--waiting", "500")
    connections = [_send(started, f"/v1/explain/{side}x{side}/coffee.jpg") for side in range(100, 124)]
    with started.connect() as asking:  # until all of them are in
        text = b""
        while b"focalbox_admitted 24.0" not in text and b"focalbox_admitted 23.0" not in text:
            asking.sendall(b"GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n")
            text = _one_answer(asking)
            if b'answer="explain"' in text:
                break
    assert started.stop() == 0
    answers = [_receive(connection) for connection in connections]
    assert all(answer.startswith(b"HTTP/1.1 200") for answer in answers)
    assert all(answer.endswith(b"IEND\xaeB`\x82") for answer in answers)


def _one_answer(connection: socket.socket) -> bytes:
    text = b""
    while b"\r\n\r\n" not in text:
        text += connection.recv(65536)
    head, _, body = text.partition(b"\r\n\r\n")
    length = int(next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))[15:])
    while len(body) < length:
        body += connection.recv(65536)
    return body


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"NONSENSE\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 16_384, 431),  # and no end of it yet
        (b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + b"A: b\r\n" * 5000 + b"\r\n", 431),
        (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 414),
        (b"GET /" + b"a" * 16_384, 414),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"POST /v1/crop HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400),
        (b"POST /v1/crop HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nno length\r\n" + b"a" * 20_000, 400),
    ],
)
def test_what_is_no_request_gets_a_problem_document(
    running: Callable[..., Running], request_: bytes, status: int
) -> None:
    started = running("--allow-unsigned")
    with started.connect() as connection:
        connection.sendall(request_)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    problem = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert problem["status"] == status
    said = {400: ("a request", "the chunks of a body"), 414: ("an address has",), 431: ("a request has at most",)}
    assert problem["detail"].startswith(said[status])
    assert started.stop() == 0


def test_logs_are_lines_of_json_without_secrets(
    running: Callable[..., Running], pictures: Path, tmp_path: Path
) -> None:
    secret = "a secret that nobody reads"
    environment = {"FOCALBOX_SERVICE_KEYS": f"k:{secret}", "FOCALBOX_SERVICE_THUMBOR_KEY": secret}
    started = running("--root", str(pictures), **environment)
    _receive(_send(started, "/v1/crop/30x30/coffee.jpg?expires=9999999999&key=k&signature=" + "A" * 43))
    _receive(_send(started, "/" + "B" * 27 + "=/30x30/coffee.jpg"))
    _receive(_send(started, "/smart_crop=w:5,h:5/security=p:CCCC,s:DDDD/coffee.jpg"))
    assert started.stop() == 0
    text = (tmp_path / "log-0").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    asked = [line for line in lines if line["message"] == "request" and line["path"] != "/readyz"]
    assert [line["status"] for line in asked] == [403, 403, 403]
    assert {"id", "method", "path", "dialect", "status", "bytes", "milliseconds"} <= set(asked[0])
    assert not any(word in text for word in (secret, "A" * 43, "B" * 27, "CCCC", "DDDD"))


@pytest.mark.parametrize(
    ("trusted", "said", "logged"),
    [
        ("127.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.5", "203.0.113.5"),
        ("127.0.0.0/8", "198.51.100.1, 203.0.113.5, 127.0.0.9", "203.0.113.5"),
        ("10.0.0.0/8", "203.0.113.5", "127.0.0.1"),
        ("127.0.0.1", "y" * 9000, "y" * 45),
        ("127.0.0.1", "\x1b[31m", "\x1b[31m"),
    ],
)
def test_the_client_behind_a_trusted_proxy_is_logged_and_nothing_breaks_the_line(
    running: Callable[..., Running], tmp_path: Path, trusted: str, said: str, logged: str
) -> None:
    started = running("--allow-unsigned", FOCALBOX_SERVICE_TRUSTED_PROXIES=trusted)
    with started.connect() as connection:
        connection.sendall(f"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {said}\r\n\r\n".encode())
        _one_answer(connection)
    assert started.stop() == 0
    text = (tmp_path / "log-0").read_text()
    assert "\x1b" not in text
    asked = [json.loads(line) for line in text.splitlines()]
    assert [line["address"] for line in asked if line.get("path") == "/healthz"] == [logged]


def test_paths_are_logged_without_what_opens_doors() -> None:
    for path in ("/v1/crop/5x5/https://user:word@host/a.jpg?word=1", "/v1/crop/5x5/https%3A%2F%2Fuser:word@host/a"):
        assert "word" not in without_secrets(path)


def test_what_is_signed_on_the_command_line_is_served(running: Callable[..., Running], pictures: Path) -> None:
    from click.testing import CliRunner  # noqa: PLC0415 - only here

    key = "k:a secret of the command line"
    started = running("--root", str(pictures), "--key", key)
    signed = CliRunner().invoke(
        sign, [f"{started.place}/v1/crop/30x30/coffee.jpg", "--key", key], catch_exceptions=False
    )
    address = signed.output.strip().removeprefix(started.place)
    assert _receive(_send(started, address)).startswith(b"HTTP/1.1 200")
    assert _receive(_send(started, address.replace("30x30", "31x30"))).startswith(b"HTTP/1.1 403")


def test_the_command_refuses_in_one_sentence(running: Callable[..., Running]) -> None:
    import sys  # noqa: PLC0415 - only here

    for arguments in (["serve", "--root", "/nowhere"], ["serve", "--port", "x"], ["sign", "/v1/map/a.jpg"],
                      ["serve", "--port", "99999"]):  # fmt: skip
        run = subprocess.run(
            [sys.executable, "-m", "focalbox", *arguments], capture_output=True, text=True, check=False, timeout=60
        )
        assert run.returncode == 2, run
        assert run.stderr.startswith("focalbox: ")
        assert len(run.stderr.splitlines()) == 1


def test_answers_do_not_wait_for_acknowledgements() -> None:
    """Sockets whose protocol is not named get no TCP_NODELAY from asyncio: 44 ms an answer instead of 2."""

    async def accepted() -> int:
        connected = asyncio.get_running_loop().create_future()

        class Seen(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                peer = transport.get_extra_info("socket")
                connected.set_result(peer.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
                transport.close()

        with _listening(ServiceSettings(port=0)) as listening:
            server = await asyncio.get_running_loop().create_server(Seen, sock=listening)
            _, writer = await asyncio.open_connection(*listening.getsockname())
            found = int(await connected)
            writer.close()
            server.close()
            await server.wait_closed()
        return found

    assert asyncio.run(accepted()) != 0
