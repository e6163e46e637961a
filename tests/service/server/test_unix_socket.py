"""The service on a unix socket, in one process and in several: requests, limits, log lines, and its end."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from service.servers import SECONDS, Running

CLIENTS = 16
"""Clients that ask at once while the service ends."""
FORWARDED = "X-Forwarded-For: 203.0.113.5"


def _addresses(log: Path) -> list[str]:
    """Return the addresses of the lines about requests, without the one that waits until the service is ready."""
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return [line["address"] for line in lines if line["message"] == "request"][1:]


@pytest.mark.parametrize(
    ("workers", "trusted", "address"), [("1", "127.0.0.1", "unix"), ("2", "unix,127.0.0.1", "203.0.113.5")]
)
def test_it_serves_and_leaves_nothing_behind(
    running: Callable[..., Running], pictures: Path, tmp_path: Path, workers: str, trusted: str, address: str
) -> None:
    place = tmp_path / "http.sock"
    settings = {"TRUSTED_PROXIES": trusted, "ADDRESS_CONNECTIONS": "1", "UNIX_SOCKET_MODE": "600"}
    named = {f"FOCALBOX_SERVICE_{name}": value for name, value in settings.items()}
    arguments = ("--root", str(pictures), "--allow-unsigned", "--workers", workers)
    started = running("--unix-socket", str(place), *arguments, **named)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert started.process.stdout is not None
    assert started.process.stdout.readline() == "page:    /\n"
    with started.connect() as kept:  # all clients are one address: a limit for each would let one of them in
        kept.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        assert kept.recv(65536).startswith(b"HTTP/1.1 200 ")
        for _ in range(4):
            assert started.get("/v1/crop/40x40/coffee.jpg", FORWARDED).startswith(b"HTTP/1.1 200 ")
        with started.connect() as broken:
            broken.sendall(b"nonsense\r\n\r\n")
            assert broken.recv(65536).startswith(b"HTTP/1.1 400 ")
        kept.sendall(b"GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n")
        assert kept.recv(65536).startswith(b"HTTP/1.1 200 ")
    assert started.stop() == 0
    assert not place.exists()
    assert _addresses(tmp_path / "log-0") == ["unix", *[address] * 4, "unix", "unix"]


def test_whoever_connects_at_the_very_end_is_answered_or_refused_and_never_reset(
    running: Callable[..., Running], tmp_path: Path
) -> None:
    place = tmp_path / "http.sock"
    started = running("--unix-socket", str(place), "--allow-unsigned", "--workers", "2", "--drain", "1")

    async def ask_until_refused(told: asyncio.Event) -> int:
        for count in range(10**9):
            try:
                reader, writer = await asyncio.open_unix_connection(place)
            except (FileNotFoundError, ConnectionRefusedError):
                return count
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            assert (await reader.read()).startswith(b"HTTP/1.1 200 ")
            told.set()
            writer.close()
        raise AssertionError

    async def ask_all() -> list[int]:
        told = [asyncio.Event() for _ in range(CLIENTS)]
        asking = [asyncio.ensure_future(ask_until_refused(one)) for one in told]
        for one in told:
            await one.wait()
        started.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(asyncio.gather(*asking), SECONDS)

    assert min(asyncio.run(ask_all())) > 1
    assert started.process.wait(SECONDS) == 0
    assert not place.exists()


def test_a_killed_service_is_succeeded_and_a_living_one_is_not(running: Callable[..., Running], tmp_path: Path) -> None:
    place = tmp_path / "http.sock"
    arguments = ("--allow-unsigned", "--unix-socket", str(place))
    first = running(*arguments)
    first.process.kill()
    first.process.wait(SECONDS)
    assert place.exists()
    second = running(*arguments)
    command = [sys.executable, "-m", "focalbox", "serve", *arguments]
    refused = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    said = f"focalbox: cannot listen at {place}: another process listens there\n"
    assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", said)
    assert second.get("/healthz").startswith(b"HTTP/1.1 200 ")
    second.process.send_signal(signal.SIGINT)
    second.process.wait(SECONDS)
    assert not place.exists()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_start_that_fails_leaves_no_socket(tmp_path: Path, workers: str) -> None:
    place = tmp_path / "http.sock"
    command = [sys.executable, "-m", "focalbox", "serve", "--allow-unsigned", "--unix-socket", str(place)]
    environment = {**os.environ, "FOCALBOX_MODEL": "none.onnx"}
    ended = subprocess.run(
        [*command, "--workers", workers], env=environment, capture_output=True, timeout=SECONDS, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr.count(b"\n")) == (2, b"", 1), ended.stderr
    assert not place.exists()


def test_a_worker_that_stops_by_itself_leaves_the_socket_to_the_others(
    running: Callable[..., Running], tmp_path: Path
) -> None:
    place = tmp_path / "http.sock"
    started = running("--allow-unsigned", "--workers", "2", "--unix-socket", str(place))
    children = Path(f"/proc/{started.process.pid}/task/{started.process.pid}/children")
    worker = int(children.read_text().split()[0])
    os.kill(worker, signal.SIGTERM)
    while str(worker) in children.read_text().split():
        assert started.get("/healthz").startswith(b"HTTP/1.1 200 ")
    assert place.exists()
    assert started.get("/healthz").startswith(b"HTTP/1.1 200 ")
    assert started.stop() == 0
    assert not place.exists()


def test_a_path_that_is_not_utf_8_is_served_and_printed_with_escapes(tmp_path: Path) -> None:
    place = os.fsencode(tmp_path) + b"/\xff.sock"
    command = [sys.executable, "-m", "focalbox", "serve", "--allow-unsigned", "--unix-socket", os.fsdecode(place)]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8:strict"}  # as it is in most languages but C
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"socket:  {tmp_path}/\\xff.sock\n"
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(place)
            client.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            assert client.recv(65536).startswith(b"HTTP/1.1 200 ")
        process.terminate()
        assert process.wait(SECONDS) == 0
