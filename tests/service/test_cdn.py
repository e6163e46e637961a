"""The recipes of docs/guides/cdn.md, run by a real nginx in front of the service."""

from __future__ import annotations

import contextlib
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

from focalbox.service.dialects.signing import Key, sign
from service.servers import SECONDS, SECRET, Answer, Running

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "cdn.md"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
Ask = Callable[..., Answer]
CROP = "/v1/crop/60x50/coffee.jpg"
PLACE, SOCKET = "http://127.0.0.1:8000", "/run/focalbox/http"
"""Where the service is in the guide."""
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


def _recipe(started: Running, folder: Path, *, below: bool, told: bool) -> str:
    """Return the recipe of the guide with this test's places, in the frame that a distribution puts around it.

    As the guide has it: ``below`` a prefix, or where the service has ``told`` how long stale crops are shown.
    """
    block, update, cut, instead, by_file = re.findall(r"```nginx\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    changed = [("    location / {\n        proxy_pass http://127.0.0.1:8000;\n", instead), ("~ ^/", "~ ^/pictures/")]
    (use_stale,) = re.findall(r" *proxy_cache_use_stale .*\n", block)
    for written, here in (
        *(changed if below else []),
        *([(use_stale, update)] if told else []),
        *([(f"        proxy_pass {PLACE};\n", by_file), (SOCKET, started.unix_socket)] if started.unix_socket else []),
        ("/var/cache/nginx/pictures", str(folder / "cache")),
        ("listen 80;", f"listen unix:{folder / 'nginx'};"),
        *([] if started.unix_socket else [(PLACE, started.place)]),
    ):
        assert block.count(written) == 1
        block = block.replace(written, here)
    block = f"{cut}{block}" if below else block
    kinds = "".join(
        f"{kind}_temp_path {folder / kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "" if os.geteuid() else "user root;\n"  # else it could not reach this test's folder
    return f"{user}daemon off;\npid {folder / 'pid'};\nevents {{}}\nhttp {{\naccess_log off;\n{kinds}{block}}}\n"


def _ask(place: Path, target: str, headers: Mapping[str, str], method: str = "GET") -> Answer:
    client = h11.Connection(h11.CLIENT)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(SECONDS)
        connection.connect(str(place))
        request = h11.Request(method=method, target=target, headers=[("Host", "a"), *headers.items()])
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


@contextlib.contextmanager
def _behind_nginx(started: Running, folder: Path, *, below: bool = False, told: bool = False) -> Iterator[Ask]:
    """Run nginx in front of the service; yield what asks it."""
    if NGINX is None:
        pytest.skip("nginx is missing: `make tools` installs it")
    folder.mkdir()
    (folder / "nginx.conf").write_text(_recipe(started, folder, below=below, told=told))
    command = [NGINX, "-e", str(folder / "errors"), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    process = subprocess.Popen(command)
    try:
        until = time.monotonic() + SECONDS
        while not (folder / "pid").exists():
            assert process.poll() is None, (folder / "errors").read_text()
            assert time.monotonic() < until

        def ask(target: str, method: str = "GET", **headers: str) -> Answer:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return _ask(folder / "nginx", target, named, method)

        yield ask
    finally:
        process.terminate()
        process.wait(SECONDS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cdn") / "nginx"


@pytest.fixture(scope="module")
def cached(running_long: Callable[..., Running], pictures: Path, folder: Path) -> Iterator[tuple[Running, Ask]]:
    """Return the service, and what asks nginx in front of it; each test asks for sizes of its own."""
    started = running_long("--root", str(pictures), "--allow-unsigned")
    with _behind_nginx(started, folder) as ask:
        yield started, ask


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
    _, ask = cached
    crop = "/v1/crop/62x50/coffee.jpg"
    assert ask(crop).headers["x-cache"] == "MISS"
    for name, value in {"cookie": "a=1", "user_agent": "b", "accept_language": "de", "range": "bytes=0-1"}.items():
        assert ask(crop, **{name: value}).headers["x-cache"] == "HIT", name
    for target, status in ((f"{crop}?v=2", 400), ("/v1/crop/62x50/tea.jpg", 404)):
        for _ in range(2):
            answer = ask(target)
            assert (answer.status, answer.headers["x-cache"]) == (status, "MISS"), target


@pytest.mark.slow
def test_the_page_and_the_metrics_stay_inside_however_they_are_written(cached: tuple[Running, Ask]) -> None:
    started, ask = cached
    plain = ("/", "/metrics", "/docs", "/openapi.json", "/page/docs.js")
    for target in plain:
        assert b" 200 " in started.get(target), target
    for target in (
        *plain,
        "//metrics",
        "/./docs",
        "/a/..%2fmetrics",
        "/%6detrics",
        "/metrics?a=b",
        "/?a=b",
        "http://a",
        "/metrics%0a",
    ):
        answer = ask(target)
        assert (answer.status, answer.headers["content-type"]) == (404, "text/html"), f"{target}: nginx itself answers"


@pytest.mark.slow
def test_nginx_answers_conditions_ranges_and_head_from_what_is_kept(cached: tuple[Running, Ask], folder: Path) -> None:
    _, ask = cached
    crop = "/v1/crop/63x50/coffee.jpg"
    whole = ask(crop, accept="image/webp")
    for name, value in {
        "if_none_match": f'"a", W/{whole.headers["etag"]}',
        "if_modified_since": whole.headers["last-modified"],
    }.items():
        assert ask(crop, accept="image/webp", **{name: value}).status == 304, name
    assert ask(crop, accept="image/webp", if_none_match='"a"').content == whole.content
    head = ask(crop, "HEAD", accept="image/webp")
    assert (head.headers["etag"], head.headers["x-cache"]) == (whole.headers["etag"], "HIT")
    part = ask(crop, accept="image/webp", range="bytes=2-5")
    assert (part.status, part.content) == (206, whole.content[2:6])
    with socket.socket(socket.AF_UNIX) as old:  # a health check, such as a load balancer's
        old.connect(str(folder / "nginx"))
        old.sendall(b"GET /v1/crop/61x50/coffee.jpg HTTP/1.0\r\n\r\n")
        assert b"".join(iter(lambda: old.recv(65536), b"")).startswith(b"HTTP/1.1 200 ")


@pytest.mark.slow
def test_a_stale_crop_is_renewed_and_served_when_the_service_fails_but_not_when_its_picture_is_gone(
    running: Callable[..., Running], pictures: Path, tmp_path: Path
) -> None:
    for name in ("kept.jpg", "removed.jpg"):
        shutil.copy(pictures / "coffee.jpg", tmp_path / name)
    started = running("--root", str(tmp_path), "--allow-unsigned", FOCALBOX_SERVICE_MAX_AGE="1")
    kept, removed = (f"/v1/crop/60x50/{name}.jpg" for name in ("kept", "removed"))
    with _behind_nginx(started, tmp_path / "nginx") as ask:
        first, until = ask(kept), time.monotonic() + SECONDS
        assert ask(removed).status == 200
        (tmp_path / "removed.jpg").unlink()
        while ask(kept).headers["x-cache"] != "REVALIDATED" or ask(removed).status == 200:
            assert time.monotonic() < until
        assert [ask(removed).status for _ in range(3)] == [404] * 3
        started.stop()
        while (again := ask(kept)).headers["x-cache"] == "HIT":
            assert time.monotonic() < until
        assert (again.headers["x-cache"], again.content) == ("STALE", first.content)
        assert ask("/v1/crop/61x50/kept.jpg").status == 502


@pytest.mark.slow
@pytest.mark.parametrize("stale", ["WHILE_REVALIDATE", "IF_ERROR"])
def test_nginx_shows_stale_crops_when_the_service_tells_it_to(
    running: Callable[..., Running], pictures: Path, tmp_path: Path, stale: str
) -> None:
    shutil.copy(pictures / "coffee.jpg", tmp_path / "a.jpg")
    settings = {"FOCALBOX_SERVICE_MAX_AGE": "1", f"FOCALBOX_SERVICE_STALE_{stale}": "600"}
    started = running("--root", str(tmp_path), "--allow-unsigned", **settings)
    crop = "/v1/crop/60x50/a.jpg"
    with _behind_nginx(started, tmp_path / "nginx", told=True) as ask:
        first, until = ask(crop), time.monotonic() + SECONDS
        shutil.copy(pictures / "rocket.jpg", tmp_path / "a.jpg")
        states = []
        while (again := ask(crop)).content == first.content:
            states.append(again.headers["x-cache"])
            assert time.monotonic() < until
        later = {"STALE", "UPDATING"} if stale == "WHILE_REVALIDATE" else set()
        assert set(states) - {"HIT"} <= later
        assert "STALE" in states or not later
        if stale == "WHILE_REVALIDATE":
            return
        (tmp_path / "a.jpg").unlink()
        while ask(crop).status == 200:
            assert time.monotonic() < until
        assert ask(crop).status == 404, "a missing picture is no failure"
        started.stop()
        failing = ask(crop)
        assert (failing.headers["x-cache"], failing.content) == ("STALE", again.content)


@pytest.mark.slow
def test_nginx_reaches_the_service_by_a_unix_socket(
    running: Callable[..., Running], pictures: Path, tmp_path: Path
) -> None:
    place = tmp_path / "http"
    trusted = {"FOCALBOX_SERVICE_TRUSTED_PROXIES": "unix"}
    started = running("--root", str(pictures), "--allow-unsigned", "--unix-socket", str(place), **trusted)
    with _behind_nginx(started, tmp_path / "nginx") as ask:
        for source in ("coffee.jpg", "pets%2Fmy%20cat%20%C3%A9.jpg"):
            answers = [ask(f"/v1/crop/60x50/{source}") for _ in range(2)]
            assert [(answer.status, answer.headers["x-cache"]) for answer in answers] == [(200, "MISS"), (200, "HIT")]


@pytest.mark.slow
def test_below_a_prefix_addresses_arrive_as_they_were_signed(
    running: Callable[..., Running], pictures: Path, tmp_path: Path
) -> None:
    key = Key("a", SECRET)
    started = running("--root", str(pictures), "--key", f"{key.id}:{key.secret}")
    with _behind_nginx(started, tmp_path / "nginx", below=True) as ask:
        for source in ("coffee.jpg", "pets%2Fmy%20cat%20%C3%A9.jpg", "pets/my%20cat%20%c3%a9.jpg"):
            signed = sign(f"/v1/crop/60x50/{source}?fit=tight", key, int(time.time()) + 3600)
            assert ask(f"/pictures{signed}").status == 200, source
        for target in (
            "/pictures/metrics",
            "/pictures/",
            "/%70ictures/metrics",
            "/x/../pictures/v1/crop/60x50/coffee.jpg",
        ):
            assert ask(target).status == 404, target
