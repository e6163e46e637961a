"""The page in a real Chromium: upload, drag, focus, boxes, layers, files, copy, errors."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from service.chromium import check_sizes, drag, planned_by, promised_in, shot, window_of


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
    expect(page.locator("#wall .card")).to_have_count(8)
    nameless = (
        "() => [...document.querySelectorAll('input, select')].filter(one => !one.labels.length).map(one => one.id)"
    )
    assert page.evaluate(nameless) == []

    stage, result = _pixels(page, "#stage"), _pixels(page, "#result")
    page.locator("#ratio").scroll_into_view_if_needed()
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
    for layer in ("map", "salient", "subject", "heads", "window"):
        before = _pixels(page, "#stage")
        page.locator(f"#layer-{layer}").click()
        assert _pixels(page, "#stage") != before, layer

    for name, pattern in (
        ("URL", r"http://127\.0\.0\.1:\d+/v1/crop/1200x675/astronaut\.jpg"),
        ("Command", r"focalbox crop astronaut\.jpg -s 1200x675"),
        ("Python", r'focalbox\.crop\("astronaut\.jpg", "1200x675"\)'),
        ("CSS", r"aspect-ratio: 1200 / 675; object-fit: cover; object-position: [\d.]+% [\d.]+%;"),
        ("thumbor", r"http://127\.0\.0\.1:\d+/unsafe/1200x675/smart/astronaut\.jpg"),
    ):
        page.get_by_role("button", name=f"Copy the {name}").click()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert re.fullmatch(pattern, copied), copied
    shot(page, "wide")


def test_the_page_shows_what_the_service_cuts(visit: Callable[..., Page]) -> None:
    page = visit()
    for ratio, size, zoom in ((0.0, "1200x1200", 0.0), (1.3, "1200x487", 0.4), (-1.0, "600x1200", 1.0)):
        _set(page, "#zoom", zoom)
        # By its whole address: the page may still ask about what it showed before.
        with page.expect_response(
            re.compile(f"/v1/plan.size={size}{f'&zoom={zoom:g}&upscale=true' if zoom else ''}$")
        ) as answer:
            _set(page, "#ratio", ratio)
        box = answer.value.json()["crops"][0]["box"]
        text = f"{box['width']} × {box['height']} at {box['left']}, {box['top']}"
        expect(page.locator("#box")).to_have_text(text)


def test_a_broken_file_is_explained_and_the_next_one_works(visit: Callable[..., Page], pictures: Path) -> None:
    page = visit()
    page.set_input_files("#file", pictures / "letter.txt")
    expect(page.get_by_role("alert")).to_contain_text("begin like a picture")
    shot(page, "broken")
    page.set_input_files("#file", pictures / "logo.png")
    expect(page.locator("#facts")).to_contain_text("logo.png · 160 × 90")
    expect(page.get_by_role("alert")).to_be_hidden()


def test_a_signed_page_works_through_its_own_address(visit: Callable[..., Page], pictures: Path) -> None:
    page = visit("--root", str(pictures))
    page.set_input_files("#file", pictures / "coffee.jpg")
    expect(page.locator("#facts")).to_contain_text("coffee.jpg")
    expect(page.locator("#snippet-URL")).to_contain_text("focalbox sign")
    expect(page.locator("#place")).to_contain_text("Each address that begins with /v1/ needs a signature here")
    expect(page.locator("#place")).to_contain_text("thumbor and imgproxy need a signature with their own key")
    browser = page.context.browser
    assert browser is not None
    stranger = browser.new_page()
    stranger.goto(page.url.partition("?")[0])
    expect(stranger.locator("#problem")).to_contain_text("the address that focalbox serve prints")
    stranger.close()


def test_where_only_some_sizes_are_served_the_page_still_shows_every_window(
    visit: Callable[..., Page], pictures: Path
) -> None:
    page = visit("--allow-unsigned", "--root", str(pictures), "--size", "1200x675", "--size", "1:1")
    page.set_input_files("#file", pictures / "coffee.jpg")
    expect(page.locator("#facts")).to_contain_text("coffee.jpg")
    expect(page.locator("#place")).to_contain_text("The sizes served here are 1200x675, 1:1")
    page.get_by_role("button", name="4:5", exact=True).click()
    expect(page.locator("#confidence")).to_contain_text("%")
    expect(page.locator("#weight")).to_contain_text("only in these sizes: 1200x675, 1:1")
    page.get_by_role("button", name="16:9", exact=True).click()
    expect(page.locator("#weight")).to_contain_text("1200 × 675")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_keyboard_is_enough_even_on_a_phone(visit: Callable[..., Page], pictures: Path) -> None:
    page = visit("--allow-unsigned", "--root", str(pictures), width=390, still=True)
    # From now on Chromium tells of a file chooser; asked for with the key, that comes too late.
    page.on("filechooser", lambda _: None)

    def go(to: str, key: str = "Tab") -> None:
        for _ in range(70):
            page.keyboard.press(key)
            if page.evaluate("to => document.activeElement.matches(to)", to):
                assert page.evaluate("document.activeElement.matches(':focus-visible')")
                place = page.locator("input#file:focus ~ strong, :focus:not(#file)").bounding_box()
                assert place is not None
                assert place["y"] + place["height"] > 0, "what has the focus is in sight"
                assert place["y"] < page.evaluate("innerHeight"), "what has the focus is in sight"
                return
        pytest.fail(f"no key leads to {to}")

    def changed(key: str, where: str) -> str:
        before = page.locator(where).inner_text()
        page.keyboard.press(key)
        expect(page.locator(where)).not_to_have_text(before)
        return page.locator(where).inner_text()

    go("#file")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(pictures / "rocket.jpg")
    expect(page.locator("#facts")).to_contain_text("rocket.jpg")
    go("#stage")
    changed("ArrowUp", "#box")
    whole = window_of(page)
    assert [changed("+", "#zoom-value") for _ in range(3)] == ["5 %", "10 %", "15 %"]
    assert window_of(page)[0] < whole[0]
    assert changed("-", "#zoom-value") == "10 %"
    go("[name=tool]")
    page.keyboard.press("ArrowRight")
    go("#stage", "Shift+Tab")
    assert "focus=" in changed("ArrowLeft", "#snippet-URL")
    go("[name=tool]")
    page.keyboard.press("ArrowRight")
    go("#stage", "Shift+Tab")
    assert "keep=" in changed("Enter", "#snippet-URL")
    go("#ratio")
    changed("PageDown", "#ratio-value")
    expect(page.locator("#confidence")).to_contain_text("%")
    copied = {}
    for name in ("URL", "img srcset", "picture", "thumbor", "Filestack"):
        go(f"[aria-label='Copy the {name}']")
        page.keyboard.press("Enter")
        expect(page.locator("#status")).to_have_text(f"The {name} was copied.")
        copied[name] = page.evaluate("navigator.clipboard.readText()")
    assert [len(promised_in(text)) for text in copied.values()] == [1, 6, 11, 1, 1]
    for text in copied.values():
        check_sizes(promised_in(text), "JPEG")


def test_the_window_follows_the_hand_and_is_let_go(visit: Callable[..., Page], pictures: Path) -> None:
    page = visit()
    page.set_input_files("#file", pictures / "astronaut.jpg")
    expect(page.locator("#facts")).to_contain_text("astronaut.jpg")
    page.get_by_role("button", name="1:1", exact=True).click()
    page.get_by_role("button", name="9:16", exact=True).click()
    chosen = window_of(page)
    drag(page, (0.45, 0.5), (0.5, 0.5), (0.95, 0.5))
    assert window_of(page) == (288, 512, 224, 0), "dragged to the right edge"
    expect(page.locator("#snippet-URL")).to_contain_text("focus=")
    expect(page.locator("#snippet-thumbor")).to_contain_text("/unsafe/224x0:512x512/")
    page.get_by_role("button", name="Let focalbox choose").click()
    assert window_of(page) == chosen
    expect(page.get_by_role("button", name="Let focalbox choose")).to_be_disabled()

    page.get_by_label("Set the focus").check()
    drag(page, (0.1, 0.5))
    assert window_of(page)[2] == 0
    page.get_by_role("button", name="Let focalbox choose").click()

    page.get_by_label("Keep a box").check()
    box = planned_by(page, r"keep=0.8[0-9]*,[0-9.]*,0.1[78]", lambda: drag(page, (0.8, 0.1), (0.9, 0.3), (0.98, 0.4)))
    assert box["left"] + box["width"] >= 0.97 * 512, "what is kept is inside"
    expect(page.locator("#snippet-URL")).to_contain_text("keep=0.8")
    expect(page.locator("#snippet-imgproxy")).to_be_hidden()
    shot(page, "kept")
    drag(page, (0.9, 0.2))
    expect(page.get_by_role("button", name="Let focalbox choose")).to_be_disabled()
    assert window_of(page) == chosen, "a click on a box takes it away"


def test_other_windows_and_the_middle_are_there_to_compare(visit: Callable[..., Page], pictures: Path) -> None:
    page = visit()
    page.set_input_files("#file", pictures / "rocket.jpg")
    expect(page.locator("#facts")).to_contain_text("rocket.jpg")
    page.get_by_role("button", name="16:9", exact=True).click()
    kept = [int(text.removesuffix(" %")) for text in page.locator("#comparison tr:last-child td").all_inner_texts()]
    assert kept[0] > kept[1], "the middle has more sky"
    page.get_by_role("button", name="9:16", exact=True).click()
    first = page.locator("#others button").first
    before = window_of(page)
    first.click()
    assert window_of(page) != before
    page.get_by_text("What do these numbers mean?").click()
    expect(page.get_by_text("nine tenths")).to_be_visible()


def test_a_file_of_the_fit_and_format_asked_for(visit: Callable[..., Page]) -> None:
    page = visit()
    expect(page.locator("#weight")).to_contain_text(re.compile(r"1200 × \d+, AVIF, [\d.]+ kB"))
    page.get_by_label("Format").select_option("jpeg")
    expect(page.locator("#weight")).to_contain_text("JPEG")
    best = float(re.findall(r"([\d.]+) kB", page.locator("#weight").inner_text())[0])
    _set(page, "#quality", 20)
    expect(page.locator("#weight")).to_contain_text("kB")
    assert float(re.findall(r"([\d.]+) kB", page.locator("#weight").inner_text())[0]) < best
    with page.expect_download() as saved:
        page.get_by_text("Save the crop").click()
    assert saved.value.suggested_filename == "astronaut-1200x675.jpg", "as the command names it"
    with Image.open(saved.value.path()) as image:
        assert (image.format, image.width) == ("JPEG", 1200)
    for fit, padded in (("contain", True), ("tight", False)):
        planned_by(page, f"fit={fit}", lambda fit=fit: page.locator("#fit").select_option(fit))  # type: ignore[misc]
        assert page.locator("#snippet-thumbor").is_hidden() == padded
        expect(page.locator("#snippet-Command")).to_contain_text(f"--fit {fit}")
    planned_by(page, "mode=face", lambda: page.get_by_label("Frame the faces").check())
    shot(page, "options")


def test_figures_of_a_file_are_never_those_of_another(visit: Callable[..., Page], pictures: Path) -> None:
    page = visit()
    expect(page.locator("#weight")).to_contain_text("kB")
    expect(page.locator("#save")).to_be_visible()
    weight = page.get_by_role("button", name="1:1", exact=True).evaluate(
        "button => { button.click(); return document.getElementById('weight').textContent; }"
    )
    assert weight == "Making the file …"
    expect(page.locator("#weight")).to_contain_text("1200 × 1200")


def test_a_transparent_picture_is_drawn_anew(visit: Callable[..., Page], pictures: Path) -> None:
    page = visit()
    page.set_input_files("#file", pictures / "logo.png")
    expect(page.locator("#facts")).to_contain_text("logo.png")
    expect(page.locator("#confidence")).to_contain_text("%")
    page.get_by_label("Window", exact=True).uncheck()
    before = _pixels(page, "#stage")
    page.get_by_label("Window", exact=True).check()
    page.get_by_label("Window", exact=True).uncheck()
    assert _pixels(page, "#stage") == before, "the shade is gone with the window"
