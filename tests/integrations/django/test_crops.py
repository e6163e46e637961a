"""Crops of a storage: made once, under names that another picture or option never meets."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import focalbox
from integrations.uploads import jpeg, kind_of_storage, upload


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


@pytest.mark.parametrize(("kind", "database"), [("Photo", "other"), ("Published", "default")])
def test_what_is_found_anew_is_stored_where_the_row_came_from(
    models: Any, photographs: Mapping[str, np.ndarray], kind: str, database: str
) -> None:
    from django.core.management import call_command  # noqa: PLC0415 - as above

    from focalbox.integrations.django.crops import crop_url  # noqa: PLC0415 - as above

    model = getattr(models, kind)
    photo = model(image=upload(jpeg(photographs["chelsea"])))
    photo.save(using=database)
    rows = models.Photo.objects.using(database)
    Path(photo.image.path).write_bytes(jpeg(photographs["rocket"]))
    found = model(pk=photo.pk)
    found.refresh_from_db(using=database)
    crop_url(found.image, "91x91")
    looked = hashlib.sha256(jpeg(photographs["rocket"])).hexdigest()
    assert rows.get(pk=photo.pk).analysis["sha256"] == looked
    rows.update(analysis=None)
    call_command("focalbox_analyze", f"gallery.{kind}", database=database, stdout=io.StringIO())
    assert rows.get(pk=photo.pk).analysis["sha256"] == looked
    rows.all().delete()
    photo.image.close()
    found.image.close()


def test_a_picture_that_is_gone_leaves_its_own_address(photo: Any, caplog: pytest.LogCaptureFixture) -> None:
    from focalbox.integrations.django.crops import crop_url  # noqa: PLC0415 - as above

    Path(photo.image.path).unlink()
    assert crop_url(photo.image, "77x77") == photo.image.url
    assert "was not cropped" in caplog.text


def test_no_picture_has_no_address_and_is_no_mistake(models: Any, caplog: pytest.LogCaptureFixture) -> None:
    from focalbox.integrations.django.crops import crop_url, crop_urls  # noqa: PLC0415 - as above

    assert crop_url(models.Photo().image, "5x5") == ""
    assert crop_urls(models.Photo().image, ["5x5", "6x6"]) == ["", ""]
    assert caplog.text == ""


def test_a_name_says_the_size_and_all_that_decides_makes_another(photo: Any, settings_of: Any) -> None:
    from focalbox.integrations.django.crops import crop_urls  # noqa: PLC0415 - as above

    plain = crop_urls(photo.image, ["50x50", "4:5"])
    stem = Path(photo.image.name).stem
    assert [re.sub("-[0-9a-f]{16}", "", Path(one).name) for one in plain] == [f"{stem}-50x50.webp", f"{stem}-4-5.webp"]
    addresses = {*plain, *crop_urls(photo.image, ["50x50", "51x50"], fit="tight", zoom=0.5)}
    settings_of(FOCALBOX_QUALITY=30)
    addresses.update(crop_urls(photo.image, ["50x50"]))
    settings_of(FOCALBOX_FORMAT="png")
    addresses.update(crop_urls(photo.image, ["50x50"]))
    assert len(addresses) == 6


@pytest.mark.parametrize(
    ("size", "written"),
    [([50, 40], "50x40"), (" 50\u00d740 ", "50x40"), (focalbox.Ratio(4, 5), "4-5"), (None, "free")],
)
def test_sizes_are_what_the_library_takes(photo: Any, size: Any, written: str) -> None:
    from focalbox.integrations.django.crops import crop_url  # noqa: PLC0415 - as above

    assert f"-{written}-" in crop_url(photo.image, size)


def test_a_crop_that_somebody_made_in_the_meantime_keeps_its_name(
    photo: Any, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from focalbox.integrations.django.crops import crop_url  # noqa: PLC0415 - as above

    made = crop_url(photo.image, "61x61")
    kind: Any = kind_of_storage()
    exists, too_early = kind.exists, iter([False, False])
    monkeypatch.setattr(kind, "exists", lambda self, name: next(too_early, None) is None and exists(self, name))
    assert crop_url(photo.image, "61x61") == made
    assert len(list((media / made.removeprefix("/media/")).parent.glob("*-61x61-*"))) == 1


def test_a_long_name_has_crops_too(models: Any, photographs: Mapping[str, np.ndarray]) -> None:
    from focalbox.integrations.django.crops import crop_url  # noqa: PLC0415 - as above

    photo = models.Photo(image=upload(jpeg(photographs["rocket"]), 76 * "\u732b" + ".jpg"))  # 228 bytes and an ending
    photo.save()
    assert "-62x62-" in crop_url(photo.image, "62x62")
    photo.image.close()


def test_where_and_how_crops_are_kept_is_said_in_the_settings(photo: Any, media: Path, settings_of: Any) -> None:
    from focalbox.integrations.django.crops import crop_url  # noqa: PLC0415 - as above

    settings_of(FOCALBOX_FOLDER="small/ones", FOCALBOX_FORMAT="jpg", FOCALBOX_QUALITY=10)
    address = crop_url(photo.image, "60x40")
    assert address.startswith("/media/small/ones/")
    with Image.open(media / address.removeprefix("/media/")) as crop:
        assert (crop.format, crop.size) == ("JPEG", (60, 40))
        rough = Path(str(crop.filename)).stat().st_size
    settings_of(FOCALBOX_QUALITY=95)
    fine = crop_url(photo.image, "60x40")
    assert (media / fine.removeprefix("/media/")).stat().st_size > rough


@pytest.mark.parametrize(
    "wrong", [{"FOCALBOX_FORMAT": "heic"}, {"FOCALBOX_QUALITY": "80"}, {"FOCALBOX_STORAGE": "none"}]
)
def test_a_mistake_in_the_settings_is_for_the_programmer_to_see(
    photo: Any, settings_of: Any, wrong: dict[str, Any]
) -> None:
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415 - as above

    from focalbox.integrations.django.crops import crop_url  # noqa: PLC0415 - as above

    settings_of(**wrong)
    with pytest.raises(ImproperlyConfigured):
        crop_url(photo.image, "60x40")


def test_missing_crops_are_made_with_one_read_and_those_that_are_there_with_none(
    photo: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from focalbox.integrations.django.crops import crop_urls  # noqa: PLC0415 - as above

    kind: Any = kind_of_storage()
    read, opens = [], kind.open

    def noticed(self: Any, name: str, *rest: Any) -> Any:
        read.append(name)
        return opens(self, name, *rest)

    monkeypatch.setattr(kind, "open", noticed)
    first = crop_urls(photo.image, ["33x33", "44x44"])
    assert read == [photo.image.name]
    assert crop_urls(photo.image, ["44x44", "33x33"]) == first[::-1]
    assert read == [photo.image.name]
    photo.analysis = None  # it has to be looked at, too
    crop_urls(photo.image, ["34x34", "45x45"])
    assert read == [photo.image.name] * 2


@pytest.mark.parametrize("size", ["0x5", "five", "5x", (0, 5), (1, 2, 3)])
def test_a_size_that_makes_no_sense_leaves_the_pictures_own_address(
    photo: Any, size: Any, caplog: pytest.LogCaptureFixture
) -> None:
    from focalbox.integrations.django.crops import crop_url  # noqa: PLC0415 - as above

    assert crop_url(photo.image, size) == photo.image.url
    assert "was not cropped: a size" in caplog.text
