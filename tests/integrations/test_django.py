from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import focalbox


def jpeg(picture: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "jpeg", quality=95)
    return file.getvalue()


def upload(content: bytes, name: str = "cat.jpg") -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415 - only after its set-up

    return SimpleUploadedFile(name, content, "image/jpeg")


def rendered(source: str, **context: Any) -> str:
    from django.template import Context, Engine  # noqa: PLC0415 - as above

    libraries = {"focalbox": "focalbox.integrations.django.templatetags.focalbox"}
    written: str = Engine(libraries=libraries).from_string("{% load focalbox %}" + source).render(Context(context))
    return written


@pytest.fixture
def photo(models: Any, photographs: Mapping[str, np.ndarray]) -> Iterator[Any]:
    photo = models.Photo.objects.create(image=upload(jpeg(photographs["chelsea"])))
    yield photo
    if photo.image:
        photo.image.close()


def test_an_upload_is_analysed_and_found_again(models: Any, photo: Any, photographs: Mapping[str, np.ndarray]) -> None:
    from focalbox.integrations.django.analyses import stored_analysis  # noqa: PLC0415 - as above

    stored = stored_analysis(models.Photo.objects.get(pk=photo.pk).image)
    assert stored is not None
    assert stored.analysis == focalbox.analyze(jpeg(photographs["chelsea"]))


def test_another_upload_is_looked_at_and_none_leaves_nothing(photo: Any, photographs: Mapping[str, np.ndarray]) -> None:
    before = photo.analysis
    photo.save()
    assert photo.analysis is before
    photo.image = upload(jpeg(photographs["rocket"]))
    photo.save()
    assert photo.analysis["analysis"]["source"] != before["analysis"]["source"]
    photo.image = ""
    photo.save()
    assert photo.analysis is None


def test_a_file_of_the_same_name_is_looked_at_too(photo: Any, photographs: Mapping[str, np.ndarray]) -> None:
    photo.image.storage.delete(photo.image.name)  # so that the new one gets the old one's name
    name, before = photo.image.name, photo.analysis["sha256"]
    photo.image = upload(jpeg(photographs["rocket"]), Path(name).name)
    photo.save()
    assert photo.image.name == name
    assert photo.analysis["sha256"] != before


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


def test_a_picture_for_two_screens(photo: Any) -> None:
    tag = rendered('{% focalbox_picture photo.image "16:9" "(max-width: 40em) 4:5" widths="100" %}', photo=photo)
    assert tag.startswith('<picture><source media="(max-width: 40em)" srcset="/media/focalbox/')
    assert 'width="100" height="125"' in tag


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


def test_a_crop_is_made_once_and_is_the_librarys(
    photo: Any, media: Path, photographs: Mapping[str, np.ndarray]
) -> None:
    from focalbox.integrations.django.crops import crop_url  # noqa: PLC0415 - as above

    address = crop_url(photo.image, "120x50")
    made = media / address.removeprefix("/media/")
    before = made.stat().st_mtime_ns
    assert crop_url(photo.image, (120, 50)) == address
    assert made.stat().st_mtime_ns == before
    (wanted,) = focalbox.Cropper().results(jpeg(photographs["chelsea"]), ["120x50"])
    assert made.read_bytes() == wanted.encode("webp")
    assert crop_url(photo.image, "120x50", zoom=0.5) != address


def test_a_picture_replaced_in_its_storage_is_noticed(
    models: Any, photo: Any, photographs: Mapping[str, np.ndarray]
) -> None:
    from focalbox.integrations.django.crops import crop_url  # noqa: PLC0415 - as above

    old = crop_url(photo.image, "90x90")
    Path(photo.image.path).write_bytes(jpeg(photographs["rocket"]))
    new = crop_url(photo.image, "91x91")
    assert Path(new).parent != Path(old).parent
    found = models.Photo.objects.get(pk=photo.pk).analysis
    assert found["analysis"]["source"] == focalbox.analyze(photographs["rocket"]).source.to_dict()


def test_a_picture_that_is_gone_leaves_its_own_address(photo: Any, caplog: pytest.LogCaptureFixture) -> None:
    from focalbox.integrations.django.crops import crop_url  # noqa: PLC0415 - as above

    Path(photo.image.path).unlink()
    assert crop_url(photo.image, "77x77") == photo.image.url
    assert "was not cropped" in caplog.text


def kind_of_storage() -> type:
    from django.core.files.storage import storages  # noqa: PLC0415 - as above

    return type(storages["default"])


class StoreError(Exception):
    """What the clients of object stores raise: no OSError."""


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


def test_an_upload_to_a_storage_that_cannot_be_read_is_saved(
    models: Any,
    photographs: Mapping[str, np.ndarray],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        message = "write only"
        raise StoreError(message)

    monkeypatch.setattr(kind_of_storage(), "open", fails)
    photo = models.Photo.objects.create(image=upload(jpeg(photographs["chelsea"])))
    assert photo.analysis is None
    assert "StoreError: write only" in caplog.text


def test_the_command_looks_at_what_save_did_not_see(
    models: Any, photo: Any, photographs: Mapping[str, np.ndarray]
) -> None:
    from django.core.management import CommandError, call_command  # noqa: PLC0415 - as above

    def said(*arguments: str) -> str:
        out = io.StringIO()
        call_command("focalbox_analyze", *arguments, stdout=out)
        return out.getvalue().strip()

    models.Photo.objects.update(analysis=None)
    models.Photo.objects.create()
    assert said("gallery.Photo") == "1 analysed, 0 unchanged, 1 without a picture, 0 failed"
    assert said() == "0 analysed, 1 unchanged, 1 without a picture, 0 failed"
    Path(photo.image.path).write_bytes(jpeg(photographs["rocket"]))
    assert said("--check").startswith("1 analysed")
    Path(photo.image.path).write_bytes(b"broken")
    with pytest.raises(CommandError, match="1 pictures could not be analysed"):
        said("--check")
    with pytest.raises(CommandError, match=r"a model is named APP\.MODEL"):
        said("gallery.Phot")


def test_a_wrong_image_field_is_refused_by_djangos_checks(models: Any) -> None:
    from focalbox.integrations.django.fields import AnalysisField  # noqa: PLC0415 - as above

    field = models.Photo._meta.get_field("analysis")  # noqa: SLF001 - the name Django documents
    assert field.check() == []
    wrong = AnalysisField("picture")
    wrong.set_attributes_from_name("wrong")
    wrong.model = models.Photo
    assert [found.id for found in wrong.check()] == ["focalbox.E001"]
    assert field.deconstruct()[3]["image_field"] == "image"


def test_the_processor_of_imagekit_makes_the_librarys_window(photo: Any, photographs: Mapping[str, np.ndarray]) -> None:
    from focalbox.integrations.pillow import fit  # noqa: PLC0415 - as above

    photo.banner.generate()
    with photo.image.open() as original, photo.banner.storage.open(str(photo.banner)) as cached:
        picture, banner = Image.open(original), Image.open(cached)
        assert np.array_equal(np.asarray(banner), np.asarray(fit(picture, (200, 80), Image.Resampling.LANCZOS)))


def test_the_processor_of_easy_thumbnails_makes_the_librarys_window(photo: Any) -> None:
    from easy_thumbnails.files import get_thumbnailer  # noqa: PLC0415 - as above

    from focalbox.integrations.pillow import fit  # noqa: PLC0415 - as above

    thumbnailer = get_thumbnailer(photo.image)
    with photo.image.open() as original, Image.open(original) as picture:
        wanted = np.asarray(fit(picture, (200, 80), Image.Resampling.LANCZOS))
    made = thumbnailer.generate_thumbnail({"size": (200, 80), "focal": True, "crop": True}).image
    assert np.array_equal(np.asarray(made), wanted)
    plain = thumbnailer.generate_thumbnail({"size": (200, 0)}).image
    assert plain.width == 200
