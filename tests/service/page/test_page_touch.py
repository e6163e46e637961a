"""The page under fingers: a real Chromium with a touch screen. Who scrolls or enlarges the page does not mean the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, FloatRect, Page, expect

from service.chromium import window_of

STEPS = 10
"""Events of a movement."""


@pytest.fixture
def phone(visit: Callable[..., Page], pictures: Path) -> Page:
    """Return the page on a phone, the picture in its middle and a window on it that can be moved sideways."""
    page = visit(width=390, still=True, phone=True)
    page.set_input_files("#file", pictures / "astronaut.jpg")
    expect(page.locator("#facts")).to_contain_text("astronaut.jpg")
    page.get_by_role("button", name="9:16", exact=True).tap()
    page.locator("#stage").evaluate("stage => stage.scrollIntoView({block: 'center'})")
    return page


def _move(session: CDPSession, *paths: tuple[tuple[float, float], tuple[float, float]]) -> None:
    """Put a finger down for each path, move all along their paths, and lift them."""
    for number in range(len(paths)):
        session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": _at(paths[: number + 1], 0.0)})
    for step in range(1, STEPS + 1):
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": _at(paths, step / STEPS)})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def _at(paths: tuple[tuple[tuple[float, float], tuple[float, float]], ...], share: float) -> list[dict[str, float]]:
    return [
        {"id": number, "x": x + share * (to_x - x), "y": y + share * (to_y - y)}
        for number, ((x, y), (to_x, to_y)) in enumerate(paths)
    ]


def _place(page: Page) -> FloatRect:
    place = page.locator("#stage").bounding_box()
    assert place is not None
    return place


@pytest.mark.parametrize("across", [0.05, 0.5], ids=["beside the window", "inside the window"])
def test_scrolling_over_the_picture_leaves_the_window(phone: Page, across: float) -> None:
    before, place, scrolled = window_of(phone), _place(phone), phone.evaluate("scrollY")
    x, y = place["x"] + across * place["width"], place["y"] + 0.6 * place["height"]
    _move(phone.context.new_cdp_session(phone), ((x, y), (x, y - 200)))
    assert phone.evaluate("scrollY") > scrolled
    expect(phone.get_by_role("button", name="Let focalbox choose")).to_be_disabled()
    assert window_of(phone) == before


def test_one_finger_moves_the_window_and_two_enlarge_the_page(phone: Page) -> None:
    session, place = phone.context.new_cdp_session(phone), _place(phone)
    x, y = place["x"] + 0.5 * place["width"], place["y"] + 0.5 * place["height"]
    before = window_of(phone)
    _move(session, ((x, y), (x - 60, y)))
    moved = window_of(phone)
    assert moved[2] < before[2]
    _move(session, ((x - 20, y), (x - 120, y)), ((x + 20, y), (x + 120, y)))
    assert phone.evaluate("visualViewport.scale") > 1
    assert window_of(phone) == moved
