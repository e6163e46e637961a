"""The page in a real Chromium as it is used: drops, the clipboard, back, behind a proxy, a service that stops."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, Route, expect

from service.chromium import shot, window_of
from service.servers import Neighbour, Running

_DROP = """(files) => { const data = new DataTransfer();
    const bytesOf = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
    for (const {name, bytes} of files) data.items.add(new File([bytesOf(bytes)], name));
    if (!files.length) data.setData('text/uri-list', 'https://example.com/cat.jpg');
    document.body.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true})); }"""


def _drop(page: Page, *files: Path) -> None:
    """Drop files, or with none the address of a picture, as from another page."""
    page.evaluate(_DROP, [{"name": one.name, "bytes": base64.b64encode(one.read_bytes()).decode()} for one in files])


def test_a_file_that_is_dropped_takes_the_place_of_one_on_its_way(visit: Callable[..., Page], pictures: Path) -> None:
    page = visit()
    held: list[Route] = []
    page.route("**/v1/plan?size=free**", lambda route: held.append(route) if not held else route.continue_())
    with page.expect_request("**/v1/plan?size=free**"):
        page.set_input_files("#file", pictures / "coffee.jpg")
    expect(page.locator("#status")).to_have_text("Looking at coffee.jpg …")
    with page.expect_event("requestfailed") as stopped:
        _drop(page, pictures / "rocket.jpg")
    assert "plan?size=free" in stopped.value.url, "the first is not sent any further"
    expect(page.locator("#status")).to_have_text("The crop is ready.")
    expect(page.locator("#facts")).to_contain_text("rocket.jpg")
    expect(page.locator("#problem")).to_be_hidden()


def test_the_clipboard_and_drops_open_a_picture_or_say_why_not(visit: Callable[..., Page]) -> None:
    page = visit()
    page.evaluate(
        """async () => { const canvas = Object.assign(document.createElement('canvas'), {width: 300, height: 200});
        canvas.getContext('2d').fillRect(90, 60, 80, 50);
        const blob = await new Promise((done) => canvas.toBlob(done));
        await navigator.clipboard.write([new ClipboardItem({'image/png': blob})]); }"""
    )
    page.keyboard.press("Control+V")
    expect(page.locator("#facts")).to_contain_text("300 × 200 pixels")
    page.evaluate("navigator.clipboard.writeText('a word')")
    page.keyboard.press("Control+V")
    expect(page.locator("#problem")).to_have_text("There is no picture in the clipboard.")
    _drop(page)
    expect(page.locator("#problem")).to_contain_text("What was dropped is no file.")
    expect(page.locator("#problem")).to_be_in_viewport()


def test_who_comes_back_finds_what_was_chosen(visit: Callable[..., Page]) -> None:
    page = visit()
    page.get_by_role("button", name="4:5", exact=True).click()
    page.locator("#fit").select_option("contain")
    page.get_by_label("Frame the faces").check()
    page.get_by_label("Keep a box").check()
    page.get_by_role("link", name="Addresses and options").click()
    expect(page.locator("dl").first).to_be_visible()
    page.go_back()
    expect(page.locator("#status")).to_have_text("The crop is ready.")
    expect(page.locator("#fit")).to_have_value("contain")
    expect(page.locator("#snippet-Command")).to_contain_text("-s 960x1200 --fit contain --mode face")
    expect(page.locator("#ratio-value")).to_have_text("4:5")
    expect(page.locator("#stage-help")).to_contain_text("Drag a box")
    expect(page.locator("#stage")).to_have_attribute("data-tool", "keep")


def test_behind_a_path_of_a_proxy_everything_works(browser: Browser, unsigned: Running) -> None:
    page = browser.new_page()
    asked: list[str] = []

    def pass_on(route: Route) -> None:
        asked.append(route.request.url)
        route.continue_(url=route.request.url.replace("/pictures/", "/", 1))

    page.route(f"{unsigned.place}/pictures/**", pass_on)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{unsigned.place}/pictures/")
    expect(page.locator("#confidence")).to_contain_text("%")
    for name in ("URL", "thumbor", "imgproxy", "Filestack"):
        expect(page.locator(f"#snippet-{name}")).to_contain_text(re.compile(f"^{unsigned.place}/pictures/[a-z]"))
    page.get_by_role("link", name="Addresses and options").click()
    expect(page.locator("dl").first).to_be_visible()
    page.get_by_role("link", name="OpenAPI document").click()
    page.wait_for_url("**/pictures/openapi.json")
    assert [url for url in asked if not url.startswith((f"{unsigned.place}/pictures/", "blob:"))] == []
    page.close()


def test_when_the_service_stops_it_is_said_where_one_looks(browser: Browser, running: Callable[..., Running]) -> None:
    started = running("--allow-unsigned")
    page = browser.new_page(viewport={"width": 360, "height": 700}, reduced_motion="reduce")
    page.goto(started.page)
    expect(page.locator("#confidence")).to_contain_text("%")
    started.process.kill()
    started.process.wait()
    for part in ("#stage", "#zoom"):
        page.locator(part).evaluate("part => part.scrollIntoView({block: 'center'})")
        before = page.evaluate("scrollY")
        page.locator(part).press("ArrowUp")
        expect(page.locator("#crop-problem")).to_have_text("The service does not answer. Is it still running?")
        expect(page.locator("#crop-problem")).to_be_in_viewport(ratio=1)
        assert page.evaluate("scrollY") == before, "the picture stays where it is"
    shot(page, "stopped")
    page.locator(".demo").last.click()
    expect(page.locator("#problem")).to_be_in_viewport(ratio=1)
    page.close()


def test_an_answer_that_breaks_off_is_no_fault_of_the_picture(
    browser: Browser, unsigned: Running, pictures: Path, neighbour: Neighbour
) -> None:
    cut = {"Content-Type": "application/json", "Content-Length": "1000", "Connection": "close"}
    neighbour.answers["/cut"] = (200, cut, b'{"crops":')
    page = browser.new_page()
    page.goto(unsigned.page)
    expect(page.locator("#status")).to_have_text("The crop is ready.")
    page.route(
        "**/v1/plan?size=free**", lambda route: route.continue_(url=f"http://{neighbour.place}/cut", method="GET")
    )
    page.set_input_files("#file", pictures / "coffee.jpg")
    expect(page.locator("#problem")).to_have_text("The service does not answer. Is it still running?")
    page.close()


def test_that_no_more_boxes_are_kept_stays_said_when_the_plan_before_arrives(visit: Callable[..., Page]) -> None:
    page = visit()
    page.get_by_label("Keep a box").check()
    held: list[Route] = []
    page.route(
        lambda url: url.count("keep=") == 32, lambda route: held.append(route) if not held else route.continue_()
    )
    with page.expect_request(lambda request: request.url.count("keep=") == 32):
        for _ in range(33):
            page.locator("#stage").press("Enter")
    problem = page.locator("#crop-problem")
    expect(problem).to_contain_text("At most 32 boxes are kept")
    held[0].continue_()
    expect(page.locator("#spoken")).to_contain_text("32 boxes to keep")
    expect(problem).to_be_visible()
    page.locator("#stage").press("Delete")
    expect(problem).to_be_hidden()


def test_a_file_that_was_changed_since_it_was_chosen_is_no_fault_of_the_service(
    visit: Callable[..., Page], pictures: Path, tmp_path: Path
) -> None:
    page = visit()
    photo = tmp_path / "photo.jpg"
    photo.write_bytes((pictures / "coffee.jpg").read_bytes())
    page.set_input_files("#file", photo)
    expect(page.locator("#facts")).to_contain_text("photo.jpg")
    expect(page.locator("#save")).to_be_visible()
    photo.write_bytes((pictures / "rocket.jpg").read_bytes())
    page.get_by_role("button", name="1:1", exact=True).click()
    expect(page.locator("#crop-problem")).to_contain_text("changed or moved since it was chosen")
    page.set_input_files("#file", photo)
    expect(page.locator("#facts")).to_contain_text("640 × 427")
    expect(page.locator("#save")).to_be_visible()
    expect(page.locator("#crop-problem")).to_be_hidden()


def test_what_is_dragged_within_the_page_is_no_drop(visit: Callable[..., Page]) -> None:
    page = visit()
    for dragged in (page.locator(".demo").last, page.get_by_role("link", name="OpenAPI")):
        dragged.drag_to(page.locator("#drop"))
        expect(page.locator("#problem")).to_be_hidden()
        expect(page.locator("#drop")).not_to_have_class("drop over")
    _drop(page)
    expect(page.locator("#problem")).to_contain_text("What was dropped is no file.")


def test_escape_ends_a_drag(visit: Callable[..., Page]) -> None:
    page = visit()
    page.get_by_role("button", name="9:16", exact=True).click()
    chosen = window_of(page)
    place = page.locator("#stage").bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + 200)
    page.mouse.down()
    page.mouse.move(place["x"], place["y"] + 200)
    assert window_of(page) != chosen
    page.keyboard.press("Escape")
    page.mouse.move(place["x"] + 20, place["y"] + 200)
    page.mouse.up()
    assert window_of(page) == chosen


def test_the_confidence_of_an_earlier_window_is_pale_until_the_next_is_known(visit: Callable[..., Page]) -> None:
    page = visit()
    confidence = page.locator("#confidence")
    expect(confidence).not_to_have_attribute("data-stale", "true")
    sure = confidence.evaluate("one => getComputedStyle(one).color")
    held: list[Route] = []
    page.route("**/v1/plan?size=1200x1200", lambda route: held.append(route) if not held else route.continue_())
    with page.expect_request("**/v1/plan?size=1200x1200"):
        page.get_by_role("button", name="1:1", exact=True).click()
    expect(confidence).not_to_have_css("color", sure)
    held[0].continue_()
    expect(confidence).to_have_css("color", sure)
