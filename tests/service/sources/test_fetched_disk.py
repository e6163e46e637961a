"""The disk of fetched pictures when it is full or cannot be written: a real process serves on, and says so once."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pictures import encoded
from service.servers import SECONDS, Neighbour, Running

FRESH = {"Content-Type": "image/png", "Cache-Control": "max-age=600"}


def _noise(seed: int) -> bytes:
    """Return a picture of some 200 kB."""
    pixels = np.random.default_rng(seed).integers(0, 256, (256, 256, 3), dtype=np.uint8)
    return encoded(pixels, "PNG")


def _get(service: Running, path: str) -> tuple[int, str]:
    answer = service.get(path)
    return int(answer.split(b" ")[1]), answer.decode("latin-1")


@pytest.fixture
def fetching(
    running: Callable[..., Running], neighbour: Neighbour, small_disk: Path
) -> Callable[[], tuple[Running, list[str]]]:
    """Return what starts a service with a small disk for what it fetches, and names six pictures."""
    for number in range(6):
        neighbour.answers[f"/{number}.png"] = (200, FRESH, _noise(number))

    def start() -> tuple[Running, list[str]]:
        started = running(
            "--allow-unsigned",
            FOCALBOX_SERVICE_HOSTS=neighbour.place,
            FOCALBOX_SERVICE_ALLOW_PRIVATE="true",
            FOCALBOX_SERVICE_FETCHED=str(small_disk),
            FOCALBOX_SERVICE_FETCHED_BYTES="2000000",
        )
        return started, [f"/v1/crop/60x40/http://{neighbour.place}/{number}.png" for number in range(6)]

    return start


def _failures(service: Running) -> float:
    found = re.search(r"^focalbox_fetched_failures_total (\S+)", _get(service, "/metrics")[1], re.MULTILINE)
    assert found
    return float(found[1])


def _warnings(log: Path) -> list[str]:
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return [f"{line['message']}: {line['reason']}" for line in lines if line["level"] == "warning"]


def test_a_full_disk_is_said_once_and_nobody_misses_a_picture(
    fetching: Callable[[], tuple[Running, list[str]]], neighbour: Neighbour, tmp_path: Path
) -> None:
    service, addresses = fetching()
    for address in addresses * 2:
        assert _get(service, address)[0] == 200
    assert neighbour.asked.count("/0.png") == 1, "what came before the disk was full is kept"
    assert neighbour.asked.count("/5.png") == 2
    assert _failures(service) > 0
    assert _warnings(tmp_path / "log-0") == ["the cache of pictures does not work: database or disk is full"]


def test_a_disk_that_becomes_read_only_is_said_once_and_nobody_misses_a_picture(
    fetching: Callable[[], tuple[Running, list[str]]], small_disk: Path, tmp_path: Path
) -> None:
    service, addresses = fetching()
    assert _failures(service) == 0
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    for address in addresses[:2] * 2:
        assert _get(service, address)[0] == 200
    assert _failures(service) > 0
    (warning,) = _warnings(tmp_path / "log-0")
    assert warning.startswith("the cache of pictures does not work: ")


def test_a_folder_on_a_read_only_disk_is_refused_at_the_start(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    ended = subprocess.run(
        [sys.executable, "-m", "focalbox", "serve", "--port", "0", "--allow-unsigned"],
        env={"FOCALBOX_SERVICE_FETCHED": str(small_disk)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.strip() == (
        f"focalbox: FOCALBOX_SERVICE_FETCHED is a folder that this user may write to, not '{small_disk}'"
    )
