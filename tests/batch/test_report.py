"""The report in a real browser."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from accessibility import violations
from batch.albums import contents
from chromium import running_browser
from focalbox import InvalidRequest
from focalbox.batch import run

MANY = 5_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page on which every error of a script, and every call to anywhere, is a failure."""
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda request: None if request.url.startswith(("file:", "data:", "blob:")) else wrong.append(request.url),
    )
    yield page
    page.close()
    assert wrong == []


@pytest.fixture(scope="module")
def report(album: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    run(album, ["200x80", "1:1"], folder / "crops", report=folder / "report.html", workers=2)
    return folder / "report.html"


def names(page: Page) -> list[str]:
    return page.locator(".card .name").all_inner_texts()


def test_it_is_one_file_that_names_nothing_outside(report: Path) -> None:
    text = report.read_text()
    assert not re.findall(r"(?:src|href)=[\"']?https?:|url\(|@import|<link", text)
    assert set(re.findall(r"https?://[^\s\"'<]+", text)) <= {"http://www.w3.org/2000/svg"}  # a name, not an address


def test_it_shows_totals_failures_and_the_least_confident_first(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    assert page.locator("#totals li").all_inner_texts()[:3] == ["7\npictures", "12\ncrops", "1\npictures failed"]
    assert "DecodeError" in page.inner_text("#kinds")
    assert "summer/broken.jpg" in page.inner_text("#kinds")
    assert page.locator(".chart").count() == 2
    data = json.loads(page.inner_text("#data"))
    assert len(names(page)) == 6
    confidences = [min(box[6] for box in picture["boxes"]) for picture in data["pictures"]]
    assert confidences == sorted(confidences)
    assert all(picture["preview"] for picture in data["pictures"])
    first = page.locator(".card").first
    assert first.locator("svg image").count() == 1
    assert first.locator("svg rect.salient").count() == 1
    assert first.locator("svg rect[stroke]").count() == 2


def test_the_overlay_lies_where_the_box_is(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    data = json.loads(page.inner_text("#data"))
    picture = data["pictures"][0]
    image = page.locator(".card").first.locator("svg image").bounding_box()
    drawn = page.locator(".card").first.locator("svg rect[stroke]").first.bounding_box()
    assert image is not None
    assert drawn is not None
    _, left, _, across, *_ = picture["boxes"][0]
    scale = image["width"] / picture["width"]
    assert drawn["x"] + drawn["width"] / 2 == pytest.approx(image["x"] + scale * (left + across / 2), abs=2)


def test_names_and_sizes_filter(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    page.fill("#find", "COFFEE")
    assert names(page) == ["coffee.jpg"]
    page.fill("#find", "")
    page.select_option("#size", label="1:1")
    assert page.locator(".card").first.locator("svg rect[stroke]").count() == 1
    page.fill("#find", "nothing of the kind")
    assert page.inner_text(".none") == "No picture is like that."


def test_verdicts_by_button_and_key_are_exported_and_kept(page: Page, report: Path, tmp_path: Path) -> None:
    page.goto(report.as_uri())
    shown = names(page)
    page.locator(".card").nth(0).get_by_role("button", name="bad").click()
    page.focus("#wall")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("g")
    page.keyboard.press("g")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("u")
    assert page.inner_text("#judged") == "1 good, 1 bad"
    page.select_option("#which", "bad")
    assert names(page) == shown[:1]
    with page.expect_download() as download:
        page.click("#export")
    download.value.save_as(tmp_path / "verdicts.json")
    exported: dict[str, Any] = json.loads((tmp_path / "verdicts.json").read_text())
    assert [(Path(entry["source"]).name, entry["verdict"]) for entry in exported["verdicts"]] == [
        (Path(shown[0]).name, "bad"),
        (Path(shown[1]).name, "good"),
    ]
    assert exported["verdicts"][0]["boxes"][0]["size"] == "200x80"
    page.reload()
    assert page.inner_text("#judged") == "1 good, 1 bad"


def test_axe_finds_nothing_light_dark_and_on_a_phone(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    page.locator(".card").first.get_by_role("button", name="good").click()
    found = {"light": violations(page)}
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 700})
    found["dark, narrow"] = violations(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert {state: wrong for state, wrong in found.items() if wrong} == {}


def test_keys_act_on_the_pictures_alone_and_are_answered(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    page.keyboard.press("g")
    assert page.inner_text("#judged") == "", "who has not gone to the pictures judges none by a letter"
    page.set_viewport_size({"width": 700, "height": 600})
    page.focus("#export")
    page.keyboard.press("Tab")
    bar, card = page.locator(".bar").bounding_box(), page.locator(".card.here").bounding_box()
    assert bar
    assert card
    assert bar["y"] + bar["height"] <= card["y"] <= 600 - card["height"], "the first picture is in sight"
    page.locator(".card").nth(1).locator(".stage").click()
    second = names(page)[1]
    assert page.inner_text("#spoken").startswith(f"{second}, 2 of 6, confidence ")
    page.keyboard.press("b")
    assert page.inner_text("#judged") == "0 good, 1 bad"
    assert page.inner_text("#spoken").startswith(f"{names(page)[2]}, 3 of 6, confidence ")
    page.keyboard.press("ArrowLeft")
    assert page.inner_text("#spoken").endswith(", bad")


def test_paper_shows_every_picture_in_order(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    whole = names(page)
    page.set_viewport_size({"width": 360, "height": 400})
    page.locator(".card").nth(5).wait_for(state="detached")
    page.evaluate(
        """() => { addEventListener('beforeprint', () => { window.printed = [...document.querySelectorAll('.name')]
            .map((one) => one.textContent); }); }"""
    )
    page.pdf()
    assert page.evaluate("window.printed") == whole
    page.locator(".card").nth(5).wait_for(state="detached")


def many(report: Path, folder: Path) -> Path:
    """Return the report with 5,000 pictures: those of a real one, again and again under other names."""
    page = resources.files("focalbox.batch").joinpath("report.html").read_text("utf-8")
    document = json.loads(report.read_text().partition('id="data">')[2].partition("</script>")[0])
    real = document["pictures"]
    document["pictures"] = [
        real[number % len(real)] | {"name": f"{number:05d}.jpg", "address": f"/{number}"} for number in range(MANY)
    ]
    document["key"] = "many"
    made = folder / "many.html"
    made.write_text(page.replace("__DATA__", json.dumps(document)))
    return made


def test_of_five_thousand_pictures_the_page_holds_only_those_in_sight(page: Page, report: Path, tmp_path: Path) -> None:
    page.goto(many(report, tmp_path).as_uri())
    assert page.inner_text("#count").startswith("5,000 shown")
    assert page.locator(".card").count() < 60  # only what is seen is there
    height = page.evaluate("document.body.scrollHeight")
    most = page.evaluate(
        """async height => { let most = 0; const frame = () => new Promise(requestAnimationFrame);
            for (let step = 0; step <= 120; step++) { scrollTo(0, height * step / 120); await frame(); await frame();
                most = Math.max(most, document.querySelectorAll(".card").length); }
            return most; }""",
        height,
    )
    assert most < 60  # as many at every place, so that a step of scrolling takes as long with 50 pictures as with 5,000
    page.locator(".card").nth(3).wait_for(state="attached")
    assert page.locator(".card").count() < 60
    page.focus("#wall")
    page.keyboard.press("End")
    page.wait_for_selector(".card.here")
    assert page.locator(".card.here .name").inner_text() == f"{MANY - 1:05d}.jpg"


def test_names_cannot_break_out_of_the_page(page: Page, album: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    shutil.copy(album / "coffee.jpg", tmp_path / "in" / "<img src=x onerror=alert(1)>.jpg")
    run(tmp_path / "in", "1:1", tmp_path / "o", report=tmp_path / "r.html", workers=1)
    page.goto((tmp_path / "r.html").as_uri())
    assert names(page) == ["<img src=x onerror=alert(1)>.jpg"]
    assert page.locator("img").count() == 0


def test_it_replaces_nothing_but_a_report(album: Path, tmp_path: Path) -> None:
    (tmp_path / "r.html").write_text("a letter")
    with pytest.raises(InvalidRequest, match="is no report of a batch"):
        run(album / "coffee.jpg", "1:1", tmp_path / "o", report=tmp_path / "r.html")
    assert contents(tmp_path) == {"r.html": b"a letter"}


def test_a_finished_batch_gets_its_report_later(album: Path, tmp_path: Path) -> None:
    run(album, "1:1", tmp_path / "o", workers=1)
    (tmp_path / "in").mkdir()
    again = run(album / "coffee.jpg", "1:1", tmp_path / "o", resume=True, report=tmp_path / "r.html", workers=1)
    assert again.done == 0
    assert '"coffee.jpg"' in (tmp_path / "r.html").read_text()
