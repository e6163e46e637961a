"""What asks a running service whether it is ready: the container's HEALTHCHECK, wherever the service listens."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from focalbox.errors import InvalidRequest
from focalbox.service.server.health import why_not_ready
from focalbox.service.settings import ServiceSettings
from service.servers import SECONDS, Running

DOCKERFILE = Path(__file__).parents[3] / "Dockerfile"


def _healthcheck(**settings: str) -> subprocess.CompletedProcess[str]:
    """Do what the image's HEALTHCHECK does, with a container's variables."""
    written = re.search(r"^HEALTHCHECK [^\[]*CMD (\[.*\])$", DOCKERFILE.read_text().replace("\\\n", ""), re.MULTILINE)
    assert written
    command = json.loads(written[1])
    assert command[0] == "focalbox"
    named = {f"FOCALBOX_SERVICE_{name}": value for name, value in settings.items()}
    return subprocess.run(
        [sys.executable, "-m", *command],
        env={**os.environ, "http_proxy": "http://127.0.0.1:9", **named},  # of which it must make no use
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


@pytest.mark.parametrize("by_file", [False, True])
def test_the_image_is_healthy_while_its_service_takes_requests(
    running: Callable[..., Running],
    tmp_path: Path,
    by_file: bool,  # noqa: FBT001 - a case
) -> None:
    place = tmp_path / "http"
    root = tmp_path / "root"
    root.mkdir()
    arguments = ("--unix-socket", str(place)) if by_file else ("--host", "::")
    started = running("--allow-unsigned", "--root", str(root), *arguments)
    settings = {"UNIX_SOCKET": str(place)} if by_file else {"HOST": "::", "PORT": str(started.port)}
    healthy = _healthcheck(**settings)
    assert (healthy.returncode, healthy.stdout, healthy.stderr) == (0, "", "")
    root.rename(tmp_path / "elsewhere")
    named = str(place) if by_file else f":::{started.port}"
    assert why_not_ready(_settings(**settings)) == f'{named} answers 503: {{"status":"no pictures"}}'
    assert started.stop() == 0
    sick = _healthcheck(**settings)
    reason = "No such file or directory" if by_file else "Connection refused"
    assert (sick.returncode, sick.stdout, sick.stderr) == (1, "", f"focalbox: no answer from {named}: {reason}\n")


def _settings(**named: str) -> ServiceSettings:
    return ServiceSettings.of({f"FOCALBOX_SERVICE_{name}": value for name, value in named.items()})


@pytest.fixture
def answering() -> Iterator[Callable[[bytes], ServiceSettings]]:
    """Return what starts a server that answers once, with given bytes, and returns the settings that name it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threads: list[threading.Thread] = []

        def start(content: bytes) -> ServiceSettings:
            def answer() -> None:
                with listening.accept()[0] as connection:
                    connection.recv(65536)
                    connection.sendall(content)

            threads.append(threading.Thread(target=answer))
            threads[0].start()
            return _settings(HOST="0.0.0.0", PORT=str(listening.getsockname()[1]))

        yield start
        for thread in threads:
            thread.join()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", ""),
        (b"HTTP/1.1 404 Not Found\r\n\r\nno \xff such", "answers 404: no \ufffd such"),
        (b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", "answers 302: "),
        (b"", "Remote end closed connection without response"),
        (b"SSH-2.0-OpenSSH\r\n", "no answer from 0.0.0.0:"),
    ],
)
def test_nothing_else_is_taken_for_it(
    answering: Callable[[bytes], ServiceSettings], content: bytes, reason: str
) -> None:
    found = why_not_ready(answering(content))
    assert reason in found
    assert bool(found) == bool(reason)


def test_a_port_that_is_taken_at_the_start_cannot_be_asked() -> None:
    with pytest.raises(InvalidRequest, match=r"^the port of a running service is known: --port, or FOCALBOX_SERVICE_P"):
        why_not_ready(_settings(PORT="0"))
