"""The page in a real Chromium: what the window shows of heads, text and the subject, beside the middle of the picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from service.chromium import drag, shot

KEPT = (
    """() => [...document.querySelectorAll('#comparison tr:last-child td')].map((cell) => parseInt(cell.innerText))"""
)


def _wide(visit: Callable[..., Page], pictures: Path, width: int = 1280) -> Page:
    page = visit(width=width, still=True)
    page.set_input_files("#file", pictures / "astronaut.jpg")
    expect(page.locator("#facts")).to_contain_text("astronaut.jpg")
    page.get_by_role("button", name="16:9", exact=True).click()
    expect(page.locator("#confidence")).to_contain_text("%")
    return page


def test_a_window_that_keeps_less_and_a_whole_head_does_not_look_worse(
    visit: Callable[..., Page], pictures: Path
) -> None:
    for width in (1280, 390):
        page = _wide(visit, pictures, width)
        ours, middle = page.evaluate(KEPT)
        assert ours < middle, "which is why it is not enough to say so"
        expect(page.locator("#decides")).to_have_text("head whole")
        expect(page.locator("#middle-decides")).to_have_text("head cut: 42 % shown")
        expect(page.get_by_role("row", name="head whole cut: 42 % shown")).to_be_visible()
        expect(page.get_by_role("rowheader")).to_have_text(["head", "text", "subject", "saliency kept"])
        expect(page.get_by_role("columnheader")).to_have_text(["focalbox", "the middle"])
        expect(page.locator("#spoken")).to_contain_text("; head whole; text left out; subject cut: ")
        expect(page.locator("#others .card").first).to_contain_text("head left out keeps")
        shot(page, f"comparison-{width}")


def test_a_window_of_ones_own_is_not_called_focalboxs(visit: Callable[..., Page], pictures: Path) -> None:
    page = _wide(visit, pictures)
    name, decides = page.locator("#crops figure b").first, page.locator("#decides")
    expect(name).to_have_text("focalbox")
    drag(page, (0.5, 0.3), (0.5, 0.4), (0.5, 0.8))
    expect(name).to_have_text("your window")
    expect(page.get_by_role("columnheader").first).to_have_text("your window")
    expect(decides).to_have_text("head left out")
    page.get_by_role("button", name="Let focalbox choose").click()
    expect(name).to_have_text("focalbox")
    expect(decides).to_have_text("head whole")


def test_where_nothing_is_found_the_share_is_what_is_said(visit: Callable[..., Page], pictures: Path) -> None:
    page = visit("--allow-unsigned", FOCALBOX_MODEL="spectral-residual")
    page.set_input_files("#file", pictures / "coffee.jpg")
    expect(page.locator("#facts")).to_contain_text("coffee.jpg")
    expect(page.locator("#decides")).to_contain_text("keeps")
    expect(page.get_by_role("rowheader")).to_have_text(["saliency kept"])
