"""Where the service listens: what is replaced, refused and removed, and what its permissions are."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import re
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from focalbox.errors import InvalidRequest
from focalbox.service.server.listening import BACKLOG, UnixSocket, listen
from focalbox.service.settings import ServiceSettings
from service.servers import SECONDS

NOBODY = 65_534
"""The user who owns nothing."""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "http.sock"


@pytest.fixture
def mask() -> Iterator[int]:
    """Return the permissions that this process takes from new files."""
    before = os.umask(0o022)
    yield 0o022
    os.umask(before)


def _listen(place: Path, mode: str = "660") -> UnixSocket:
    listening = listen(ServiceSettings(unix_socket=place, unix_socket_mode=mode))
    assert isinstance(listening, UnixSocket)
    return listening


def _leave_stale(place: Path) -> None:
    """Leave what a killed process leaves: the file of a socket on which nobody listens."""
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(place))
        killed.listen()


@pytest.mark.parametrize("mode", ["600", "660", "666", "777"])
def test_its_permissions_are_those_that_are_set_and_no_other_files(place: Path, mask: int, mode: str) -> None:
    with _listen(place, mode):
        assert stat.filemode(place.stat().st_mode)[0] == "s"
        assert stat.S_IMODE(place.stat().st_mode) == int(mode, 8)
    assert os.umask(mask) == mask


def test_a_stale_socket_is_replaced_and_a_live_one_is_not(place: Path) -> None:
    _leave_stale(place)
    with _listen(place) as first:
        with pytest.raises(InvalidRequest, match=r"^cannot listen at .*http\.sock: another process listens there$"):
            _listen(place)
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(place))
            first.accept()[0].close()  # of the second, who asked whether anybody listens
            first.accept()[0].close()


def test_who_is_too_busy_to_accept_is_not_taken_for_gone(place: Path) -> None:
    with socket.socket(socket.AF_UNIX) as busy:
        busy.bind(str(place))
        busy.listen(0)
        waiting = []
        while True:
            waiting.append(socket.socket(socket.AF_UNIX))
            waiting[-1].settimeout(0)
            if waiting[-1].connect_ex(str(place)):
                break
        with pytest.raises(InvalidRequest, match="another process listens there"):
            _listen(place)
        assert place.exists()
        for client in waiting:
            client.close()


def test_what_is_no_socket_stays_as_it_is(place: Path, tmp_path: Path) -> None:
    place.write_text("a letter")
    (tmp_path / "live").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "folder").mkdir()
    _leave_stale(tmp_path / "elsewhere")
    for name in ("http.sock", "live", "folder"):
        with pytest.raises(InvalidRequest, match=f"^cannot listen at .*{name}: there is something else than a socket$"):
            _listen(tmp_path / name)
    assert place.read_text() == "a letter"
    assert (tmp_path / "live").is_symlink()


def test_a_folder_that_is_missing_or_may_not_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match=r"No such file or directory$"):
        _listen(tmp_path / "missing" / "http.sock")
    user = os.geteuid()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        os.seteuid(user or NOBODY)  # root writes everywhere
        try:
            with pytest.raises(InvalidRequest, match=r"Permission denied$"):
                _listen(Path(folder) / "http.sock")
        finally:
            os.seteuid(user)


def test_a_disk_that_cannot_be_written_is_said(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(InvalidRequest, match=r"Read-only file system$"):
        _listen(small_disk / "http.sock")


def test_it_removes_its_own_file_and_never_anothers(place: Path) -> None:
    with _listen(place) as first:
        first.withdraw()
        assert not place.exists()
        first.withdraw()
        with _listen(place) as second:
            first.withdraw()
            assert place.exists()
            second.withdraw()
            assert not place.exists()


def test_who_has_connected_is_accepted_after_the_file_is_gone(place: Path) -> None:
    with _listen(place) as listening, socket.socket(socket.AF_UNIX) as client:
        client.connect(str(place))
        client.sendall(b"hello")
        listening.withdraw()
        with listening.accept()[0] as accepted:
            assert accepted.recv(100) == b"hello"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells who waits for a lock")
def test_who_starts_at_the_same_time_waits_instead_of_taking_it_for_stale(place: Path) -> None:
    """A socket is there before anybody listens on it, and looks like one that a killed process has left."""
    folder = os.open(place.parent, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    _leave_stale(place)
    child = os.fork()
    if not child:
        code = 1
        try:
            _listen(place)
        except InvalidRequest as error:
            code = 0 if "another process listens there" in str(error) else 2
        finally:
            os._exit(code)
    waits = re.compile(rf"-> FLOCK .* {child} ")
    until = time.monotonic() + SECONDS
    while not waits.search(Path("/proc/locks").read_text()):
        assert os.waitpid(child, os.WNOHANG) == (0, 0), "it did not wait"
        assert time.monotonic() < until
    place.unlink()
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(place))
        other.listen()
        fcntl.flock(folder, fcntl.LOCK_UN)  # closing it would not do: the child has it too
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    os.close(folder)
    assert place.exists()


def test_the_queue_is_never_short(place: Path) -> None:
    with _listen(place) as listening:
        listening.listen(1)  # as asyncio does
        with contextlib.ExitStack() as clients:
            for _ in range(20):
                client = clients.enter_context(socket.socket(socket.AF_UNIX))
                client.settimeout(0)
                assert client.connect_ex(str(place)) == 0, f"no queue of {BACKLOG}"


def test_answers_do_not_wait_for_acknowledgements() -> None:
    """Sockets whose protocol is not named get no TCP_NODELAY from asyncio: 44 ms an answer instead of 2."""

    async def accepted() -> int:
        connected = asyncio.get_running_loop().create_future()

        class Seen(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                peer = transport.get_extra_info("socket")
                connected.set_result(peer.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
                transport.close()

        with listen(ServiceSettings(port=0)) as listening:
            server = await asyncio.get_running_loop().create_server(Seen, sock=listening)
            _, writer = await asyncio.open_connection(*listening.getsockname())
            found = int(await connected)
            writer.close()
            server.close()
            await server.wait_closed()
        return found

    assert asyncio.run(accepted()) != 0
