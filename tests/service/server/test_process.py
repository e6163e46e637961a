"""Draining: readiness says no at once, requests are taken for a while, then the process ends with 0."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from service.servers import SECONDS, Neighbour, Running, receive

CLIENTS = 16
"""Clients that ask at once while the service ends."""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_requests_are_taken_while_it_drains(running: Callable[..., Running], pictures: Path, number: int) -> None:
    started = running("--root", str(pictures), "--allow-unsigned", "--drain", "5")
    assert started.get("/readyz").startswith(b"HTTP/1.1 200")
    told = time.monotonic()
    started.process.send_signal(number)
    while started.get("/readyz").startswith(b"HTTP/1.1 200"):
        assert time.monotonic() < told + 4, "readiness still says yes"
    assert b'"stopping"' in started.get("/readyz")
    assert started.get("/v1/crop/40x40/coffee.jpg").startswith(b"HTTP/1.1 200")
    assert started.process.wait(SECONDS) == 0
    assert time.monotonic() - told >= 5


async def _ask_until_refused(port: int, told: asyncio.Event, *, kept: bool) -> list[bytes]:
    """Ask over and over, on a connection each or on one as long as it is kept, until no connection is taken any more."""
    statuses: list[bytes] = []
    request = b"GET /healthz HTTP/1.1\r\nHost: a\r\n%b\r\n" % (b"" if kept else b"Connection: close\r\n")
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            return statuses
        head = b""
        while b"connection: close" not in head.lower():
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")  # a reset, or an end without an answer, fails the test
            statuses.append(head[9:12])
            await reader.readexactly(len(b'{"status":"alive"}'))
            told.set()
        writer.close()


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("kept", [False, True])
def test_whoever_connects_at_the_very_end_is_answered_or_refused_and_never_reset(
    running: Callable[..., Running],
    workers: str,
    kept: bool,  # noqa: FBT001 - a case
) -> None:
    started = running("--allow-unsigned", "--workers", workers, "--drain", "1")

    async def ask_all() -> list[list[bytes]]:
        told = [asyncio.Event() for _ in range(CLIENTS)]
        asking = [asyncio.ensure_future(_ask_until_refused(started.port, one, kept=kept)) for one in told]
        for one in told:
            await one.wait()
        started.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(asyncio.gather(*asking), SECONDS)

    for statuses in asyncio.run(ask_all()):
        assert set(statuses) == {b"200"}
    assert started.process.wait(SECONDS) == 0


@pytest.mark.parametrize("numbers", [[signal.SIGINT], [signal.SIGTERM, signal.SIGTERM]])
def test_control_c_and_a_second_signal_do_not_wait(running: Callable[..., Running], numbers: list[int]) -> None:
    started = running("--allow-unsigned", "--drain", "600")
    for number in numbers[:-1]:
        started.process.send_signal(number)
        while started.get("/readyz").startswith(b"HTTP/1.1 200"):
            pass  # until it has been seen: two signals at once are one
    started.process.send_signal(numbers[-1])
    started.process.wait(SECONDS)


def test_a_root_that_vanishes_is_not_a_missing_picture(
    running: Callable[..., Running], pictures: Path, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "coffee.jpg").write_bytes((pictures / "coffee.jpg").read_bytes())
    started = running("--root", str(root), "--allow-unsigned")
    assert started.get("/v1/crop/40x40/coffee.jpg").startswith(b"HTTP/1.1 200")
    assert started.get("/v1/crop/40x40/tea.jpg").startswith(b"HTTP/1.1 404")
    root.rename(tmp_path / "elsewhere")
    assert started.get("/v1/crop/40x40/coffee.jpg").startswith(b"HTTP/1.1 503")
    assert started.get("/readyz").startswith(b"HTTP/1.1 503")
    assert started.get("/healthz").startswith(b"HTTP/1.1 200")
    (tmp_path / "elsewhere").rename(root)
    assert started.get("/v1/crop/40x40/coffee.jpg").startswith(b"HTTP/1.1 200")
    assert started.get("/readyz").startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_requests_that_take_longer_than_stopping_waits_are_told_to_come_again(
    running: Callable[..., Running], neighbour: Neighbour, tmp_path: Path, workers: str
) -> None:
    started = running(
        "--allow-unsigned",
        "--workers",
        workers,
        FOCALBOX_SERVICE_HOSTS=neighbour.place,
        FOCALBOX_SERVICE_ALLOW_PRIVATE="true",
        FOCALBOX_SERVICE_FETCH_SECONDS="300",
        FOCALBOX_SERVICE_STOP_SECONDS="1",
    )
    waiting = started.send(f"/v1/crop/40x40/http://{neighbour.place}/silent.jpg")
    assert neighbour.begun.wait(SECONDS)
    assert started.stop() == 0
    head, _, body = receive(waiting).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ")
    assert {b"cache-control: no-store", b"retry-after: 1", b"connection: close"} <= set(head.lower().split(b"\r\n"))
    assert json.loads(body)["detail"] == "the service is stopping: try again"
    lines = [json.loads(line) for line in (tmp_path / "log-0").read_text().splitlines()]
    assert [line["status"] for line in lines if "silent" in line.get("path", "")] == [503]
    assert not any("trace" in line for line in lines)


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT])
def test_a_signal_that_it_was_started_to_ignore_changes_nothing(workers: str, number: int) -> None:
    """``nohup`` lets the first be ignored, and a shell's ``&`` the second."""
    command = [sys.executable, "-m", "focalbox", "serve", "--allow-unsigned", "--port", "0", "--workers", workers]
    ignoring = ["sh", "-c", f"trap '' {int(number)}; exec \"$@\"", "sh"]
    with subprocess.Popen([*ignoring, *command], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            page = process.stdout.readline().split()[-1]
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("ascii").split()
            for one in (process.pid, *map(int, children)):
                os.kill(one, number)
            started = Running(process, int(page.rstrip("/").rpartition(":")[2]), page)
            assert b'"ready"' in started.get("/readyz")
            assert started.stop() == 0
        finally:
            process.kill()


EARLY = """
import signal, socket, sys
from focalbox.service.server.process import serve_on
from focalbox.service.settings import ServiceSettings

def stop_early(frame, event, _):
    if event == "call" and frame.f_code.co_qualname.endswith("Server.run"):
        sys.setprofile(None)
        signal.raise_signal(signal.SIGTERM)

with socket.socket() as listening:
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    sys.setprofile(stop_early)
    serve_on(listening, ServiceSettings(allow_unsigned=True))
"""


def test_a_stop_that_comes_before_the_server_listens_to_signals_is_not_lost() -> None:
    assert subprocess.run([sys.executable, "-c", EARLY], timeout=SECONDS, check=False).returncode == 0
