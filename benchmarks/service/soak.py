"""Mixed load at twice what the service can serve, attacks, slow clients and a slow server: nothing wrong, lost or leaked."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import io
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import skimage.data
from PIL import Image

from benchmarks.service.load import PAGE
from benchmarks.service.noted_memory import Note, read_notes
from benchmarks.service.soak_memory import MINUTE, growth
from benchmarks.tables import replace_between

AT_WORK, WAITING = 2, 14
CLIENTS = 2 * (AT_WORK + WAITING)
"""Twice as many requests at once as are let in: the other half is refused with 503."""
HOSTILE, LEAVING, SLOW = 0.05, 0.05, 0.02
"""Shares of requests that are attacks, of clients that hang up without waiting, and of those that send a byte a while."""
UPSTREAM = 0.05
"""Share of pictures that are fetched from another server, which takes its time."""
LATE = 1.0
"""Seconds that the other server waits before it answers, and that a slow client waits between two bytes."""
_SLOW_BYTES = 5
_PATIENCE = 60
_ATTACKS = (
    ("/v1/crop/60x40/../../etc/passwd", 404),
    ("/v1/crop/60x40/%2e%2e/%2e%2e/etc/passwd", 404),
    ("/v1/crop/0x40/coffee.jpg", 400),
    ("/v1/crop/99999x40/coffee.jpg", 400),
    ("/v1/crop/60x40/%zz", 400),
    ("/v1/crop/60x40/" + "a" * 10_000, 414),
    ("/v1/crop/60x40/coffee.jpg?colour=red", 400),
    ("/v1/crop/60x40/letter.txt", 415),
    ("/v1/crop/60x40/cut.jpg", 422),
    ("/v1/crop/60x40/bomb.png", 413),
    ("/v1/crop/60x40/http://127.0.0.1/a.jpg", 403),
    ("/unsafe/50x50:10x10/60x40/coffee.jpg", 400),
    ("/smart_crop=w:5/coffee.jpg", 400),
    ("/nothing", 404),
)


@dataclass
class Counts:
    """What came back."""

    upstream: int
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    left: int = 0
    slow: int = 0
    memory: list[Note] = field(default_factory=list)


def main() -> None:
    """Run the load; exit 1 when anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5 * MINUTE, help="how long")
    seconds: float = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as root, tempfile.TemporaryDirectory() as notes:
        make_pictures(Path(root))
        sys.exit(asyncio.run(_run(Path(root), Path(notes), seconds)))


@contextmanager
def _serve(root: Path, upstream: int, notes: Path) -> Iterator[subprocess.Popen[str]]:
    command = ["serve", "--root", str(root), "--allow-unsigned", "--port", "0"]
    threads = ["--workers", "1", "--at-work", str(AT_WORK), "--waiting", str(WAITING)]
    bounds = [*threads, "--allow-host", f"127.0.0.1:{upstream}"]
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.service.noted_memory", str(notes), *command, *bounds],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "FOCALBOX_SERVICE_ALLOW_PRIVATE": "true"},
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for_port(process: subprocess.Popen[str]) -> int:
    """Return the port of a service that is starting; exit when it does not."""
    found = re.search(r":(\d+)/", process.stdout.readline() if process.stdout else "")
    if found is None:
        sys.exit("focalbox serve did not start")
    return int(found[1])


async def _run(root: Path, notes: Path, seconds: float) -> int:
    other = await asyncio.start_server(partial(_answer_late, (root / "coffee.jpg").read_bytes()), "127.0.0.1", 0)
    upstream = int(other.sockets[0].getsockname()[1])
    async with other:
        with _serve(root, upstream, notes / "first") as process:
            port = wait_for_port(process)
            await ask(port, "/readyz")
            seen, stop = Counts(upstream), time.monotonic() + seconds
            clients = [asyncio.create_task(_client(port, seen, random.Random(seed), stop)) for seed in range(CLIENTS)]  # noqa: S311
            await asyncio.gather(*clients)
            seen.memory = read_notes(notes / "first")
            lost = await _stop_in_the_middle(process, port)
        with _serve(root, upstream, notes / "second") as process:  # and started again
            port = wait_for_port(process)
            for target in list(seen.answers)[:CLIENTS]:
                status, head, body = await ask(port, target)
                if status != 200:  # noqa: PLR2004 - a picture
                    seen.wrong.append(f"{status} after the restart: {target}")
                else:
                    _check(seen, target, head, body)
    return _report(seen, lost, seconds)


async def _answer_late(content: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Be another server: answer every request with a picture, after a while."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(LATE)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + content)
        await writer.drain()
    writer.close()


async def _dawdle(port: int) -> None:
    """Be a client that sends a byte a while, and then leaves."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    with contextlib.suppress(OSError):
        for byte in b"GET /"[:_SLOW_BYTES]:
            writer.write(bytes((byte,)))
            await writer.drain()
            await asyncio.sleep(LATE)
    writer.close()


async def _client(port: int, seen: Counts, chance: random.Random, stop: float) -> None:
    while time.monotonic() < stop:
        kind = chance.random()
        if kind < HOSTILE:
            target, expected = chance.choice(_ATTACKS)
        else:
            target, expected = _address(chance, seen.upstream), 200
        if HOSTILE < kind < HOSTILE + SLOW:
            await _dawdle(port)
            seen.slow += 1
            continue
        if kind > 1 - LEAVING:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(_request(target))
            await writer.drain()
            writer.close()
            seen.left += 1
            continue
        status, head, body = await ask(port, target)
        seen.statuses[status] += 1
        if status == 503:  # noqa: PLR2004 - busy, as it should be
            await asyncio.sleep(0.05)
        elif status != expected:
            seen.wrong.append(f"{status} instead of {expected}: {target[:80]}")
        elif status == 200:  # noqa: PLR2004 - a picture
            _check(seen, target, head, body)


def _check(seen: Counts, target: str, head: bytes, body: bytes) -> None:
    """Note a wrong answer: the same address has the same one every time, and a picture has its size."""
    digest = hashlib.sha256(body).hexdigest()
    if seen.answers.setdefault(target, digest) != digest:
        seen.wrong.append(f"another answer than before: {target}")
    sides = re.search(r"(\d+)x(\d+)", target)
    if b"image/" in head and "/map/" not in target and "/explain/" not in target and sides:
        if Image.open(io.BytesIO(body)).size != (int(sides[1]), int(sides[2])):
            seen.wrong.append(f"another size: {target}")
    elif b"image/" not in head and b"json" not in head:
        seen.wrong.append(f"neither picture nor plan: {target}")


def _address(chance: random.Random, upstream: int) -> str:
    picture = chance.choice(("astronaut.jpg", "chelsea.jpg", "coffee.jpg", "rocket.jpg", "large.jpg"))
    if chance.random() < UPSTREAM:
        return f"/v1/crop/60x40/http://127.0.0.1:{upstream}/{chance.randrange(20)}.jpg"
    size = f"{chance.randrange(40, 500, 20)}x{chance.randrange(40, 500, 20)}"
    return chance.choice(
        (
            f"/v1/crop/{size}/{picture}",
            f"/v1/crop/{size}/{picture}?fit=pad&fill=blur&format=webp",
            f"/v1/crop/{size}/{picture}?zoom=0.5&format=png",
            f"/v1/plan/{size},1:1,16:9/{picture}",
            f"/v1/map/{picture}",
            f"/unsafe/{size}/smart/filters:quality(60)/{picture}",
            f"/smart_crop=width:{size.replace('x', ',height:')}/{picture}",
        )
    )


def _request(target: str) -> bytes:
    return f"GET {target} HTTP/1.1\r\nHost: soak\r\nConnection: close\r\n\r\n".encode()


async def ask(port: int, target: str) -> tuple[int, bytes, bytes]:
    """Return status, head and body; a connection that ends without an answer is status 0."""
    try:
        async with asyncio.timeout(_PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(_request(target))
            text = await reader.read()
            writer.close()
    except (OSError, TimeoutError):
        return 0, b"", b""
    head, _, body = text.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head)
    whole = length is not None and len(body) == int(length[1])
    return (int(head[9:12]) if whole else 0), head, body


async def _stop_in_the_middle(process: subprocess.Popen[str], port: int) -> int:
    """Send SIGTERM while requests are being worked on; return how many of them got no answer."""
    targets = [f"/v1/explain/{side}x{side}/large.jpg" for side in range(100, 100 + AT_WORK + WAITING)]
    asked = [asyncio.create_task(ask(port, target)) for target in targets]
    for _ in range(1000):
        if f"focalbox_admitted {len(targets)}.0".encode() in (await ask(port, "/metrics"))[2]:
            break
    process.send_signal(signal.SIGTERM)
    return sum(status != 200 for status, _, _ in await asyncio.gather(*asked))  # noqa: PLR2004 - answered


def _report(seen: Counts, lost: int, seconds: float) -> int:
    memory = growth(seen.memory, seconds)
    statuses = ", ".join(f"{status}: {count}" for status, count in sorted(seen.statuses.items()))
    fine = not seen.wrong and not lost and memory.fine and not seen.statuses[0] and not seen.statuses[500]
    print(f"{seconds:.0f} s, {CLIENTS} clients for {AT_WORK} at work and {WAITING} waiting")
    print(f"answers by status: {statuses}")
    print(
        f"{seen.left} clients hung up, {seen.slow} were slow; {len(seen.answers)} addresses, {len(seen.wrong)} wrong answers"
    )
    print(f"{lost} of {AT_WORK + WAITING} requests lost at SIGTERM")
    print(*memory.lines(), sep="\n")
    for wrong in seen.wrong[:10]:
        print(f"  {wrong}")
    line = (
        f"{seconds:.0f} seconds with twice as many clients as are admitted, attacks, slow clients and a slow picture server:"
        f" {seen.statuses.total():,} answers to {len(seen.answers):,} addresses, {len(seen.wrong)} of them wrong;"
        f" {lost} of {AT_WORK + WAITING} requests lost at SIGTERM; memory in use grew to at most {memory.grown:.2f} times."
        f" The allocator held up to {memory.held:.0f} MB more, free for the next pictures; that fills slowly."
    )
    replace_between(PAGE, "soak", line)
    print("fine" if fine else "NOT fine")
    return 0 if fine else 1


def make_pictures(root: Path) -> None:
    """Write the pictures of the load into a folder: photographs, a large one, and what is none."""
    for name in ("astronaut", "chelsea", "coffee", "rocket"):
        Image.fromarray(getattr(skimage.data, name)()).save(root / f"{name}.jpg", quality=90)
    large = Image.open(root / "coffee.jpg").resize((4000, 2667))
    large.save(root / "large.jpg", quality=88)
    (root / "cut.jpg").write_bytes((root / "coffee.jpg").read_bytes()[:9000])
    (root / "letter.txt").write_text("Dear Sir or Madam")
    Image.new("1", (29_000, 29_000)).save(root / "bomb.png")


if __name__ == "__main__":
    main()
