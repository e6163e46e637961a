"""More work than can be done: refusals, clients that leave, and a stop that loses nothing."""

from __future__ import annotations

import asyncio
import concurrent.futures
import re
from collections.abc import Callable
from pathlib import Path

from service.servers import SECONDS, Answer, Running, Service, Watched, receive


def test_beyond_the_queue_the_answer_is_503(watched: Callable[..., tuple[Service, Watched]]) -> None:
    service, model = watched(at_work=1, waiting=1, cache="none")
    model.open.clear()
    with concurrent.futures.ThreadPoolExecutor(2) as others:
        first = others.submit(service.ask, "/v1/crop/30x30/coffee.jpg")
        assert model.begun.acquire(timeout=SECONDS)
        second = others.submit(service.ask, "/v1/crop/30x30/rocket.jpg")
        while b"focalbox_admitted 2.0" not in service.ask("/metrics").content:
            assert not second.done()
        refused = service.ask("/v1/crop/30x30/astronaut.jpg")
        assert (refused.status, refused.headers["retry-after"]) == (503, "1")
        refused.problem()
        assert service.ask("/v1/crop/30x30/nothing.jpg").status == 503, "a refusal does not look for the picture"
        assert service.ask("/v1/crop/0x0/nothing.jpg").status == 503, "nor does it read what is asked for"
        assert b'status="503"} 3.0' in service.ask("/metrics").content
        assert service.ask("/healthz").status == 200
        model.open.set()
        assert (first.result().status, second.result().status) == (200, 200)
    assert service.ask("/v1/crop/30x30/astronaut.jpg").status == 200


def test_a_client_that_leaves_drops_its_work(watched: Callable[..., tuple[Service, Watched]]) -> None:
    service, model = watched(at_work=1, waiting=9, cache="none")
    model.open.clear()

    async def leave() -> list[Answer]:
        gone = asyncio.Event()
        busy = asyncio.ensure_future(service.asked("/v1/crop/30x30/coffee.jpg"))
        await asyncio.to_thread(model.begun.acquire)
        left = [
            asyncio.ensure_future(service.asked(f"/v1/crop/30x30/{name}.jpg", gone=gone))
            for name in ("rocket", "chelsea", "rocket")
        ]
        while b"focalbox_admitted 4.0" not in (await service.asked("/metrics")).content:
            await asyncio.wait(left, timeout=0.001)
        gone.set()
        answers = await asyncio.gather(*left)
        model.open.set()
        return [await busy, *answers]

    answers = service.run(leave())
    assert [answer.status for answer in answers] == [200, 0, 0, 0]
    assert model.looks == 1, "what nobody waits for is not begun"
    assert b"focalbox_admitted 0.0" in service.ask("/metrics").content


def test_a_stop_loses_nothing_that_was_accepted(running: Callable[..., Running], pictures: Path) -> None:
    started = running("--root", str(pictures), "--allow-unsigned", "--at-work", "1", "--waiting", "500")
    connections = [started.send(f"/v1/explain/{side}x{side}/coffee.jpg") for side in range(100, 124)]
    while not re.search(rb'focalbox_admitted 2[34]\.0|answer="explain"', started.get("/metrics")):
        pass  # until all of them are in, or the first is answered already
    assert started.stop() == 0
    answers = [receive(connection) for connection in connections]
    assert all(answer.startswith(b"HTTP/1.1 200") for answer in answers)
    assert all(answer.endswith(b"IEND\xaeB`\x82") for answer in answers)
