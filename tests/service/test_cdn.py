"""The recipe of docs/guides/cdn.md, run by a real nginx in front of the service."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import h11
import pytest

from service.servers import SECONDS, Answer, Running

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "cdn.md"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
Ask = Callable[..., Answer]
CROP = "/v1/crop/60x50/coffee.jpg"
BROWSERS = {
    "Chrome": "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
    "Firefox": "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
    "old Edge": "image/webp,image/apng,image/*,*/*;q=0.8",
    "old Safari": "image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5",
    "curl": "*/*",
    "no AVIF": "image/avif;q=0, image/webp;q=1.0, */*",
    "nothing new": "image/webp;q=0.0,image/avif;q=0",
    "JPEG alone": "image/jpeg",
}


def _recipe(port: int, folder: Path) -> str:
    """Return the recipe of the guide with this test's places, in the frame that a distribution puts around it."""
    (block,) = re.findall(r"```nginx\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    for written, here in (
        ("/var/cache/nginx/pictures", str(folder / "cache")),
        ("listen 80;", f"listen unix:{folder / 'nginx'};"),
        ("http://127.0.0.1:8000", f"http://127.0.0.1:{port}"),
    ):
        assert written in block
        block = block.replace(written, here)
    kinds = "".join(
        f"{kind}_temp_path {folder / kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "" if os.geteuid() else "user root;\n"  # else it could not reach this test's folder
    return f"{user}daemon off;\npid {folder / 'pid'};\nevents {{}}\nhttp {{\naccess_log off;\n{kinds}{block}}}\n"


def _ask(place: Path, target: str, headers: Mapping[str, str]) -> Answer:
    client = h11.Connection(h11.CLIENT)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(SECONDS)
        connection.connect(str(place))
        request = h11.Request(method="GET", target=target, headers=[("Host", "a"), *headers.items()])
        connection.sendall(client.send(request) + client.send(h11.EndOfMessage()))
        content, status, found = b"", 0, dict[str, str]()
        while not isinstance(event := client.next_event(), h11.EndOfMessage):
            if event is h11.NEED_DATA:
                client.receive_data(connection.recv(65536))
            elif isinstance(event, h11.Response):
                status, found = event.status_code, {name.decode(): value.decode() for name, value in event.headers}
            elif isinstance(event, h11.Data):
                content += bytes(event.data)
    return Answer(status, found, content)


@pytest.fixture
def cached(running: Callable[..., Running], pictures: Path, tmp_path: Path) -> Iterator[tuple[Running, Ask]]:
    """Return the service, and what asks nginx in front of it."""
    if NGINX is None:
        pytest.skip("nginx is missing: `make tools` installs it")
    started, folder = running("--root", str(pictures), "--allow-unsigned"), tmp_path / "nginx"
    folder.mkdir()
    (folder / "nginx.conf").write_text(_recipe(started.port, folder))
    command = [NGINX, "-e", str(folder / "errors"), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    process = subprocess.Popen(command)
    try:
        until = time.monotonic() + SECONDS
        while not (folder / "pid").exists():
            assert process.poll() is None, (folder / "errors").read_text()
            assert time.monotonic() < until
        yield started, lambda target, **headers: _ask(folder / "nginx", target, headers)
    finally:
        process.terminate()
        process.wait(SECONDS)


@pytest.mark.slow
def test_every_client_gets_what_it_takes_and_three_are_kept(cached: tuple[Running, Ask]) -> None:
    started, ask = cached
    states = []
    for accept in BROWSERS.values():
        itself = started.get(CROP, f"Accept: {accept}")
        found = [ask(CROP, accept=accept) for _ in range(2)]
        for answer in found:
            assert answer.status == 200
            assert answer.headers["content-type"].encode() in itself, accept
            assert itself.endswith(answer.content), accept
        states.append(found[0].headers["x-cache"])
        assert found[1].headers["x-cache"] == "HIT", accept
    assert states.count("MISS") == 3


@pytest.mark.slow
def test_nothing_else_makes_another_entry_and_no_problem_is_kept(cached: tuple[Running, Ask]) -> None:
    started, ask = cached
    assert ask(CROP).headers["x-cache"] == "MISS"
    for name, value in {"cookie": "a=1", "user_agent": "b", "accept_language": "de", "range": "bytes=0-1"}.items():
        assert ask(CROP, **{name.replace("_", "-"): value}).headers["x-cache"] == "HIT", name
    for target, status in ((f"{CROP}?v=2", 400), ("/v1/crop/60x50/tea.jpg", 404), ("/metrics", 404)):
        for _ in range(2):
            answer = ask(target)
            assert (answer.status, answer.headers.get("x-cache", "MISS")) == (status, "MISS"), target
    started.stop()
    assert ask(CROP).headers["x-cache"] == "HIT", "what is kept outlives the service"
