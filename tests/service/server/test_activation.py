"""A service that systemd starts: on the socket that it hands over, until the next one takes it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType

import pytest

from service.servers import SECONDS, Running

HANDED = "export LISTEN_FDS=$1 LISTEN_PID=$$; shift; exec"
"""What systemd does for the process that it starts, with the files that it hands over from number 3 on."""
SERVE = (sys.executable, "-m", "focalbox", "serve", "--allow-unsigned")
NONE: Mapping[str, str] = MappingProxyType({})
CLIENTS = 4
"""Clients that ask all the time."""


def _start(
    files: list[int],
    *command: str,
    count: str | None = None,
    log: int = subprocess.PIPE,
    settings: Mapping[str, str] = NONE,
) -> subprocess.Popen[str]:
    """Start a command as systemd does."""
    handed = " ".join(f"{number}<&{file}" for number, file in enumerate(files, 3))
    return subprocess.Popen(
        ["bash", "-c", f'{HANDED} "$@" {handed}', "bash", str(len(files)) if count is None else count, *command],
        pass_fds=files,
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )


@pytest.fixture(params=["tcp", "unix"])
def listening(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[socket.socket]:
    """Return a socket that outlives services; its number is above those at which they find it."""
    with socket.socket(socket.AF_INET if request.param == "tcp" else socket.AF_UNIX) as opened:
        opened.bind(("127.0.0.1", 0) if request.param == "tcp" else str(tmp_path / "http"))
        opened.listen()
        yield opened


@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_serves_on_the_socket_and_leaves_it_to_the_next_one(
    listening: socket.socket, pictures: Path, workers: str
) -> None:
    named = listening.getsockname()
    by_file = isinstance(named, str)
    arguments = ("--root", str(pictures), "--workers", workers, "--drain", "1")
    limit = {"FOCALBOX_SERVICE_ADDRESS_CONNECTIONS": "1"} if by_file else {}  # clients of a unix socket have no address

    def start() -> Running:
        process = _start(
            [listening.fileno()], *SERVE, *arguments, log=subprocess.DEVNULL, settings=limit
        )  # a full pipe stops it
        started.append(process)
        return Running(process, 0 if by_file else named[1], "", named if by_file else "")

    started: list[subprocess.Popen[str]] = []
    first, ended = start(), threading.Event()

    def ask_on() -> set[bytes]:
        """Ask while the first one ends, and once more when nobody accepts."""
        statuses = set()
        while not ended.is_set():
            statuses.add(first.get("/v1/crop/40x40/coffee.jpg")[9:12])
        return statuses | {first.get("/v1/crop/40x40/coffee.jpg")[9:12]}

    try:
        first.wait_until_ready()
        assert first.process.stdout is not None
        said = first.process.stdout.readline()
        assert said == (f"socket:  {named}\n" if by_file else f"page:    http://127.0.0.1:{named[1]}/\n")
        with ThreadPoolExecutor(CLIENTS) as pool:
            asking = [pool.submit(ask_on) for _ in range(CLIENTS)]
            try:
                first.process.send_signal(signal.SIGTERM)
                while first.get("/readyz").startswith(b"HTTP/1.1 200 "):
                    assert first.process.poll() is None, "it ended without draining"
                assert first.process.wait(SECONDS) == 0
            finally:
                ended.set()
            start().wait_until_ready()
            assert [one.result(SECONDS) for one in asking] == [{b"200"}] * CLIENTS
        assert not by_file or Path(named).exists()
        started[1].send_signal(signal.SIGTERM)
        assert started[1].wait(SECONDS) == 0
    finally:
        for process in started:
            process.kill()
            process.communicate()


def test_the_next_process_is_told_nothing_of_it(tmp_path: Path) -> None:
    child = "import os, sys; os.fstat(int(sys.argv[1])); print([name for name in os.environ if 'LISTEN' in name])"
    program = f"""
import os, subprocess, sys
from focalbox.service.server.activation import take_socket
given = take_socket(os.environ)
assert given.getsockname() == sys.argv[1] and given.fileno() == 3, given
assert take_socket(os.environ) is None
for file in "1", "3":
    subprocess.run([sys.executable, "-c", {child!r}, file], close_fds=False, stderr=subprocess.DEVNULL)
"""
    place = str(tmp_path / "http")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place)
        listening.listen()
        process = _start(
            [listening.fileno()], sys.executable, "-c", program, place, settings={"LISTEN_FDNAMES": "http"}
        )
        said, wrong = process.communicate(timeout=SECONDS)
    assert (said, wrong, process.returncode) == ("[]\n", "", 0), "the second child finds no such file"


def test_a_socket_of_another_process_is_none(running: Callable[..., Running]) -> None:
    started = running("--allow-unsigned", LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
    assert started.port
    assert started.get("/healthz").startswith(b"HTTP/1.1 200 ")


EXPECTED = "systemd hands over one socket that listens for streams (ListenStream=, Accept=no), not "


@pytest.mark.parametrize(
    ("count", "kind", "said"),
    [
        ("2", "tcp", f"{EXPECTED}'2' of them"),
        ("", "tcp", f"{EXPECTED}'' of them"),
        ("1" * 30, "tcp", f"{EXPECTED}'{'1' * 20}' of them"),
        ("1", "udp", f"{EXPECTED}a socket of another kind"),
        ("1", "bound", f"{EXPECTED}one that does not listen"),
        ("1", "file", f"{EXPECTED}a file of another kind"),
        ("1", "closed", f"{EXPECTED}a file that is closed"),
    ],
)
def test_anything_else_is_one_sentence(count: str, kind: str, said: str) -> None:
    with socket.socket(type=socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM) as handed:
        handed.bind(("127.0.0.1", 0))
        if kind == "tcp":
            handed.listen()
        files = {"file": [0], "closed": []}.get(kind, [handed.fileno()])
        process = _start(files, *SERVE, count=count)
        assert process.communicate(timeout=SECONDS) == ("", f"focalbox: {said}\n")
    assert process.returncode == 2


@pytest.mark.parametrize(
    ("arguments", "environment", "named"),
    [
        (["--port", "8000"], {}, "--port"),
        (["--host", "127.0.0.1", "--port", "0"], {}, "--host and --port"),
        (["--unix-socket", "http"], {}, "--unix-socket"),
        ([], {"FOCALBOX_SERVICE_HOST": "127.0.0.1"}, "FOCALBOX_SERVICE_HOST"),
        ([], {"FOCALBOX_SERVICE_UNIX_SOCKET_MODE": "600"}, "FOCALBOX_SERVICE_UNIX_SOCKET_MODE"),
    ],
)
def test_another_place_to_listen_is_refused(arguments: list[str], environment: dict[str, str], named: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        process = _start([listening.fileno()], *SERVE, *arguments, settings=environment)
        said = f"focalbox: the service listens on the socket that systemd hands over: leave out {named}\n"
        assert process.communicate(timeout=SECONDS) == ("", said)
    assert process.returncode == 2
