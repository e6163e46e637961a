"""The page and /docs in a real Chromium, for everyone: what axe-core finds, what is spoken, small screens, no JavaScript."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from accessibility import violations
from service.chromium import shot
from service.servers import Running


@pytest.fixture
def bare(running: Callable[..., Running], tmp_path: Path) -> Running:
    """Return a process that has no photographs to try, as where scikit-image is not installed."""
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['skimage'] = None\n")
    return running("--allow-unsigned", PYTHONPATH=str(tmp_path))


@pytest.fixture
def narrow(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 360, "height": 700}, reduced_motion="reduce")
    yield page
    page.close()


def test_the_page_is_written_in_the_size_of_letters_that_the_browser_is_set_to(visit: Callable[..., Page]) -> None:
    page = visit(still=True)
    size = "() => parseFloat(getComputedStyle(document.body).fontSize)"
    before = page.evaluate(size)
    page.context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": 24, "fixed": 20}})
    assert (before, page.evaluate(size)) == (16, 24)


def test_axe_finds_nothing_in_any_state(visit: Callable[..., Page], pictures: Path) -> None:
    page = visit(still=True)
    page.get_by_text("What do these numbers mean?").click()
    page.get_by_label("Keep a box").check()
    page.locator("#stage").press("Enter")
    expect(page.locator("#weight")).to_contain_text("kB")
    found = {"light": violations(page)}
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found["dark"] = violations(page)
    page.set_viewport_size({"width": 360, "height": 700})
    page.set_input_files("#file", pictures / "letter.txt")
    expect(page.locator("#problem")).to_be_visible()
    found["an error, dark, narrow"] = violations(page)
    page.goto(page.url.rstrip("/") + "/docs")
    expect(page.locator("dl").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    found["docs, dark, narrow"] = violations(page)
    shot(page, "docs")
    page.emulate_media(color_scheme="light")
    found["docs"] = violations(page)
    assert {state: wrong for state, wrong in found.items() if wrong} == {}


def test_without_photographs_the_page_is_whole(bare: Running, narrow: Page) -> None:
    narrow.set_viewport_size({"width": 1280, "height": 900})
    narrow.goto(bare.page)
    expect(narrow.locator("#demos")).to_be_hidden()
    drop, main = narrow.locator("#drop").bounding_box(), narrow.locator("main").bounding_box()
    assert drop
    assert main
    assert drop["width"] == main["width"], "nothing is left empty beside it"
    assert violations(narrow) == []
    narrow.keyboard.press("Tab")
    expect(narrow.locator("#file")).to_be_focused()  # and not a link that skips to a picture which is not there
    shot(narrow, "empty")


def test_without_javascript_a_sentence_says_so(browser: Browser, unsigned: Running) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for address in (unsigned.page, f"{unsigned.place}/docs"):
        page.goto(address)
        expect(page.locator("noscript p")).to_contain_text("This page needs JavaScript")
        expect(page.locator("noscript p")).to_be_visible()
        expect(page.locator("#drop, .scripted").filter(visible=True)).to_have_count(0)
    context.close()


def test_what_the_keys_do_is_spoken(visit: Callable[..., Page]) -> None:
    page = visit()
    stage, spoken = page.locator("#stage"), page.locator("#spoken")
    page.get_by_role("button", name="9:16", exact=True).click()
    expect(spoken).to_contain_text("Window 288 × 512 at ")
    stage.press("ArrowLeft")
    expect(spoken).to_contain_text("; focus at ")
    release = page.get_by_role("button", name="Let focalbox choose")
    release.press("Enter")
    expect(stage).to_be_focused()  # a button that can no longer be pressed would lose the focus
    expect(spoken).not_to_contain_text("focus at")
    page.get_by_label("Keep a box").check()
    stage.press("Enter")
    expect(spoken).to_contain_text("1 box to keep, the last 25 % × 25 % at ")
    stage.press("Shift+ArrowRight")
    expect(spoken).to_contain_text("the last 27 % × 25 % at ")
    page.locator("#zoom").press("PageUp")
    expect(page.locator("#zoom")).to_have_attribute("aria-valuetext", page.locator("#zoom-value").inner_text())
    again = """() => { let said = 0; new MutationObserver((all) => { document.body.dataset.said = said += all.length; })
        .observe(document.getElementById('status'), {childList: true}); }"""
    page.evaluate(again)
    for _ in range(2):
        page.get_by_role("button", name="Copy the URL").click()
        expect(page.get_by_role("button", name="Copy the URL")).to_have_text("Copied")
    expect(page.locator("body")).to_have_attribute("data-said", "2")


def test_any_name_fits_a_phone_and_leaves_the_words_around_it_in_order(
    visit: Callable[..., Page], pictures: Path, tmp_path: Path
) -> None:
    (tmp_path / "root").mkdir()
    page = visit("--allow-unsigned", "--root", str(tmp_path / "root"), width=360)
    for name in ("_".join(["long"] * 40) + ".jpg", "صورة (1).jpg"):
        (tmp_path / name).write_bytes((pictures / "logo.png").read_bytes())
        page.set_input_files("#file", tmp_path / name)
        expect(page.locator("#facts bdi")).to_have_text(name)
        expect(page.locator("#place bdi")).to_have_text(name)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        shot(page, f"name-{len(name)}")


def test_on_a_low_screen_the_crops_scroll_away(visit: Callable[..., Page]) -> None:
    page = visit(width=320)
    page.set_viewport_size({"width": 320, "height": 256})  # 1280 x 1024 pixels at 400 %
    page.locator("#zoom").evaluate("zoom => zoom.scrollIntoView({block: 'center'})")
    crops = page.locator("#crops").bounding_box()
    assert crops
    assert crops["y"] + crops["height"] <= 0
