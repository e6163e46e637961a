"""The addresses that the page offers to copy, in a real Chromium: each works, and gives the size that it promises."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from service.chromium import addresses_on, check_sizes, drag

MAX_KEPT = 32
"""Boxes to keep, as the page's choices.js has it."""
AT_ONCE = """(stage, count) => {
  for (let box = 0; box < count; box += 1) stage.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
}"""
"""Draws boxes so fast that the service plans only for the last one."""


def test_every_address_to_copy_works_once_the_picture_is_there(visit: Callable[..., Page], pictures: Path) -> None:
    page = visit("--allow-unsigned", "--root", str(pictures))
    page.set_input_files("#file", pictures / "coffee.jpg")
    expect(page.locator("#facts")).to_contain_text("coffee.jpg")
    expect(page.locator("#place")).to_be_hidden()
    page.get_by_role("button", name="4:5", exact=True).click()
    found = {"untouched": addresses_on(page)}
    drag(page, (0.4, 0.5), (0.5, 0.5), (0.2, 0.5))
    expect(page.locator("#snippet-URL")).to_contain_text("focus=0.")
    found["dragged"] = addresses_on(page)
    page.get_by_role("button", name="Let focalbox choose").click()
    page.locator("#format").select_option("webp")
    page.locator("#fit").select_option("tight")
    expect(page.locator("#snippet-URL")).to_contain_text("fit=tight&upscale=true&format=webp")
    found["tight, as WebP"] = addresses_on(page)
    assert [len(addresses) for addresses in found.values()] == [15, 15, 14]
    for act, addresses in found.items():
        check_sizes(addresses, "WEBP" if "WebP" in act else "JPEG")


def test_every_address_of_a_picture_with_an_awkward_name_works(
    visit: Callable[..., Page], pictures: Path, tmp_path: Path
) -> None:
    page = visit("--allow-unsigned", "--root", str(tmp_path))
    for name in ("my cat é@2x.jpg", "a=b,c [1] (2).jpg", "50% #1?.jpg", "12:30 & it's.jpg"):
        shutil.copy(pictures / "coffee.jpg", tmp_path / name)
        page.set_input_files("#file", tmp_path / name)
        expect(page.locator("#facts")).to_contain_text(f"{name} ·")
        expect(page.locator("#place")).to_be_hidden()
        untouched = addresses_on(page)
        page.locator("#stage").press("ArrowDown")
        expect(page.locator("#snippet-URL")).to_contain_text("focus=")
        check_sizes([*untouched[:4], *addresses_on(page)[:4]], "JPEG")


def test_every_address_with_the_most_boxes_works_and_no_more_can_be_drawn(
    visit: Callable[..., Page], pictures: Path, tmp_path: Path
) -> None:
    page = visit("--allow-unsigned", "--root", str(tmp_path))
    name = f"{'猫' * 83}.jpg"  # as long as names of files are
    shutil.copy(pictures / "coffee.jpg", tmp_path / name)
    page.set_input_files("#file", tmp_path / name)
    expect(page.locator("#facts")).to_contain_text(f"{name} ·")
    expect(page.locator("#place")).to_be_hidden()
    page.get_by_label("Keep a box").check()
    page.locator("#stage").evaluate(AT_ONCE, MAX_KEPT)
    expect(page.locator("#snippet-URL")).to_contain_text("keep=")
    expect(page.locator("#crop-problem")).to_be_hidden()
    page.locator("#stage").press("Enter")
    expect(page.locator("#crop-problem")).to_have_text("At most 32 boxes are kept: an address holds no more.")
    addresses = addresses_on(page)
    assert {address.count("keep=") for address, _ in addresses if "/v1/" in address} == {MAX_KEPT}
    check_sizes(addresses, "JPEG")
