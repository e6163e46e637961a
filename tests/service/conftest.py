"""Fixtures of the service: its pictures, the application, another server, a process."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import selectors
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from focalbox import Cropper
from focalbox.service.settings import ServiceSettings
from service.servers import SECONDS, Neighbour, Opened, Running, Service, Watched

if TYPE_CHECKING:  # not installed for `make check`
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory, photographs: Mapping[str, np.ndarray]) -> Path:
    """Return a root folder: photographs, some of them awkward."""
    root = tmp_path_factory.mktemp("root")
    for name, picture in photographs.items():
        Image.fromarray(picture).save(root / f"{name}.jpg", quality=90)
    (root / "pets").mkdir()
    shutil.copy(root / "chelsea.jpg", root / "pets" / "my cat é.jpg")
    shutil.copy(root / "chelsea.jpg", root / "abcdefghij0123456789")
    (root / "letter.txt").write_text("Dear Sir or Madam")
    (root / "cut.jpg").write_bytes((root / "coffee.jpg").read_bytes()[:9000])
    (root / ".hidden.jpg").write_bytes((root / "coffee.jpg").read_bytes())
    logo = np.zeros((90, 160, 4), dtype=np.uint8)
    logo[20:60, 30:80] = (200, 30, 30, 255)
    Image.fromarray(logo).save(root / "logo.png")
    scan = np.full((460, 700, 3), 255, dtype=np.uint8)
    scan[20:420, 80:680] = photographs["coffee"]
    Image.fromarray(scan).save(root / "scan.png")
    return root


@pytest.fixture(scope="session")
def opened() -> Iterator[Callable[..., Service]]:
    """Return what starts a service with settings; all are stopped at the end."""
    services: list[Service] = []

    def start(extra: Mapping[str, Any] | None = None, *, memory: int = 0, **settings: Any) -> Service:
        environment = {f"FOCALBOX_SERVICE_{name.upper()}": str(value) for name, value in settings.items()}
        limits = {name: environment.pop(name) for name in list(environment) if "_LIMIT_" in name}
        environment |= {name.replace("SERVICE_", ""): value for name, value in limits.items()}
        if memory:
            environment["FOCALBOX_MEMORY"] = str(memory)
        services.append(Service(ServiceSettings.of(environment), **(extra or {})))
        return services[-1]

    yield start
    for service in services:
        service.close()


@pytest.fixture(scope="session")
def service(opened: Callable[..., Service], pictures: Path) -> Service:
    """Return a service of the pictures that needs no signatures."""
    return opened(root=pictures, allow_unsigned="true")


@pytest.fixture
def neighbour() -> Iterator[Neighbour]:
    state = Neighbour()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            state.asked.append(self.path)
            state.hosts.append(self.headers["Host"])
            state.conditions.append(self.headers["If-None-Match"] or self.headers["If-Modified-Since"] or "")
            if self.path.startswith("/silent.jpg") or self.path in state.stalled:
                state.begun.set()
                state.endless.wait(SECONDS)
                return
            if self.path == "/endless.jpg":
                self.send_response(200)
                self.send_header("Content-Type", "image/jpeg")
                self.end_headers()
                with contextlib.suppress(OSError):
                    while not state.endless.is_set():
                        self.wfile.write(b"\xff\xd8\xff" * 10_000)
                self.close_connection = True
                return
            status, headers, content = state.answers.get(self.path, (404, {}, b""))
            if state.conditions[-1] and state.conditions[-1] in (headers.get("ETag"), headers.get("Last-Modified")):
                status, content = 304, b""
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                if value:
                    self.send_header(name, value)
                else:  # without a length, an answer ends with its connection
                    self.close_connection = True
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the signature of the standard library
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.place = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield state
    state.endless.set()
    server.shutdown()
    server.server_close()
    thread.join()


@contextlib.contextmanager
def _processes(folder: Path) -> Iterator[Callable[..., Running]]:
    """Return what starts `focalbox serve` with arguments, and logs into a folder; all processes are stopped at the end."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, limit: int | None = None, **environment: str) -> Running:
        """Start it; ``limit`` is how many files it may open."""

        def bound() -> None:
            if limit is not None:
                resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))

        kept = {name: value for name, value in os.environ.items() if not name.startswith("FOCALBOX_")}
        with (folder / f"log-{len(started)}").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "focalbox", "serve", "--port", "0", *arguments],
                stdout=subprocess.PIPE,
                stderr=log,
                env={
                    **kept,
                    "TMPDIR": str(folder),  # some of them are killed, and leave files there
                    "FOCALBOX_SERVICE_WORKERS": "1",  # which keeps for itself, and for its tests, what it has seen
                    **environment,
                },
                text=True,
                preexec_fn=bound,  # noqa: PLW1509 - sets a number, and takes no lock
            )
        started.append(process)
        assert process.stdout is not None
        with selectors.DefaultSelector() as waiting:  # unlike `select`, it takes any number of open files
            waiting.register(process.stdout, selectors.EVENT_READ)
            assert waiting.select(SECONDS), "focalbox serve printed nothing"
        page = process.stdout.readline()
        found = re.search(r"http://(?:127\.0\.0\.1|\[::\]):(\d+)\S*|socket:  (.+)", page)
        assert found, page + process.stdout.read() + (folder / f"log-{len(started) - 1}").read_text()
        running = Running(process, int(found[1] or 0), found[0], found[2] or "")
        running.wait_until_ready()
        return running

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Return what starts `focalbox serve` with arguments; all processes are stopped at the end."""
    with _processes(tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def running_long(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Running]]:
    """Return what starts `focalbox serve` for all tests of a module."""
    with _processes(tmp_path_factory.mktemp("running")) as start:
        yield start


@pytest.fixture(scope="module")
def unsigned(running_long: Callable[..., Running]) -> Running:
    """Return a process without a folder of pictures that needs no signatures, for all tests of a module."""
    return running_long("--allow-unsigned")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder that is a disk of its own, of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, check=False, capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"this user may not mount a disk: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def watched(opened: Opened, pictures: Path) -> Callable[..., tuple[Service, Watched]]:
    """Return what starts a service whose looks are counted, with that model."""

    def start(**settings: Any) -> tuple[Service, Watched]:
        model = Watched()
        extra = {"cropper": Cropper(model=model)}
        return opened(extra, **{"root": pictures, "allow_unsigned": "true", **settings}), model

    return start


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import expect  # noqa: PLC0415 - not installed for `make check`

    from chromium import running_browser  # noqa: PLC0415 - as above

    expect.set_options(timeout=1000 * SECONDS)
    with running_browser() as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser, running: Callable[..., Running], unsigned: Running) -> Iterator[Callable[..., Page]]:
    """Return what opens the page; whatever goes wrong in it fails the test."""
    from playwright.sync_api import expect  # noqa: PLC0415 - not installed for `make check`

    page_errors: list[str] = []
    pages: list[Page] = []

    def open_page(
        *arguments: str,
        width: int = 1280,
        dark: bool = False,
        still: bool = False,
        phone: bool = False,
        **environment: str,
    ) -> Page:
        started = running(*arguments, **environment) if arguments else unsigned
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce" if still else "no-preference",
            permissions=["clipboard-read", "clipboard-write"],
            is_mobile=phone,
            has_touch=phone,
        )
        page = context.new_page()
        page.on("pageerror", lambda error: page_errors.append(str(error)))
        page.on("console", lambda message: page_errors.append(message.text) if message.type == "error" else None)
        page.on(
            "request",
            lambda request: (
                page_errors.append(request.url)
                if not request.url.startswith((started.place, "blob:", "data:"))
                else None
            ),
        )
        page.goto(started.page)
        expect(page.locator("#status")).to_have_text("The crop is ready.")
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.context.close()
    provoked = "415", "ERR_UPLOAD_FILE_CHANGED"  # by tests, with files that are no pictures any more
    assert [text for text in page_errors if not any(one in text for one in provoked)] == []
