"""A disk that hangs, such as that of a network whose server is away: nothing else waits for it, nor does the end."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from pictures import encoded
from service.hanging_disk import Disk, hanging_disk
from service.servers import SECONDS, Answer, Neighbour, Opened, Running, receive

PICTURE = encoded(np.random.default_rng(1).integers(0, 256, (80, 120, 3), dtype=np.uint8), "PNG")
FRESH = {"Content-Type": "image/png", "Cache-Control": "max-age=600"}
MANY = 70
"""More than may wait in one process: for its only thread (65), and in asyncio's own threads."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with hanging_disk(tmp_path / "mounted", {"a.png": PICTURE, "b.png": PICTURE}) as disk:
        yield disk


def _status(answer: bytes) -> int:
    return int(answer.split(b" ")[1])


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_root_folder_that_hangs_keeps_nobody_else_waiting(
    running: Callable[..., Running], neighbour: Neighbour, disk: Disk, tmp_path: Path, workers: str
) -> None:
    for number in range(4):
        neighbour.answers[f"/{number}.png"] = (200, FRESH, PICTURE)
    service = running(
        "--root",
        str(tmp_path / "mounted"),
        "--allow-unsigned",
        "--workers",
        workers,
        "--at-work",
        "1",
        FOCALBOX_SERVICE_HOSTS=neighbour.place,
        FOCALBOX_SERVICE_ALLOW_PRIVATE="true",
        FOCALBOX_SERVICE_FETCHED=str(tmp_path),
        FOCALBOX_SERVICE_FETCH_SECONDS="5",
    )
    assert _status(service.get("/v1/crop/60x40/a.png")) == 200
    disk.hang()
    waiting = [service.send(f"/v1/crop/{60 + number}x40/a.png") for number in range(MANY)]
    assert disk.hung.wait(SECONDS)
    for number in range(4):
        assert _status(service.get(f"/v1/crop/60x40/http://{neighbour.place}/{number}.png")) == 200
        assert _status(service.get("/readyz")) == 503
        assert _status(service.get("/healthz")) == 200
    answers = [receive(connection) for connection in waiting]
    assert {_status(answer) for answer in answers} == {503}
    assert b"the folder of the pictures does not answer at the moment" in b"".join(answers)
    disk.free()
    until = time.monotonic() + SECONDS
    while _status(service.get("/v1/crop/60x40/b.png")) != 200:  # until the disk has answered what waits for it
        assert time.monotonic() < until
    assert _status(service.get("/readyz")) == 200


def test_stopping_does_not_wait_for_a_root_folder_that_hangs(
    running: Callable[..., Running], disk: Disk, tmp_path: Path
) -> None:
    mounted = str(tmp_path / "mounted")
    service = running("--root", mounted, "--allow-unsigned", FOCALBOX_SERVICE_FETCH_SECONDS="1")
    disk.hang()
    assert _status(service.get("/v1/crop/60x40/a.png")) == 503
    assert service.stop() == 0


def test_a_client_that_hangs_up_no_longer_waits_for_the_folder(opened: Opened, disk: Disk, tmp_path: Path) -> None:
    service = opened(root=tmp_path / "mounted", allow_unsigned="true", fetch_seconds="300")
    disk.hang()
    gone = asyncio.Event()

    async def ask() -> Answer:
        asking = asyncio.ensure_future(service.asked("/v1/crop/60x40/a.png", gone=gone))
        await asyncio.get_running_loop().run_in_executor(None, disk.hung.wait, SECONDS)
        gone.set()
        return await asking

    assert service.run(ask()).status == 0, "nobody is left to be answered"


def test_a_cache_of_fetched_pictures_that_hangs_keeps_nobody_waiting_again(
    running: Callable[..., Running], neighbour: Neighbour, disk: Disk, tmp_path: Path
) -> None:
    neighbour.answers["/a.png"] = (200, FRESH, PICTURE)
    service = running(
        "--allow-unsigned",
        FOCALBOX_SERVICE_HOSTS=neighbour.place,
        FOCALBOX_SERVICE_ALLOW_PRIVATE="true",
        FOCALBOX_SERVICE_FETCHED=str(tmp_path / "mounted"),
    )
    disk.hang()
    address = f"/v1/crop/60x40/http://{neighbour.place}/a.png"
    together = [threading.Thread(target=service.get, args=(address,)) for _ in range(3)]
    for one in together:
        one.start()
    assert disk.hung.wait(SECONDS)
    assert _status(service.get(address)) == 200
    for one in together:
        one.join(SECONDS)
    assert _status(service.get(address)) == 200
    found = re.search(rb"^focalbox_fetched_failures_total (\S+)", service.get("/metrics"), re.MULTILINE)
    assert found
    assert float(found[1]) > 0
    assert service.stop() == 0
    told = [json.loads(line) for line in (tmp_path / "log-0").read_text().splitlines()]
    assert any(line.get("reason") == "the disk does not answer" for line in told)
