"""The processor of easy-thumbnails makes the library's window, when it is asked to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import focalbox


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


@pytest.mark.parametrize(
    ("options", "zoom"),
    [
        ("focal", 0.0),
        ("focal focal_zoom=50", 0.5),
        ("focal focal_zoom='40' upscale", 0.4),
        ("focal focal_zoom=50 upscale crop", 0.5),
    ],
)
def test_the_guides_tag_makes_it(photo: Any, media: Path, options: str, zoom: float) -> None:
    from django.template import Context, Engine  # noqa: PLC0415 - as above

    from focalbox.integrations.pillow import fit  # noqa: PLC0415 - as above

    engine = Engine(libraries={"thumbnail": "easy_thumbnails.templatetags.thumbnail"})
    page = engine.from_string(f"{{% load thumbnail %}}{{% thumbnail photo.image 100x40 {options} quality=100 %}}")
    address = page.render(Context({"photo": photo}))
    with photo.image.open() as original, Image.open(original) as picture:
        wanted = np.asarray(fit(picture, (100, 40), Image.Resampling.LANCZOS, zoom=zoom), dtype=float)
    with Image.open(media / address.removeprefix("/media/")) as made:
        assert np.abs(np.asarray(made) - wanted).mean() < 2  # levels of 255, that JPEG loses


def test_it_does_nothing_unless_asked_and_with_both_sides(photographs: Mapping[str, np.ndarray]) -> None:
    from focalbox.integrations.easy_thumbnails import focal_crop  # noqa: PLC0415 - as above

    picture = Image.fromarray(photographs["chelsea"])
    assert focal_crop(picture, (90, 60)) is picture
    for size in ((90, 0), (0, 60)):
        assert focal_crop(picture, size, focal=True) is picture
    assert focal_crop(picture, (90, 60), focal=True, crop="smart", upscale=True).size == (90, 60)


def test_focal_zoom_is_in_per_cent(photographs: Mapping[str, np.ndarray]) -> None:
    from focalbox.integrations.easy_thumbnails import focal_crop  # noqa: PLC0415 - as above
    from focalbox.integrations.pillow import fit  # noqa: PLC0415 - as above

    picture = Image.fromarray(photographs["chelsea"])
    for zoom, share in ((None, 0.0), (0, 0.0), (50, 0.5), (100, 1.0)):
        wanted = fit(picture, (90, 60), Image.Resampling.LANCZOS, zoom=share)
        assert focal_crop(picture, (90, 60), focal=True, focal_zoom=zoom).tobytes() == wanted.tobytes()
    with pytest.raises(focalbox.InvalidRequest, match="zoom is a number from 0 to 1"):
        focal_crop(picture, (90, 60), focal=True, focal_zoom=101)
    with pytest.raises(focalbox.InvalidRequest, match=r"^with focal, zoom=50 is written focal_zoom$"):
        focal_crop(picture, (90, 60), focal=True, zoom=50)
    assert focal_crop(picture, (90, 60), zoom=50) is picture
