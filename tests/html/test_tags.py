"""Tags, style and placeholders, as a browser would read them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox import Analysis, Box, InvalidRequest, SaliencyMap, Size
from focalbox.html import Art, css, dominant_colour, img, picture, sizes_of, srcset
from markup import tags_in


def candidates(value: str) -> list[tuple[str, str]]:
    """Split a srcset as the standard does (HTML, 4.8.4.2.2): an address runs to white space, its commas included."""
    found = []
    while value := value.lstrip(" ,"):
        address, _, rest = value.partition(" ")
        if address.endswith(","):
            found.append((address.rstrip(","), ""))
            value = rest
            continue
        descriptor, _, value = rest.partition(",")
        found.append((address, descriptor.strip()))
    return found


@given(st.text(min_size=1, max_size=20))
def test_whatever_an_address_holds_it_stays_one_in_the_list(text: str) -> None:
    sizes = sizes_of("16:9", (320, 640))
    found = candidates(srcset(lambda size: f"{text}{size.width}{text}", sizes))
    assert [descriptor for _, descriptor in found] == ["320w", "640w"]


@given(st.text(max_size=20))
def test_words_are_escaped(text: str) -> None:
    found = dict(tags_in(img("/{size}", "1:1", alt=text, widths=[10])))
    assert set(found) == {"img"}
    assert (found["img"]["alt"] or "").replace("\r\n", "\n").replace("\r", "\n") == text.replace("\r\n", "\n").replace(
        "\r", "\n"
    )


def test_every_source_keeps_its_shape() -> None:
    written = picture("/{width}-{height}", "3:1", [Art("(max-width: 1px)", "1:2", "/tall/{size}")], alt="", widths=[30])
    found = dict(tags_in(written))
    assert found["source"]["srcset"] == "/tall/30x60 30w"
    assert (found["source"]["width"], found["source"]["height"]) == ("30", "60")
    assert found["img"]["srcset"] == "/30-10 30w"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda: sizes_of("free"), "not the free-form crop"),
        (lambda: sizes_of("1:1", []), "at least 1"),
        (lambda: img("/cat.jpg", "1:1", alt=""), "names {width}, {height}, {size}"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: object, sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=re.escape(sentence)):
        wrong()  # type: ignore[operator]


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_the_style_shows_the_window(x: float, y: float, zoom: float) -> None:
    analysis = Analysis(Size(400, 300), SaliencyMap([[0, 0, 0, 1], [0, 0, 0, 0], [1, 0, 0, 0]]))
    crop = analysis.plan("1:1", focus=(x, y), zoom=zoom)
    style = css(crop)
    assert style is not None
    numbers = [float(number) / 100 for number in re.findall(r"(-?[\d.]+)%", style)]
    if "object-position" in style:
        left, top = numbers[0] * (400 - crop.box.width), numbers[1] * (300 - crop.box.height)
    else:
        top, left = numbers[0] * 300, numbers[3] * 400
    assert abs(left - crop.box.left) < 0.1
    assert abs(top - crop.box.top) < 0.1


def test_no_style_says_a_padded_crop() -> None:
    assert css(Analysis(Size(400, 300), SaliencyMap([[0, 1]])).plan("1:1", fit="contain")) is None


def test_the_colour_is_that_of_most_pixels() -> None:
    picture = np.full((60, 80, 3), (250, 250, 250), dtype=np.uint8)
    box = Box(0.1, 0.1, 0.2, 0.2).to_pixels(Size(80, 60))
    picture[box.top : box.bottom, box.left : box.right] = (200, 0, 0)
    assert dominant_colour(picture) == "#fafafa"


@pytest.mark.parametrize("widths", [5, ["a"], [1.5], [True], [float("nan")], [], [0]])
def test_widths_are_whole_numbers(widths: Any) -> None:
    for size in ("1:1", "20x10"):
        with pytest.raises(InvalidRequest, match="widths are pixels of at least 1, not "):
            sizes_of(size, widths)


@pytest.mark.parametrize("most", ["5", 5.5, float("nan"), True])
def test_the_most_pixels_are_a_whole_number(most: Any) -> None:
    with pytest.raises(InvalidRequest, match="most is a number of pixels, not "):
        sizes_of("1:1", most=most)


@pytest.mark.parametrize("art", [None, 5, "4:5", [("(max-width: 40em)", "4:5")], Art("(max-width: 40em)", "4:5")])
def test_art_is_a_list(art: Any) -> None:
    with pytest.raises(InvalidRequest, match=r"art is a list such as \[Art\("):
        picture("/{size}/a.jpg", "16:9", art, alt="")


def test_other_screens_may_come_one_by_one() -> None:
    telephone = Art("(max-width: 40em)", "4:5")
    listed, drawn = (
        picture("/{size}/a.jpg", "16:9", art, alt="", widths=iter([90]))  # type: ignore[arg-type]
        for art in ([telephone], iter([telephone]))
    )
    assert listed == drawn


def test_a_function_of_addresses_answers_with_text() -> None:
    address: Any = lambda _: None  # noqa: E731 - as a caller writes it
    with pytest.raises(InvalidRequest, match="a function of addresses answers with text, not None"):
        img(address, "1:1", alt="")


def test_widths_whose_result_no_crop_could_have_are_left_out() -> None:
    assert [str(size) for size in sizes_of("1:20", (320, 1920, 640))] == ["320x6400", "640x12800"]
    assert [str(size) for size in sizes_of("20000x100")] == ["20000x100"]
    assert "640w" not in img("/{size}", "1:50", alt="")


@pytest.mark.parametrize("size", ["1:100000", "20000x20000"])
def test_a_shape_of_which_no_width_is_small_enough_is_refused(size: str) -> None:
    with pytest.raises(InvalidRequest, match=f"^no result of {size} is small enough: at most 30000 pixels a side"):
        img("/{size}", size, alt="")


def test_further_attributes_are_written() -> None:
    more = {"class": 'hero "a"', "data-id": "7"}
    found = dict(tags_in(picture("/{size}", "1:1", [Art("(x)", "2:1")], alt="", attributes=more)))
    assert {name: found["img"][name] for name in more} == more
    assert not set(found["source"]) & set(more)


@pytest.mark.parametrize(
    "wrong", [{"src": "x"}, {"a b": "x"}, {"onload=": "x"}, {"width": "9"}, {"id": 5}, {5: "x"}, "class", None]
)
def test_attributes_that_are_none_are_refused(wrong: Any) -> None:
    with pytest.raises(InvalidRequest, match=r"^attributes are further ones of an <img> with their texts, such as"):
        img("/{size}", "1:1", alt="", attributes=wrong)
