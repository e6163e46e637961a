"""``focalbox sign`` and what ``focalbox serve`` refuses before it listens."""

from __future__ import annotations

import importlib.util
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from cli.calls import focalbox
from focalbox.errors import SignatureError
from focalbox.service.dialects import signing
from focalbox.service.dialects.signing import Key
from service.servers import SECONDS, Running

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FOCALBOX_SERVICE_KEYS", raising=False)


@pytest.mark.parametrize("before", ["", "https://img.example.com"])
def test_a_signed_address_is_accepted_until_it_expires(before: str, capsys: pytest.CaptureFixture[str]) -> None:
    address = f"{before}/v1/crop/500x200/pets/cat.jpg?fit=tight"
    assert focalbox("sign", address, "--key", f"mine:{SECRET}", "--expires-in", "60") == 0
    written = capsys.readouterr().out.strip()
    assert written.startswith(address)
    path, _, query = written.removeprefix(before).partition("?")
    keys = (Key("mine", SECRET),)
    signing.check(path.encode(), query.encode(), keys, time.time())
    with pytest.raises(SignatureError):
        signing.check(path.encode(), query.encode(), keys, time.time() + 61)
    with pytest.raises(SignatureError):
        signing.check(path.encode(), query.replace("tight", "cover").encode(), keys, time.time())


def test_the_first_of_several_keys_signs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FOCALBOX_SERVICE_KEYS", f"new:{SECRET},old:{SECRET[::-1]}")
    assert focalbox("sign", "/v1/map/cat.jpg") == 0
    assert "key=new&" in capsys.readouterr().out


@pytest.mark.slow
def test_a_key_from_a_file_signs_and_is_accepted_by_every_worker(
    running: Callable[..., Running], pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    file = tmp_path / "keys"
    file.write_text(f"kept:{SECRET}\n")
    started = running("--root", str(pictures), "--workers", "2", FOCALBOX_SERVICE_KEYS_FILE=str(file))
    monkeypatch.setenv("FOCALBOX_SERVICE_KEYS_FILE", str(file))
    assert focalbox("sign", "/v1/crop/60x40/coffee.jpg") == 0
    address = capsys.readouterr().out.strip()
    assert "key=kept&" in address
    assert "key=kept&" in started.page
    assert [started.get(target)[9:12] for target in [address, f"{address}0"] * 4] == [b"200", b"403"] * 4


@pytest.mark.parametrize("command", [["serve"], ["sign", "/v1/map/cat.jpg"]])
def test_a_file_of_keys_that_is_missing_is_one_sentence(
    command: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOCALBOX_SERVICE_KEYS_FILE", f"a:{SECRET}")
    assert focalbox(*command) == 2
    assert capsys.readouterr().err == (
        "focalbox: FOCALBOX_SERVICE_KEYS_FILE is the path of a file that can be read, not of one that cannot "
        "(No such file or directory)\n"
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["/v1/map/cat.jpg"], "a key is needed: --key ID:SECRET or FOCALBOX_SERVICE_KEYS"),
        (["http://[/v1/map/cat.jpg", "--key", f"a:{SECRET}"], "an address to sign has a host that is one"),
        (["/v1/map/cat.jpg", "--key", f"a:{SECRET}\udcff"], "the secret of the key 'a' is text in UTF-8"),
        (["/v1/map/cat.jpg#top", "--key", f"a:{SECRET}"], "an address to sign has no # in it"),
        (["/v1/map/cat.jpg", "--key", "short"], "focalbox: "),
        (["/v1/map/cat.jpg?expires=5", "--key", f"a:{SECRET}"], "an address to sign has no field expires="),
        (["http://a/unsafe/5x5/smart/a.png", "--key", f"a:{SECRET}"], "begins with /v1/ behind its host"),
        (
            ["http://a/unsafe/rs:fill:5:5/plain/a.png", "--key", f"a:{SECRET}"],
            "imgproxy and Filestack have keys of their own",
        ),
        (["http://a/smart_crop=w:5,h:5/a.png", "--key", f"a:{SECRET}"], "not with '/smart_crop=w:5,h:5/'; those"),
        (["http://a/?size=1:1", "--key", f"a:{SECRET}"], "begins with /v1/"),
        (
            ["/v1/map/c%zzt.jpg", "--key", f"a:{SECRET}"],
            "an address escapes characters as % and two hexadecimal digits",
        ),
        (
            [f"/v1/crop/5x5/a.jpg?{'&'.join(['keep=0,0,1,1'] * 65)}", "--key", f"a:{SECRET}"],
            "at most 64 fields, not 65",
        ),
        (
            [f"/v1/map/{'a' * 4011}", "--key", f"a:{SECRET}"],
            "an address has at most 4 kB with its signature, not 4.1 kB",
        ),
        (["/v1/map/cat.jpg", "--key", f"a:{SECRET}", "--expires-in", "0"], "0 is not in the range x>=1"),
        (["/v1/map/cat.jpg", "--key", f"a:{SECRET}", "--expires-in", "soon"], "not a valid whole number"),
        (["/v1/map/c\nat.jpg", "--key", f"a:{SECRET}"], "an address holds no control characters"),
    ],
)
def test_what_cannot_be_signed_is_one_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert focalbox("sign", *arguments) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert (said.count("\n"), SECRET in said) == (1, False)


@pytest.mark.parametrize(
    ("flag", "value"),
    [("--allow-host", "http://a"), ("--bucket", "gs://a/b"), ("--size", "500"), ("--size", "0x0"), ("--key", "a"),
     ("--root", "/nowhere"), ("--port", "x"), ("--port", "99999"),
     ("--at-work", "many"), ("--root", ""), ("--host", ""), ("--unix-socket", ""),
     ("--unix-socket", "s" * 108), ("--size", ""), ("--allow-host", ""), ("--bucket", ""),
     ("--key", "")],
)  # fmt: skip
def test_a_wrong_flag_is_called_as_it_is_written(flag: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert focalbox("serve", flag, value) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"focalbox: {flag}")
    assert said.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize(
    ("name", "value"),
    [("SERVICE_FALLBACK", "s3://a/b.jpg"), ("MODEL", "none.onnx"), ("MODEL", "text.onnx"),
     ("SERVICE_CACHE", "redis://[x")],
)  # fmt: skip
def test_nothing_is_announced_that_does_not_start(name: str, value: str, workers: str, tmp_path: Path) -> None:
    (tmp_path / "text.onnx").write_text("this is no network")
    command = [sys.executable, "-m", "focalbox", "serve", "--allow-unsigned", "--port", "0", "--workers", workers]
    environment = {**os.environ, f"FOCALBOX_{name}": value}
    ended = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1), ended.stderr
    assert ended.stderr.startswith("focalbox: ")
    assert value in ended.stderr or name == "SERVICE_CACHE"  # which may hold a password


@pytest.mark.slow
def test_too_few_files_are_said_at_the_start() -> None:
    command = [sys.executable, "-m", "focalbox", "serve", "--allow-unsigned", "--port", "0"]
    ended = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100)),
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "needs more than 128 files and connections, and the system lets it open 100 (ulimit -n)" in ended.stderr


def _listens(running: Running) -> bool:
    try:
        running.connect().close()
    except ConnectionRefusedError:
        return False
    return True


@pytest.mark.slow
@pytest.mark.parametrize("redirected", [">&-", "2>&-", ">/dev/full", "| true"])
def test_it_serves_whether_or_not_anybody_reads_what_it_says(redirected: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder = tmp_path / "of another program"
    command = f"exec {sys.executable} -m focalbox serve --allow-unsigned --port {port} {redirected}"
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    process = subprocess.Popen(["bash", "-c", command], env=environment, start_new_session=True, text=True)
    try:
        running = Running(process, port, "")
        until = time.monotonic() + SECONDS
        while not _listens(running):
            assert time.monotonic() < until, "nobody listens"
            with suppress(subprocess.TimeoutExpired):
                pytest.fail(f"it ended with {process.wait(0.1)}")
        running.wait_until_ready()
        assert running.get("/metrics").startswith(b"HTTP/1.1 200")
        assert not folder.exists()
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_a_port_that_is_taken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert focalbox("serve", "--allow-unsigned", "--port", str(port)) == 2
    assert f"focalbox: cannot listen at 127.0.0.1:{port}: " in capsys.readouterr().err


def test_an_extra_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    find = importlib.util.find_spec

    def without(name: str, *more: Any) -> Any:
        return None if name in {"uvicorn", "h11"} else find(name, *more)

    monkeypatch.setattr("importlib.util.find_spec", without)
    assert focalbox("serve", "--allow-unsigned") == 2
    assert (
        "the service needs an extra (missing: h11, uvicorn): pip install 'focalbox[service]'" in capsys.readouterr().err
    )


@pytest.mark.slow
def test_what_is_signed_on_the_command_line_is_served(
    running: Callable[..., Running], pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = "k:a secret of the command line"
    started = running("--root", str(pictures), "--key", key)
    assert focalbox("sign", f"{started.place}/v1/crop/30x30/coffee.jpg", "--key", key) == 0
    address = capsys.readouterr().out.strip().removeprefix(started.place)
    assert started.get(address).startswith(b"HTTP/1.1 200")
    assert started.get(address.replace("30x30", "31x30")).startswith(b"HTTP/1.1 403")


@pytest.mark.slow
def test_more_memory_than_there_is_is_a_warning(running: Callable[..., Running], tmp_path: Path) -> None:
    started = running("--allow-unsigned", FOCALBOX_MEMORY="9000000G")
    assert started.stop() == 0
    warnings = [line for line in (tmp_path / "log-0").read_text().splitlines() if '"level": "warning"' in line]
    assert len(warnings) == 1
    assert "FOCALBOX_MEMORY is too much" in warnings[0]
