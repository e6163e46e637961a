"""The page in a real Chromium: where things are said and lie, the keys, a phone, narrow screens."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import FloatRect, Page, expect

from chromium import SCREENSHOTS
from service.chromium import planned_by, shot, window_of


def _place(page: Page, part: str) -> FloatRect:
    place = page.locator(part).bounding_box()
    assert place is not None, part
    return place


@pytest.fixture(scope="module")
def portrait(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a picture that is nearly twice as high as wide, with a head at its top."""
    path = tmp_path_factory.mktemp("portrait") / "portrait.jpg"
    with Image.open(pictures / "astronaut.jpg") as image:
        image.crop((60, 0, 350, 512)).resize((870, 1536)).save(path)
    return path


def _shown(page: Page, picture: Path) -> None:
    page.set_input_files("#file", picture)
    expect(page.locator("#facts")).to_contain_text(picture.name)


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_a_tall_picture_is_in_sight_as_a_whole(visit: Callable[..., Page], portrait: Path, width: int) -> None:
    page = visit(width=width, still=True)
    _shown(page, portrait)
    page.get_by_role("button", name="1:1", exact=True).click()
    page.locator("#stage").evaluate("stage => stage.scrollIntoView({block: 'start'})")
    stage, crops = _place(page, "#stage"), _place(page, "#crops")
    free = crops["y"] + crops["height"] if width <= 820 else 0
    assert stage["y"] >= free - 1, "the crops lie over the picture"
    assert stage["y"] + stage["height"] <= 900
    assert stage["height"] / stage["width"] == pytest.approx(1536 / 870, abs=0.01), "nothing is stretched"
    shot(page, f"portrait-{width}")


def test_the_columns_of_a_wide_screen_end_at_about_the_same_height(visit: Callable[..., Page], pictures: Path) -> None:
    page = visit(width=1440)
    _shown(page, pictures / "coffee.jpg")
    expect(page.locator("#weight")).to_contain_text("kB")
    left, right = _place(page, ".column >> nth=0"), _place(page, ".column >> nth=1")
    assert abs(left["height"] - right["height"]) < 0.25 * max(left["height"], right["height"])
    rows = {round(place["y"]) for one in page.locator(".layers label").all() if (place := one.bounding_box())}
    assert len(rows) == 1, "the layers stand in one row"


def test_other_windows_have_names_that_say_what_they_are(visit: Callable[..., Page], portrait: Path) -> None:
    page = visit()
    _shown(page, portrait)
    page.get_by_role("button", name="1:1", exact=True).click()
    first = page.locator("#others .card").first
    expect(first).to_contain_text("Second best further down")
    first.click()
    expect(first).to_contain_text("Best further up")
    page.locator("#fit").select_option("tight")
    expect(page.locator("#others-part")).to_be_hidden()


@pytest.mark.parametrize("width", [390, 1440])
def test_the_crops_do_not_lie_over_each_other(visit: Callable[..., Page], portrait: Path, width: int) -> None:
    page = visit(width=width)
    _shown(page, portrait)
    for ratio in ("9:16", "1:1", "3:1"):
        page.get_by_role("button", name=ratio, exact=True).click()
        one, other = _place(page, "#result"), _place(page, "#middle")
        beside = one["x"] + one["width"] <= other["x"]
        assert beside or one["y"] + one["height"] <= other["y"], ratio


def test_the_photographs_to_try_are_shown_as_focalbox_crops_them(visit: Callable[..., Page]) -> None:
    page = visit()
    expect(page.locator(".demo")).to_have_count(4)
    sizes = page.locator(".demo img").evaluate_all("all => all.map(one => [one.naturalWidth, one.naturalHeight])")
    assert sizes == [[360, 240]] * 4


def test_what_a_tool_does_is_said(visit: Callable[..., Page]) -> None:
    page = visit()
    said = set()
    for name in ("Keep a box", "Set the focus", "Move the window"):
        page.get_by_label(name).check()
        said.add(page.locator("#stage-help").inner_text())
    assert len(said) == 3


def test_where_the_picture_has_to_lie_is_said(visit: Callable[..., Page], pictures: Path, tmp_path: Path) -> None:
    page = visit("--allow-unsigned", "--root", str(tmp_path))
    page.set_input_files("#file", pictures / "coffee.jpg")
    expect(page.locator("#place")).to_contain_text("once coffee.jpg lies in the service's folder: put it here first")
    hidden = tmp_path / "..a.jpg"
    hidden.write_bytes((pictures / "coffee.jpg").read_bytes())
    page.set_input_files("#file", hidden)
    expect(page.locator("#place")).to_contain_text("A picture called ..a.jpg is never served")
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


@pytest.mark.parametrize("phone", [False, True])
def test_only_where_there_may_be_keys_they_are_spoken_of(visit: Callable[..., Page], phone: bool) -> None:  # noqa: FBT001 - a case
    page = visit(width=390 if phone else 1280, phone=phone)
    keys = page.locator(".keys")
    expect(keys.filter(visible=True)).to_have_count(0 if phone else 2)
    expect(keys).to_have_text(["or drop one anywhere, or paste it", re.compile("^Arrow keys move it")])
    expect(page.locator("#stage-help")).to_contain_text("Drag the window.")


@pytest.mark.parametrize(("width", "dark"), [(320, False), (375, False), (375, True), (768, False)])
def test_a_narrow_screen_shows_all_of_it(visit: Callable[..., Page], width: int, dark: bool) -> None:  # noqa: FBT001 - a case
    page = visit(width=width, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for part in ("#stage", "#result", "#ratio", "#wall", "#snippets"):
        place = page.locator(part).bounding_box()
        assert place is not None
        assert place["x"] >= 8
        assert place["x"] + place["width"] <= width - 8
    shot(page, f"narrow-{width}-dark" if dark else f"narrow-{width}")
