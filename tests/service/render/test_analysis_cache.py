"""Analyses that are kept and shared, and those that come from elsewhere."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from focalbox import Analysis, SaliencyMap, Size
from focalbox.errors import InvalidRequest
from focalbox.service.render.analysis_cache import AnalysisCache, RedisCache, load_analysis
from focalbox.service.runtime.lru import ByteLruCache
from focalbox.service.runtime.metrics import Metrics
from service.servers import Opened, Service, Watched


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Start Debian's real redis-server on a socket of its own."""
    path = shutil.which("redis-server")
    if path is None:
        pytest.fail("redis-server is missing: install Debian's package redis-server, or run `make test` as root")
    place = tmp_path / "redis.sock"
    process = subprocess.Popen(
        [path, "--port", "0", "--unixsocket", str(place), "--save", "", "--daemonize", "no"],
        stdout=subprocess.PIPE,
        cwd=tmp_path,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if b"eady to accept connections" in line:
            break
    yield f"unix://{place}", process
    process.kill()
    process.communicate()


def test_processes_share_analyses_in_redis(
    watched: Callable[..., tuple[Service, Watched]], redis: tuple[str, subprocess.Popen[bytes]]
) -> None:
    place, process = redis
    one, first = watched(cache=place)
    two, second = watched(cache=place)
    expected = one.ask("/v1/crop/30x30/coffee.jpg").content
    assert two.ask("/v1/crop/30x30/coffee.jpg").content == expected
    assert (first.looks, second.looks) == (1, 0)
    process.kill()
    process.wait()
    for side in range(31, 40):
        assert two.ask(f"/v1/crop/{side}x30/rocket.jpg").status == 200, "Redis gone is slower, never wrong"
    assert second.looks == 1
    assert b'cache="redis",result="miss"' in two.ask("/metrics").content


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff", b"x" * 2**21, b'{"model": "network"}'])
def test_what_others_put_into_redis_is_not_believed(
    opened: Opened, redis: tuple[str, subprocess.Popen[bytes]], content: bytes
) -> None:
    async def look() -> object:
        shared_cache = RedisCache(redis[0])
        analyses = AnalysisCache("network", ByteLruCache(0), Metrics(), shared_cache)
        await shared_cache.put(analyses._name("digest"), content)  # noqa: SLF001 - where others would put it
        found = await analyses.get("digest")
        await shared_cache.close()
        return found

    assert asyncio.run(look()) is None


def test_a_saved_analysis_of_another_picture_is_looked_at_again(
    watched: Callable[..., tuple[Service, Watched]], redis: tuple[str, subprocess.Popen[bytes]]
) -> None:
    """Whoever can write to Redis can lie about a picture's size: the header is believed."""
    one, model = watched(cache=redis[0])
    expected = one.ask("/v1/crop/30x30/coffee.jpg").content
    command = ["redis-cli", "-s", redis[0].removeprefix("unix://")]
    (name,) = subprocess.run([*command, "KEYS", "*"], capture_output=True, text=True, check=True).stdout.split()
    saved = json.loads(subprocess.run([*command, "GET", name], capture_output=True, check=True).stdout)
    saved["source"] = {"width": 10, "height": 10}
    subprocess.run([*command, "-x", "SET", name], input=json.dumps(saved).encode(), check=True, capture_output=True)
    two, other = watched(cache=redis[0])
    assert two.ask("/v1/crop/30x30/coffee.jpg").content == expected
    assert (model.looks, other.looks) == (1, 1)


def test_a_saved_analysis_of_another_border_is_looked_at_again(
    watched: Callable[..., tuple[Service, Watched]], redis: tuple[str, subprocess.Popen[bytes]]
) -> None:
    one, model = watched(cache=redis[0])
    expected = {answer: one.ask(f"/v1/{answer}/30x30/scan.png?trim=top-left").content for answer in ("plan", "crop")}
    command = ["redis-cli", "-s", redis[0].removeprefix("unix://")]
    (name,) = subprocess.run([*command, "KEYS", "*"], capture_output=True, text=True, check=True).stdout.split()
    saved = json.loads(subprocess.run([*command, "GET", name], capture_output=True, check=True).stdout)
    del saved["trimmed"]
    subprocess.run([*command, "-x", "SET", name], input=json.dumps(saved).encode(), check=True, capture_output=True)
    two, other = watched(cache=redis[0])
    assert two.ask("/v1/plan/30x30/scan.png?trim=top-left").content == expected["plan"]
    assert two.ask("/v1/crop/30x30/scan.png?trim=top-left").content == expected["crop"]
    assert (model.looks, other.looks) == (1, 1)


@pytest.mark.parametrize("content", [b"{}", b"[1]", b"1", b'{"source": {"width": 1e999, "height": 1}}', b"[" * 100_000])
def test_an_analysis_that_is_none_is_refused(service: Service, content: bytes) -> None:
    with pytest.raises(InvalidRequest):
        load_analysis(content)
    answer = service.ask("/v1/plan?size=1:1", "POST", content, {"content-type": "application/json"})
    assert answer.status == 400
    answer.problem()


def test_an_analysis_can_be_planned_for_without_its_picture(service: Service) -> None:
    saved = service.ask("/v1/plan/1:1,16:9/coffee.jpg?saliency=true")
    kind = {"content-type": "application/json"}
    again = service.ask("/v1/plan?size=1:1,16:9", "POST", saved.content, kind)
    assert again.json()["crops"] == saved.json()["crops"]
    assert service.ask("/v1/crop?size=1:1", "POST", saved.content, kind).status == 415
    many = saved.json() | {"subjects": [{"kind": "face", "score": 1, "box": dict.fromkeys(
        ("left", "top", "width", "height"), 0.1)}] * 101}  # fmt: skip
    assert service.ask("/v1/plan?size=1:1", "POST", json.dumps(many).encode(), kind).status == 400


@pytest.mark.parametrize("filling", [b"[],", b"{},", b"1,"])
def test_what_takes_long_to_read_is_refused_unread(filling: bytes) -> None:
    """It would be valid JSON, beside what a saved analysis has; a longer text between the same signs is read."""
    saved = json.dumps(Analysis(Size(30, 20), SaliencyMap([[1, 2], [3, 4]])).to_dict()).encode()
    assert load_analysis(b'{"more": "%b", ' % (b"a" * 500_000) + saved[1:]).source == Size(30, 20)
    assert load_analysis(b'{"more": [%b0], ' % (filling * 10_000) + saved[1:]).source == Size(30, 20)
    with pytest.raises(InvalidRequest):
        load_analysis(b'{"more": [%b0], ' % (filling * 110_000) + saved[1:])
