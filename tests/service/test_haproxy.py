"""The lines of docs/guides/cdn.md for HAProxy, run by a real one in front of the service."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.servers import SECONDS, Running, receive

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "cdn.md"
HAPROXY = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
CLIENT = "127.0.0.2"
"""A client's address, which is not the proxy's."""
INSIDE = (
    *("/", "/metrics", "/docs", "/openapi.json", "/page/docs.js"),
    *("/%6detrics", "/metrics?a=b", "/?a=b", "http://a", "http://a/metrics"),
)


def _ask(place: tuple[str, int], target: str) -> bytes:
    with socket.create_connection(place, SECONDS, source_address=(CLIENT, 0)) as connection:
        lines = [f"GET {target} HTTP/1.1", "Host: a", "Connection: close", "X-Forwarded-For: 203.0.113.9", "", ""]
        connection.sendall("\r\n".join(lines).encode())
        return receive(connection)


@pytest.mark.slow
@pytest.mark.parametrize("by_file", [False, True])
def test_haproxy_reaches_checks_and_names_its_clients(
    running: Callable[..., Running],
    pictures: Path,
    tmp_path: Path,
    by_file: bool,  # noqa: FBT001 - a case
) -> None:
    if HAPROXY is None:
        pytest.skip("haproxy is missing: `make tools` installs it")
    place = ("--unix-socket", str(tmp_path / "http")) if by_file else ()
    trusted = {"FOCALBOX_SERVICE_TRUSTED_PROXIES": "unix" if by_file else "127.0.0.1"}
    started = running("--root", str(pictures), "--allow-unsigned", *place, **trusted)
    (written,) = re.findall(r"```haproxy\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = f"unix@{started.unix_socket}" if by_file else f"127.0.0.1:{started.port}"
        for line, here in (("bind :80", f"bind fd@{listening.fileno()}"), ("127.0.0.1:8000", server)):
            assert written.count(line) == 1
            written = written.replace(line, here)
        (tmp_path / "haproxy.cfg").write_text(written)
        command = [HAPROXY, "-db", "-f", str(tmp_path / "haproxy.cfg")]
        process = subprocess.Popen(command, pass_fds=[listening.fileno()], stderr=subprocess.DEVNULL)
        try:
            outside = listening.getsockname()
            crop = _ask(
                outside, "/v1/crop/40x40/coffee.jpg"
            )  # it waits in the socket's queue until HAProxy has started
            assert crop.startswith(b"HTTP/1.1 200 ")
            assert crop.endswith(started.get("/v1/crop/40x40/coffee.jpg").partition(b"\r\n\r\n")[2])
            for target in INSIDE:
                assert b" 200 " in started.get(target), target
                answer = _ask(outside, target)
                assert answer.startswith(b"HTTP/1.1 404 "), target
                assert b"application/problem+json" not in answer, f"{target}: HAProxy itself answers"
            until = time.monotonic() + SECONDS
            while not (checks := [line for line in _lines(tmp_path) if line["path"] == "/readyz"][1:]):
                assert time.monotonic() < until, "it is not checked"
            assert {(line["status"], line["address"]) for line in checks} == {(200, "unix" if by_file else "127.0.0.1")}
            crops = [line["address"] for line in _lines(tmp_path) if line["path"].startswith("/v1/crop/")]
            assert crops[0] == CLIENT, "what HAProxy says counts, and not what the client has written"
        finally:
            process.terminate()
            process.wait(SECONDS)


def _lines(folder: Path) -> list[dict[str, Any]]:
    """Return the lines of the service's log about requests."""
    lines = [json.loads(line) for line in (folder / "log-0").read_text().splitlines()]
    return [line for line in lines if line["message"] == "request"]
