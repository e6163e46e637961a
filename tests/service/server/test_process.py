"""Draining: readiness says no at once, requests are taken for a while, then the process ends with 0."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from service.servers import SECONDS, Running


def _get(running: Running, target: str) -> bytes:
    with running.connect() as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_requests_are_taken_while_it_drains(running: Callable[..., Running], pictures: Path, number: int) -> None:
    started = running("--root", str(pictures), "--allow-unsigned", "--drain", "5")
    assert _get(started, "/readyz").startswith(b"HTTP/1.1 200")
    told = time.monotonic()
    started.process.send_signal(number)
    while _get(started, "/readyz").startswith(b"HTTP/1.1 200"):
        assert time.monotonic() < told + 4, "readiness still says yes"
    assert b'"stopping"' in _get(started, "/readyz")
    assert _get(started, "/v1/crop/40x40/coffee.jpg").startswith(b"HTTP/1.1 200")
    assert started.process.wait(SECONDS) == 0
    assert time.monotonic() - told >= 5


@pytest.mark.parametrize("numbers", [[signal.SIGINT], [signal.SIGTERM, signal.SIGTERM]])
def test_control_c_and_a_second_signal_do_not_wait(running: Callable[..., Running], numbers: list[int]) -> None:
    started = running("--allow-unsigned", "--drain", "600")
    for number in numbers[:-1]:
        started.process.send_signal(number)
        while _get(started, "/readyz").startswith(b"HTTP/1.1 200"):
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
    assert _get(started, "/v1/crop/40x40/coffee.jpg").startswith(b"HTTP/1.1 200")
    assert _get(started, "/v1/crop/40x40/tea.jpg").startswith(b"HTTP/1.1 404")
    root.rename(tmp_path / "elsewhere")
    assert _get(started, "/v1/crop/40x40/coffee.jpg").startswith(b"HTTP/1.1 503")
    assert _get(started, "/readyz").startswith(b"HTTP/1.1 503")
    assert _get(started, "/healthz").startswith(b"HTTP/1.1 200")
    (tmp_path / "elsewhere").rename(root)
    assert _get(started, "/v1/crop/40x40/coffee.jpg").startswith(b"HTTP/1.1 200")
    assert _get(started, "/readyz").startswith(b"HTTP/1.1 200")


EARLY = """
import signal, socket, sys
from focalbox.service.server.process import serve_on
from focalbox.service.settings import ServiceSettings

def stop_early(frame, event, _):
    if event == "call" and frame.f_code.co_qualname == "Server.run":
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
