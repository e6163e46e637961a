"""Steps in a real Chromium that the tests of the page need and Playwright does not offer."""

from __future__ import annotations

import html
import io
import re
import urllib.request
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from chromium import SCREENSHOTS
from service.servers import SECONDS


def shot(page: Page, name: str) -> None:
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", full_page=True)


def window_of(page: Page) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", page.locator("#box").inner_text())))


def drag(page: Page, *points: tuple[float, float]) -> None:
    """Draw along points of the picture, in fractions of it."""
    page.locator("#stage").evaluate("stage => stage.scrollIntoView({block: 'center'})")
    place = page.locator("#stage").bounding_box()
    assert place is not None
    for number, (x, y) in enumerate(points):
        page.mouse.move(place["x"] + x * place["width"], place["y"] + y * place["height"])
        if number == 0:
            page.mouse.down()
    page.mouse.up()


def planned_by(page: Page, pattern: str, act: Callable[[], object]) -> dict[str, int]:
    """Do something, and return the box that the service then plans."""
    # Finished: the page aborts a request when the next one follows, and what is aborted has no body.
    with page.expect_request_finished(lambda request: re.search(pattern, request.url) is not None) as finished:
        act()
    answer = finished.value.response()
    assert answer is not None
    box: dict[str, int] = answer.json()["crops"][0]["box"]
    return box


def promised_in(text: str) -> list[tuple[str, tuple[int, int]]]:
    """Return the addresses in what is offered to copy, and the sizes that they promise."""
    found = []
    for address, width in re.findall(r"(http[^\s\"]+)(?: (\d+)w)?", html.unescape(text)):
        size = re.search(r"/(\d+)x(\d+)/(?!\d+x)|rs:fill:(\d+):(\d+)|w:(\d+),h:(\d+)", address)
        assert size, address
        across, down = (int(side) for side in size.groups() if side)
        assert not width or across == int(width), address
        found.append((address, (across, down)))
    return found


def addresses_on(page: Page) -> list[tuple[str, tuple[int, int]]]:
    """Return the addresses of all rows that are shown, and the sizes that they promise."""
    rows = [page.locator(f"#snippet-{name}") for name in ("URL", "thumbor", "imgproxy", "Filestack", "picture")]
    return [promised for row in rows if row.is_visible() for promised in promised_in(row.inner_text())]


def check_sizes(promised: list[tuple[str, tuple[int, int]]], form: str) -> None:
    """Fetch each address, and compare the picture with the size that was promised and with a format."""
    for address, size in promised:
        with urllib.request.urlopen(address, timeout=SECONDS) as answer:  # noqa: S310 - of the page
            content = answer.read()
        with Image.open(io.BytesIO(content)) as image:
            assert (image.size, image.format) == (size, form), address
