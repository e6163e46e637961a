"""What the service logs: lines of JSON with the client's address, and nothing secret."""

from __future__ import annotations

import json
import logging
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from focalbox.service.middleware import without_secrets
from service.servers import Running, Service


def test_logs_are_lines_of_json_without_secrets(
    running: Callable[..., Running], pictures: Path, tmp_path: Path
) -> None:
    secret = "a secret that nobody reads"
    environment = {"FOCALBOX_SERVICE_KEYS": f"k:{secret}", "FOCALBOX_SERVICE_THUMBOR_KEY": secret}
    started = running("--root", str(pictures), **environment)
    started.get("/v1/crop/30x30/coffee.jpg?expires=9999999999&key=k&signature=" + "A" * 43)
    started.get("/" + "B" * 27 + "=/30x30/coffee.jpg")
    started.get("/smart_crop=w:5,h:5/security=p:CCCC,s:DDDD/coffee.jpg")
    assert started.stop() == 0
    text = (tmp_path / "log-0").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    asked = [line for line in lines if line["message"] == "request" and line["path"] != "/readyz"]
    assert [line["status"] for line in asked] == [403, 403, 403]
    assert {"id", "method", "path", "dialect", "status", "bytes", "milliseconds"} <= set(asked[0])
    assert not any(word in text for word in (secret, "A" * 43, "B" * 27, "CCCC", "DDDD"))


@pytest.mark.skipif(sys.platform != "linux", reason="a file that cannot be read is found there alone")
def test_a_disk_that_fails_is_a_warning_with_the_reason_and_does_not_say_that_there_is_no_picture(
    running: Callable[..., Running], tmp_path: Path
) -> None:
    started = running("--root", "/proc/self", "--allow-unsigned")
    answer = started.get("/v1/crop/30x30/mem")  # its first byte is no memory: an input/output error
    assert b" 503 " in answer
    assert b"cache-control: no-store" in answer
    assert b"/proc" not in answer
    assert b" 404 " in started.get("/v1/crop/30x30/nothing")
    assert started.stop() == 0
    lines = [json.loads(line) for line in (tmp_path / "log-0").read_text().splitlines()]
    (failed,) = (line for line in lines if line.get("status") == 503)
    assert failed["level"] == "warning"
    assert failed["problem"] == "the folder of the pictures cannot be read at the moment"
    assert failed["reason"].startswith("OSError(5, ")


@pytest.mark.parametrize(
    ("trusted", "logged"),
    [
        (
            "127.0.0.1",
            {
                "203.0.113.5": "203.0.113.5",
                "198.51.100.1, 203.0.113.5": "203.0.113.5",
                "y" * 9000: "y" * 45,
                "\x1b[31m": "\x1b[31m",
                "[2001:db8::17]:80": "2001:db8::17",
                "203.0.113.5, ,": "203.0.113.5",
                "203.0.113.5\r\nForwarded: for=198.51.100.1": "203.0.113.5",
                "198.51.100.1\r\nX-Forwarded-For: 203.0.113.5": "203.0.113.5",
            },
        ),
        ("127.0.0.0/8", {"198.51.100.1, 203.0.113.5, 127.0.0.9": "203.0.113.5"}),
        ("10.0.0.0/8", {"203.0.113.5": "127.0.0.1"}),
    ],
)
def test_the_client_behind_a_trusted_proxy_is_logged_and_nothing_breaks_the_line(
    running: Callable[..., Running], tmp_path: Path, trusted: str, logged: dict[str, str]
) -> None:
    started = running("--allow-unsigned", FOCALBOX_SERVICE_TRUSTED_PROXIES=trusted)
    for forwarded in logged:
        started.get("/healthz", f"X-Forwarded-For: {forwarded}")
    assert started.stop() == 0
    text = (tmp_path / "log-0").read_text()
    assert "\x1b" not in text
    asked = [json.loads(line) for line in text.splitlines()]
    assert [line["address"] for line in asked if line.get("path") == "/healthz"] == [*logged.values()]


LONG = [f'for=192.0.2.{number};by="[::1]";proto=https' for number in range(100)]


FORWARDED = {
    ("Forwarded: for=203.0.113.5",): "203.0.113.5",
    ("Forwarded: For=203.0.113.5;Proto=https;Host=a;By=10.0.0.1",): "203.0.113.5",
    ('Forwarded: by=10.0.0.1 ; for="203.0.113.5:47011"',): "203.0.113.5",
    ("Forwarded: for=203.0.113.5:47011",): "203.0.113.5",
    ('Forwarded: for="[2001:DB8::17]:_p"',): "2001:db8::17",
    ('Forwarded: for="\\[2001:db8::17]"',): "2001:db8::17",
    ('Forwarded: for="[::ffff:203.0.113.5]"',): "203.0.113.5",
    ("Forwarded: for=_hidden",): "_hidden",
    ("Forwarded: for=unknown",): "unknown",
    ("Forwarded: for=198.51.100.1, for=203.0.113.5",): "203.0.113.5",
    ('Forwarded: for=198.51.100.1, for=203.0.113.5, for=10.9.9.9, for="[2001:db8:1::2]"',): "203.0.113.5",
    ("Forwarded: for=198.51.100.1", "Forwarded: for=203.0.113.5", "Forwarded: for=10.9.9.9"): "203.0.113.5",
    ("Forwarded: for=10.1.1.1, for=10.9.9.9",): "10.1.1.1",
    ("Forwarded: " + ", ".join(LONG),): "192.0.2.99",
    # what a client leaves open, or writes in quotes, is never taken for what a proxy says
    ('Forwarded: for="198.51.100.1, for=203.0.113.5',): "127.0.0.1",
    ('Forwarded: for=198.51.100.1;a=", for="203.0.113.5"',): "127.0.0.1",
    ('Forwarded: for=198.51.100.1;a="', "Forwarded: for=203.0.113.5"): "203.0.113.5",
    ('Forwarded: for=198.51.100.1;a="', "Forwarded: for=10.9.9.9"): "10.9.9.9",
    ('Forwarded: for=198.51.100.1;a=", for=198.51.100.2", for=203.0.113.5',): "203.0.113.5",
    ("Forwarded: for=198.51.100.1, proto=https",): "127.0.0.1",
    ("Forwarded: for=198.51.100.1, for=10.9.9.9;for=10.9.9.9",): "127.0.0.1",
    ("Forwarded: for=198.51.100.1, for=a.example",): "127.0.0.1",
    ("Forwarded: ",): "127.0.0.1",
    ("Forwarded: for=203.0.113.5", "X-Forwarded-For: 198.51.100.1"): "203.0.113.5",
    ("X-Forwarded-For: 198.51.100.1",): "127.0.0.1",
}
"""Lines of a request that comes by 127.0.0.1, a trusted proxy, and the address that is logged for it."""


def test_the_client_is_read_from_forwarded_where_the_settings_say_so(
    running: Callable[..., Running], tmp_path: Path
) -> None:
    settings = {"TRUSTED_PROXIES": "127.0.0.1,10.0.0.0/8,2001:db8:1::/48", "PROXY_HEADER": "Forwarded"}
    named = {f"FOCALBOX_SERVICE_{name}": value for name, value in settings.items()}
    started = running("--allow-unsigned", **named)
    for lines in FORWARDED:
        started.get("/healthz", *lines)
    assert started.stop() == 0
    asked = [json.loads(line) for line in (tmp_path / "log-0").read_text().splitlines()]
    found = [line["address"] for line in asked if line.get("path") == "/healthz"]
    assert dict(zip(FORWARDED, found, strict=True)) == FORWARDED


def test_a_proxy_of_ipv4_is_trusted_by_its_own_address_on_a_socket_of_both(
    running: Callable[..., Running], tmp_path: Path
) -> None:
    try:
        socket.create_server(("::", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    started = running("--allow-unsigned", "--host", "::", FOCALBOX_SERVICE_TRUSTED_PROXIES="127.0.0.1")
    with started.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.7\r\nConnection: close\r\n\r\n")
        assert b"".join(iter(lambda: connection.recv(65536), b"")).startswith(b"HTTP/1.1 200 ")
    started.stop()
    found = [json.loads(line)["address"] for line in (tmp_path / "log-0").read_text().splitlines()]
    assert found == ["127.0.0.1", "192.0.2.7"]


def test_a_method_that_is_none_is_logged_without_its_name(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "focalbox.service"):
        assert service.ask("/v1/crop/5x5/coffee.jpg", "A" * 16_000).status == 405
        assert service.ask("/v1/crop/5x5/coffee.jpg", "PUT").status == 405
    assert [vars(record)["method"] for record in caplog.records] == ["_OTHER", "PUT"]


def test_paths_are_logged_without_what_opens_doors() -> None:
    for path in ("/v1/crop/5x5/https://user:word@host/a.jpg?word=1", "/v1/crop/5x5/https%3A%2F%2Fuser:word@host/a"):
        assert "word" not in without_secrets(path)


@pytest.mark.slow
@pytest.mark.parametrize("protocol", ["h2c", "websocket"])
def test_an_offer_of_another_protocol_is_answered_in_this_one_and_is_no_warning(
    running: Callable[..., Running], tmp_path: Path, protocol: str
) -> None:
    started = running("--allow-unsigned")
    offer = ("Connection: Upgrade, HTTP2-Settings", f"Upgrade: {protocol}", "HTTP2-Settings: AAMAAABk")
    assert started.get("/healthz", *offer).startswith(b"HTTP/1.1 200 ")
    assert started.stop() == 0
    assert "warning" not in (tmp_path / "log-0").read_text()
