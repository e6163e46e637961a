"""Tags of templates: whatever they are given, a page is never broken, and the log says what was wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import focalbox
from focalbox.html import position_inside
from integrations.uploads import StoreError, jpeg, kind_of_storage, rendered, upload


def test_what_is_no_picture_is_saved_all_the_same(models: Any, caplog: pytest.LogCaptureFixture) -> None:
    photo = models.Photo.objects.create(image=upload(b"no picture"))
    assert photo.analysis is None
    assert "was not analysed" in caplog.text
    tag = rendered('{% focalbox_img photo.image "16:9" alt=alt %}', photo=photo, alt="A <b>")
    assert tag.startswith(f'<img src="{photo.image.url}" alt="A &lt;b&gt;"')


def test_a_page_has_a_srcset_of_crops_that_are_there(photo: Any, media: Path) -> None:
    tag = rendered('{% focalbox_img photo.image "16:9" widths="100,200,9999" alt="A cat" %}', photo=photo)
    listed = re.search(r'srcset="([^"]+)"', tag)
    assert listed is not None
    widths = set()
    for one in listed[1].split(", "):
        address, width = one.split(" ")
        with Image.open(media / address.removeprefix("/media/")) as crop:
            assert crop.width == int(width.removesuffix("w"))
            assert crop.height == round(crop.width * 9 / 16)
            widths.add(crop.width)
    assert widths == {100, 200, photo.image.width}
    assert "object-position" in tag


def test_a_padded_crop_has_the_widths_of_its_padding_too(photo: Any) -> None:
    wide = 3 * photo.image.height  # the whole picture, with room left and right
    assert wide > photo.image.width
    tag = rendered('{% focalbox_img photo.image "3:1" fit="contain" widths="100,9999" %}', photo=photo)
    assert " 100w, /media/" in tag
    assert f'{wide}w"' in tag
    assert position_inside(focalbox.plan(photo.image.path, "3:1", fit="contain")) in tag


def test_a_focus_is_what_stays_in_view(photo: Any) -> None:
    crop = focalbox.plan(photo.image.path, "3:2", focus=(0.9, 0.8))
    tag = rendered("{% focalbox_img photo.image '3:2' focus='0.9,0.8' %}", photo=photo)
    assert f'style="{position_inside(crop, (0.9, 0.8))}"' in tag
    assert f'style="{position_inside(crop)}"' not in tag


def test_a_picture_tag_has_a_source_for_each_screen(photo: Any) -> None:
    tag = rendered('{% focalbox_picture photo.image "16:9" "(max-width: 40em) 4:5" widths="100" %}', photo=photo)
    assert tag.startswith('<picture><source media="(max-width: 40em)" srcset="/media/focalbox/')
    assert 'width="100" height="125"' in tag


def test_a_shape_on_two_screens_is_made_once(photo: Any, media: Path) -> None:
    before = {path for path in media.rglob("*") if path.is_file()}
    rendered('{% focalbox_picture photo.image "7:5" "(max-width: 40em) 7:5" widths="70" %}', photo=photo)
    assert len({path for path in media.rglob("*") if path.is_file()} - before) == 1


def test_a_tag_given_nothing_writes_nothing(models: Any) -> None:
    for file in (None, models.Photo().image):
        assert rendered('{% focalbox_img file "16:9" %}{% focalbox_picture file "16:9" %}', file=file) == ""
        assert rendered('{% focalbox_style file "16:9" %}', file=file) == "object-fit: cover"


TAGS = ("focalbox_img", "focalbox_picture", "focalbox_style")


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("given", ["photo", "'cat.jpg'", "5", "photo.image.name", "missing.image"])
def test_a_tag_given_no_field_of_a_picture_breaks_no_page(
    photo: Any, tag: str, given: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert rendered(f"{{% {tag} {given} '1:1' %}}", photo=photo) in ("", "object-fit: cover")
    assert ("such as photo.image" in caplog.text) == ("missing" not in given)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("'1:1' widths='a,b'", "widths are pixels with commas between them, such as 320,640, not 'a,b'"),
        ("'1:1' widths='0'", "widths are pixels of at least 1"),
        ("'abc'", "a size looks like"),
        ("5", "a size is"),
        ("'free'", "a page needs a size or a ratio"),
        ("'1:1' zoom='near'", "zoom is a number from 0 to 1, not 'near'"),
        ("'1:1' nope='x'", "options are"),
        ("'1:1' '4:5'", "art is a media query with a size after it"),
        ("'1:1' 5", "art is a media query with a size after it"),
    ],
)
def test_a_tag_that_makes_no_sense_shows_the_whole_picture(
    photo: Any, words: str, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    tag = rendered(f"{{% focalbox_picture photo.image {words} %}}", photo=photo)
    assert tag.startswith(f'<img src="{photo.image.url}"')
    assert sentence in caplog.text


@pytest.mark.parametrize(
    "words", ["widths=320", "widths='320,'", "widths=none", "alt=none", "sizes=none", "loading=none"]
)
def test_words_of_another_type_are_read_as_text(photo: Any, words: str) -> None:
    tag = rendered(f"{{% focalbox_img photo.image '1:1' {words} %}}", photo=photo)
    assert "srcset=" in tag
    assert "None" not in tag


@pytest.mark.parametrize("option", ["focus", "keep", "zoom", "mode", "fill", "loading"])
@pytest.mark.parametrize("nothing", ["''", "none", "missing", "photo.missing"])
def test_an_option_without_a_value_is_not_given(photo: Any, option: str, nothing: str) -> None:
    for tag in ("focalbox_img", "focalbox_style"):
        plain = rendered(f"{{% {tag} photo.image '16:9' %}}", photo=photo)
        assert rendered(f"{{% {tag} photo.image '16:9' {option}={nothing} %}}", photo=photo) == plain


def test_points_and_boxes_are_written_as_in_addresses(photo: Any, photographs: Mapping[str, np.ndarray]) -> None:
    content = jpeg(photographs["chelsea"])
    for text, keywords in (
        ("focus='0.9,0.5'", {"focus": (0.9, 0.5)}),
        ("keep='0.8,0.1,0.1,0.1;0.9,0.2,0.1,0.1'", {"keep": [(0.8, 0.1, 0.1, 0.1), (0.9, 0.2, 0.1, 0.1)]}),
        ("avoid='0,0,0.2,1'", {"avoid": [(0.0, 0.0, 0.2, 1.0)]}),
    ):
        style = rendered(f"{{% focalbox_style photo.image '1:2' {text} %}}", photo=photo)
        assert style == css_of(content, "1:2", **keywords)
        assert "srcset=" in rendered(f"{{% focalbox_img photo.image '1:2' {text} %}}", photo=photo)


def css_of(content: bytes, size: str, **keywords: Any) -> str | None:
    from focalbox.html import css  # noqa: PLC0415 - as above

    return css(focalbox.plan(content, size, **keywords))


def test_the_style_is_that_of_the_plan(photo: Any, photographs: Mapping[str, np.ndarray]) -> None:
    from focalbox.html import css  # noqa: PLC0415 - as above

    assert rendered('{% focalbox_style photo.image "1:1" %}', photo=photo) == css(
        focalbox.plan(jpeg(photographs["chelsea"]), "1:1")
    )


@pytest.mark.parametrize("does", ["open", "exists", "save"])
def test_a_storage_that_fails_breaks_no_page(
    does: str, photo: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        message = "the bucket is busy"
        raise StoreError(message)

    whole = photo.image.url
    monkeypatch.setattr(kind_of_storage(), does, fails)
    tag = rendered('{% focalbox_img photo.image "3:2" widths="100" alt="A cat" zoom=0.2 %}', photo=photo)
    assert f'src="{whole}"' in tag
    assert "StoreError: the bucket is busy" in caplog.text
    assert rendered('{% focalbox_style photo.image "1:1" %}', photo=photo).startswith("object-fit")


def test_a_storage_without_addresses_leaves_the_picture_out(photo: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        message = "there are no credentials to sign with"
        raise StoreError(message)

    monkeypatch.setattr(kind_of_storage(), "url", fails)
    assert rendered('<p>{% focalbox_img photo.image "3:2" widths="9999,x" %}</p>', photo=photo) == "<p></p>"


def test_attributes_of_html_are_those_of_the_picture(photo: Any, models: Any) -> None:
    words = """class="hero 'a'" fetchpriority="high" decoding="async" data_id=7 aria_label="A <b>" id=none title='' """
    written = 'class="hero &#x27;a&#x27;" fetchpriority="high" decoding="async" data-id="7" aria-label="A &lt;b&gt;">'
    for tag in (f"{{% focalbox_img file '1:1' {words} %}}", f"{{% focalbox_picture file '1:1' '(x) 2:1' {words} %}}"):
        assert written.replace(">", "") in rendered(tag, file=photo.image).replace(">", "")
    broken = models.Photo.objects.create(image=upload(b"no picture"))
    assert rendered(f"{{% focalbox_img file '1:1' {words} %}}", file=broken.image).endswith(written)
