"""The page in a real Chromium: upload, drag, layers, copy, a broken file, a narrow screen."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from service.servers import Running

SCREENSHOTS = os.environ.get("SCREENSHOTS")
"""A folder to leave screenshots in, for somebody to look at."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("Chromium is missing: install Debian's package chromium, or run `make test` as root")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, running: Callable[..., Running]) -> Iterator[Callable[..., Page]]:
    """Return what opens the page; whatever it complains about fails the test."""
    complaints: list[str] = []
    pages: list[Page] = []

    def open_page(*arguments: str, width: int = 1280, dark: bool = False, still: bool = False) -> Page:
        started = running(*(arguments or ("--allow-unsigned",)))
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce" if still else "no-preference",
            permissions=["clipboard-read", "clipboard-write"],
        )
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: complaints.append(request.url) if not _own(request.url, started) else None)
        page.goto(started.page)
        expect(page.locator("#status")).to_have_text("The crop is ready.")
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.context.close()
    assert [text for text in complaints if "415" not in text] == []


def _own(address: str, running: Running) -> bool:
    return address.startswith((running.place, "blob:", "data:"))


def _shot(page: Page, name: str) -> None:
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", full_page=True)


def _pixels(page: Page, canvas: str) -> str:
    return str(page.locator(canvas).evaluate("canvas => canvas.toDataURL()"))


def _set(page: Page, slider: str, value: float) -> None:
    page.locator(slider).evaluate(
        "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input', {bubbles: true})); }", value
    )


def test_upload_drag_layers_and_copy(visit: Callable[..., Page], pictures: Path) -> None:
    page = visit()
    page.set_input_files("#file", pictures / "astronaut.jpg")
    expect(page.locator("#facts")).to_contain_text("astronaut.jpg · 512 × 512 pixels")
    expect(page.locator("#confidence")).to_contain_text("%")
    expect(page.locator(".card")).to_have_count(8)

    stage, result = _pixels(page, "#stage"), _pixels(page, "#result")
    slider = page.locator("#ratio").bounding_box()
    assert slider is not None
    page.mouse.move(slider["x"] + slider["width"] * 0.74, slider["y"] + slider["height"] / 2)
    page.mouse.down()
    seen = set()
    for share in (0.6, 0.5, 0.4, 0.3):
        page.mouse.move(slider["x"] + slider["width"] * share, slider["y"] + slider["height"] / 2)
        seen.add(page.locator("#box").inner_text())
    page.mouse.up()
    assert len(seen) == 4, "the crop follows while dragging"
    assert _pixels(page, "#stage") != stage
    assert _pixels(page, "#result") != result

    _set(page, "#zoom", 1)
    expect(page.locator("#zoom-value")).to_have_text("100 %")
    _set(page, "#zoom", 0)

    page.get_by_role("button", name="16:9", exact=True).click()
    expect(page.locator("#ratio-value")).to_have_text("16:9")
    for layer in ("map", "salient", "window"):
        before = _pixels(page, "#stage")
        page.locator(f"#layer-{layer}").click()
        assert _pixels(page, "#stage") != before, layer

    for name, pattern in (
        ("URL", r"http://127\.0\.0\.1:\d+/v1/crop/1200x675/astronaut\.jpg"),
        ("Command", r"focalbox crop astronaut\.jpg -s 1200x675"),
        ("Python", r'focalbox\.crop\("astronaut\.jpg", "1200x675"\)'),
        ("CSS", r"aspect-ratio: 1200 / 675; object-fit: cover; object-position: [\d.]+% [\d.]+%;"),
    ):
        page.get_by_role("button", name=f"Copy the {name}").click()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert re.fullmatch(pattern, copied), copied
    _shot(page, "wide")


def test_the_page_shows_what_the_service_cuts(visit: Callable[..., Page]) -> None:
    page = visit("--allow-unsigned")
    for ratio, size, zoom in ((0.0, "1200x1200", 0.0), (1.3, "1200x487", 0.4), (-1.0, "600x1200", 1.0)):
        _set(page, "#zoom", zoom)
        # By its whole address: the page may still ask about what it showed before.
        with page.expect_response(re.compile(f"/v1/plan.size={size}&zoom={zoom:g}&")) as answer:
            _set(page, "#ratio", ratio)
        box = answer.value.json()["crops"][0]["box"]
        text = f"{box['width']} × {box['height']} at {box['left']}, {box['top']}"
        expect(page.locator("#box")).to_have_text(text)


def test_a_broken_file_is_explained_and_the_next_one_works(visit: Callable[..., Page], pictures: Path) -> None:
    page = visit()
    page.set_input_files("#file", pictures / "letter.txt")
    expect(page.get_by_role("alert")).to_contain_text("begin like a picture")
    _shot(page, "broken")
    page.set_input_files("#file", pictures / "logo.png")
    expect(page.locator("#facts")).to_contain_text("logo.png · 160 × 90")
    expect(page.get_by_role("alert")).to_be_hidden()


def test_a_signed_page_works_through_its_own_address(visit: Callable[..., Page], pictures: Path) -> None:
    page = visit("--root", str(pictures))
    page.set_input_files("#file", pictures / "coffee.jpg")
    expect(page.locator("#facts")).to_contain_text("coffee.jpg")
    expect(page.locator("#snippet-URL")).to_contain_text("focalbox sign")


def test_a_keyboard_is_enough(visit: Callable[..., Page]) -> None:
    page = visit(still=True)
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "ratio":
            break
    assert page.evaluate("document.activeElement.id") == "ratio"
    assert page.evaluate("document.activeElement.matches(':focus-visible')")
    before = page.locator("#box").inner_text()
    for _ in range(30):
        page.keyboard.press("ArrowLeft")
    expect(page.locator("#box")).not_to_have_text(before)


@pytest.mark.parametrize("dark", [False, True])
def test_a_phone_shows_all_of_it(visit: Callable[..., Page], dark: bool) -> None:  # noqa: FBT001 - a case
    page = visit(width=375, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    for part in ("#stage", "#result", "#ratio", "#wall", "#snippets"):
        place = page.locator(part).bounding_box()
        assert place is not None
        assert place["x"] >= 0
        assert place["x"] + place["width"] <= 376
    _shot(page, "phone-dark" if dark else "phone")
