"""The log does not wait for whoever reads it: what does not fit is lost, counted, and said once it fits again."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from focalbox.service.runtime.log_stream import LogStream
from service.servers import SECONDS

LINE = "x" * 99 + "\n"
MORE_THAN_FITS = 20_000


@pytest.fixture(params=["pipe", "socket"])
def ends(request: pytest.FixtureRequest) -> Iterator[tuple[int, int]]:
    """Return where to read, and where to write; writing there would wait."""
    if request.param == "pipe":
        read, written = os.pipe()
    else:
        read, written = (one.detach() for one in socket.socketpair())
    yield read, written
    os.close(read)
    os.close(written)


def _drain(file: int) -> bytes:
    os.set_blocking(file, False)
    found = b""
    while True:
        try:
            found += os.read(file, 65536)
        except BlockingIOError:
            return found


def test_what_does_not_fit_is_lost_and_counted(ends: tuple[int, int]) -> None:
    read, written = ends
    stream = LogStream(written, lambda lost: f"{lost} lost\n")
    for _ in range(MORE_THAN_FITS):
        assert stream.write(LINE) == len(LINE)
        stream.flush()
    kept = _drain(read)
    stream.write("again\n")
    stream.close()
    more = _drain(read)
    lines = (kept + more).decode().splitlines(keepends=True)
    whole = lines.count(LINE)
    assert lines[-2:] == [f"{MORE_THAN_FITS - whole} lost\n", "again\n"]
    assert len(lines) == whole + 2, "no half of a line"
    assert os.get_blocking(written), "others may write there too"


def test_a_line_longer_than_what_fits_is_finished_later() -> None:
    read, written = os.pipe()
    stream = LogStream(written, lambda lost: f"{lost} lost\n")
    long = "y" * 200_000 + "\n"
    stream.write(long)
    found, asked = _drain(read), 0
    assert found == b"y" * len(found)
    while not found.endswith(b" lost\nlast\n"):
        stream.write("last\n")
        asked += 1
        found += _drain(read)
    stream.close()
    assert found == long.encode() + f"{asked - 1} lost\nlast\n".encode()
    os.close(read)
    os.close(written)


def test_a_file_and_what_nobody_reads_any_more_raise_nothing(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as log, contextlib.closing(LogStream(log.fileno(), str)) as stream:
        stream.write("é\ud800\n")
    assert (tmp_path / "log").read_bytes() == "é\\ud800\n".encode()
    read, written = os.pipe()
    stream = LogStream(written, str)
    os.close(read)
    stream.write(LINE)
    stream.close()
    os.close(written)
    with Path("/dev/full").open("w") as full:
        LogStream(full.fileno(), str).write(LINE)


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_service_answers_and_stops_while_nobody_reads_its_log(workers: str) -> None:
    """Its log is a pipe that is read only at the end."""
    command = [sys.executable, "-m", "focalbox", "serve", "--allow-unsigned", "--port", "0", "--workers", workers]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            asked = _ask_many_times(process)
            process.send_signal(signal.SIGTERM)
            assert process.wait(SECONDS) == 0
        finally:
            process.kill()
        assert process.stderr is not None
        lines = [json.loads(line) for line in process.stderr.read().splitlines()]
    assert 0 < len(lines) < asked


def _ask_many_times(process: subprocess.Popen[bytes]) -> int:
    """Ask the service that prints its address, and return how often."""
    assert process.stdout is not None
    port = int(process.stdout.readline().split(b":")[-1].strip(b"/\n"))
    asked = 0
    with socket.create_connection(("127.0.0.1", port), SECONDS) as connection:
        while asked < 1000:  # some 200 bytes of log each: three times what a pipe holds
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200"), asked
            asked += 1
    return asked
