"""Steps in a real Chromium that the tests of the page need and Playwright does not offer."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

SCREENSHOTS = os.environ.get("SCREENSHOTS")
"""A folder to leave screenshots in, for somebody to look at."""


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
