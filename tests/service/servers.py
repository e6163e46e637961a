"""The service as the tests ask it, and the servers around it."""

from __future__ import annotations

import asyncio
import io
import json
import re
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image

from focalbox import SaliencyMap
from focalbox.service.app import build
from focalbox.service.settings import ServiceSettings

SECONDS = 60
"""How long a test waits for anything before it fails."""


@dataclass(frozen=True)
class Answer:
    """What the service answered."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)

    def problem(self) -> str:
        """Return the detail of a problem document, having checked that it is one."""
        assert self.headers["content-type"] == "application/problem+json"
        document = self.json()
        assert set(document) == {"type", "title", "status", "detail"}
        assert document["status"] == self.status
        return str(document["detail"])


class Service:
    """The application, with its own loop, started and stopped as a server would."""

    def __init__(self, settings: ServiceSettings, **extra: Any) -> None:
        self.settings = settings
        self.app = build(settings, **extra)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._life: Future[None] = asyncio.run_coroutine_threadsafe(self._live(), self._loop)
        self._signal("startup")

    async def _live(self) -> None:
        async def send(message: Any) -> None:
            await self._outbox.put(message)

        await self.app({"type": "lifespan"}, self._inbox.get, send)

    def _signal(self, name: str) -> None:
        async def exchange() -> dict[str, Any]:
            await self._inbox.put({"type": f"lifespan.{name}"})
            return await self._outbox.get()

        answer = self.run(exchange())
        assert answer["type"] == f"lifespan.{name}.complete", answer

    def run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(SECONDS)

    def close(self) -> None:
        self._signal("shutdown")
        self._life.result(SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def ask(
        self, target: str | bytes, method: str = "GET", body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send one request, its target exactly as it is given."""
        answer: Answer = self.run(self.asked(target, method, body, headers))
        return answer

    async def asked(
        self,
        target: str | bytes,
        method: str = "GET",
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        gone: asyncio.Event | None = None,
    ) -> Answer:
        raw = target.encode("utf-8") if isinstance(target, str) else target
        path, _, query = raw.partition(b"?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": re.sub(rb"%([0-9A-Fa-f]{2})", lambda found: bytes((int(found[1], 16),)), path).decode(
                "utf-8", "replace"
            ),
            "raw_path": path,
            "query_string": query,
            "root_path": "",
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in (headers or {}).items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        messages = [{"type": "http.request", "body": body, "more_body": False}]
        sent: list[Any] = []
        gone = gone or asyncio.Event()

        async def receive() -> dict[str, Any]:
            if messages:
                return messages.pop(0)
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        if not sent:
            return Answer(0, {}, b"")
        return Answer(
            sent[0]["status"],
            {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]},
            b"".join(message.get("body", b"") for message in sent[1:]),
        )


@dataclass
class Neighbour:
    """Another server, on loopback: what it answers is set by the test."""

    place: str = ""
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    stalled: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    begun: threading.Event = field(default_factory=threading.Event)
    endless: threading.Event = field(default_factory=threading.Event)


def receive(connection: socket.socket) -> bytes:
    """Return all that comes until the other side hangs up."""
    with connection:
        return b"".join(iter(lambda: connection.recv(65536), b""))


@dataclass
class Running:
    """`focalbox serve` as a process."""

    process: subprocess.Popen[str]
    port: int
    page: str
    unix_socket: str = ""

    @property
    def place(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self) -> socket.socket:
        if not self.unix_socket:
            return socket.create_connection(("127.0.0.1", self.port), SECONDS)
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(SECONDS)
        connection.connect(self.unix_socket)
        return connection

    def send(self, target: str, *headers: str) -> socket.socket:
        """Send a request on a connection of its own, and return it."""
        connection = self.connect()
        lines = [f"GET {target} HTTP/1.1", "Host: test", "Connection: close", *headers, "", ""]
        connection.sendall("\r\n".join(lines).encode())
        return connection

    def get(self, target: str, *headers: str) -> bytes:
        """Return a whole answer, from its status line on."""
        return receive(self.send(target, *headers))

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SECONDS)

    def wait_until_ready(self) -> None:
        """Ask once: the socket is listening already, and the first request is answered when the service has started."""
        answer = self.get("/readyz")
        assert b" 200 " in answer, answer


Opened = Callable[..., Service]
"""Starts a service with settings."""

SECRET = "a secret of the service itself"


class Watched:
    """A model that counts its looks, and waits when it is told to."""

    def __init__(self) -> None:
        self.looks = 0
        self.open = threading.Event()
        self.open.set()
        self.begun = threading.Semaphore(0)

    def __call__(self, rgb: np.ndarray) -> SaliencyMap:
        if rgb.max() > 0:  # not the picture that the service warms up with
            self.looks += 1
            self.begun.release()
            assert self.open.wait(SECONDS)
        return SaliencyMap(np.eye(8))


def image_of(content: bytes) -> Image.Image:
    """Return the picture in an answer."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image
