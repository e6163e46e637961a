"""The page in a real Chromium: where things are said, the keys, a phone, narrow screens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from service.chromium import SCREENSHOTS, planned_by, shot, window_of


def test_where_the_picture_has_to_lie_is_said(visit: Callable[..., Page], pictures: Path, tmp_path: Path) -> None:
    page = visit("--allow-unsigned", "--root", str(tmp_path))
    page.set_input_files("#file", pictures / "coffee.jpg")
    expect(page.locator("#place")).to_contain_text("once coffee.jpg lies in the service's folder: put it here first")
    page = visit()
    expect(page.locator("#place")).to_contain_text("start it with --root")


def test_the_keys_move_the_window_and_mark_boxes(visit: Callable[..., Page], pictures: Path) -> None:
    page = visit()
    page.set_input_files("#file", pictures / "astronaut.jpg")
    expect(page.locator("#facts")).to_contain_text("astronaut.jpg")
    page.get_by_role("button", name="9:16", exact=True).click()
    before = window_of(page)
    page.locator("#stage").focus()
    page.keyboard.press("Shift+ArrowRight")
    assert window_of(page)[2] > before[2]
    page.keyboard.press("Escape")
    assert window_of(page) == before
    page.get_by_label("Keep a box").check()
    page.locator("#stage").focus()
    planned_by(page, "keep=", lambda: page.keyboard.press("Enter"))
    planned_by(page, "keep=", lambda: page.keyboard.press("ArrowLeft"))
    planned_by(page, "size=675x1200$", lambda: page.keyboard.press("Delete"))


def test_on_a_phone_the_crop_stays_in_sight(visit: Callable[..., Page]) -> None:
    page = visit(width=375, still=True)
    for part in ("#stage", "#ratio", "#wall", "#snippets"):
        page.locator(part).evaluate("part => part.scrollIntoView({block: 'center'})")
        place = page.locator("#result").bounding_box()
        assert place is not None
        assert 0 <= place["y"] < 300, part
    page.locator("#ratio").evaluate("part => part.scrollIntoView({block: 'center'})")
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / "phone-sight.png")


@pytest.mark.parametrize(("width", "dark"), [(375, False), (375, True), (768, False)])
def test_a_narrow_screen_shows_all_of_it(visit: Callable[..., Page], width: int, dark: bool) -> None:  # noqa: FBT001 - a case
    page = visit(width=width, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for part in ("#stage", "#result", "#ratio", "#wall", "#snippets"):
        place = page.locator(part).bounding_box()
        assert place is not None
        assert place["x"] >= 0
        assert place["x"] + place["width"] <= width + 1
    shot(page, f"narrow-{width}-dark" if dark else f"narrow-{width}")
