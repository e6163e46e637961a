"""The built site in a real Chromium, served over HTTP: every page at three widths, the search, and no request elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from accessibility import violations
from chromium import SCREENSHOTS, running_browser

WIDTHS = (390, 820, 1440)
"""Pixels: a telephone, a tablet, a desk."""
PAGES = (
    "index",
    "start",
    "method",
    "gallery",
    "guides/html",
    "guides/django",
    "guides/from-thumbor",
    "service",
    "settings",
    "reference/python",
    "reference/command",
    "reference/model-card",
    "quality",
    "options",
)
"""One page of each kind: words, pictures, code, tables, help, docstrings, figures."""
_SECONDS = 30_000


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the signature of the standard library
        pass


@pytest.fixture(scope="module")
def served(site: Path) -> Iterator[str]:
    """Return the address that the site is served at."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, served: str) -> Iterator[Page]:
    """Return a page of the browser; a request elsewhere, one that fails, or an error of a script fails the test."""
    elsewhere: list[str] = []
    page_errors: list[str] = []
    page = browser.new_page()
    page.set_default_timeout(_SECONDS)
    page.on(
        "request",
        lambda asked: None if asked.url.startswith((served, "data:", "blob:")) else elsewhere.append(asked.url),
    )
    page.on("response", lambda told: None if told.ok or told.status == 304 else page_errors.append(told.url))
    page.on("pageerror", lambda error: page_errors.append(str(error)))
    yield page
    page.close()
    assert elsewhere == []
    assert page_errors == []


@pytest.mark.parametrize("width", WIDTHS)
def test_every_kind_of_page_fits_its_screen_and_shows_its_pictures(page: Page, served: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    for name in PAGES:
        page.goto(f"{served}{name}.html")
        expect(page.locator("article h1")).to_be_visible(timeout=_SECONDS)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} is {wide} pixels wide on a screen of {width}"
        pictures = page.locator("article img")
        for number in range(pictures.count()):
            pictures.nth(number).scroll_into_view_if_needed()
        page.wait_for_function("[...document.querySelectorAll('article img')].every(one => one.complete)")
        blank = "[...document.querySelectorAll('article img')].filter(one => !one.naturalWidth).map(one => one.src)"
        assert page.evaluate(blank) == []
        if SCREENSHOTS:
            page.evaluate("window.scrollTo(0, 0)")
            page.screenshot(path=Path(SCREENSHOTS) / f"{name.replace('/', '-')}-{width}.png", full_page=True)


def test_on_a_telephone_nothing_of_code_and_of_tables_of_sentences_is_hidden(page: Page, served: str) -> None:
    page.set_viewport_size({"width": WIDTHS[0], "height": 844})
    hidden = """[...document.querySelectorAll('article pre > code, article .sentences table')]
        .filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.textContent.slice(0, 60))"""
    for name in (*PAGES, "batch"):
        page.goto(f"{served}{name}.html")
        assert page.evaluate(hidden) == [], name
    page.goto(f"{served}settings.html")
    assert page.locator(".sentences table").count() == 2


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_axe_finds_nothing(page: Page, served: str, scheme: Literal["light", "dark"], width: int) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    found = {}
    for name in ("method", "quality", "guides/html", "reference/python"):
        page.goto(f"{served}{name}.html")
        expect(page.locator("article h1")).to_be_visible(timeout=_SECONDS)
        found[name] = violations(page)
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate" if scheme == "dark" else "default")
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_the_search_finds_a_page_and_leads_to_it(page: Page, served: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{served}index.html")
    page.locator("input.md-search__input").click()
    page.keyboard.type("tversky")
    first = page.locator(".md-search-result__link").first
    expect(first).to_contain_text("method", ignore_case=True, timeout=_SECONDS)
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / "search-1440.png")
    first.click()
    expect(page.locator("article h1")).to_contain_text("method", ignore_case=True, timeout=_SECONDS)
    assert page.url.startswith(f"{served}method.html")


def test_the_search_says_when_there_is_nothing(page: Page, served: str) -> None:
    page.goto(f"{served}guides/html.html")
    page.locator("input.md-search__input").click()
    page.keyboard.type("xyzzyplugh")
    expect(page.locator(".md-search-result__meta")).to_contain_text("No matching documents", timeout=_SECONDS)
