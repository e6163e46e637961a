from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import focalbox


def uploaded(picture: np.ndarray, **fields: Any) -> Any:
    from django.core.files.images import ImageFile  # noqa: PLC0415 - only after its set-up
    from wagtail.images import get_image_model  # noqa: PLC0415 - as above

    file = io.BytesIO()
    Image.fromarray(picture).save(file, "png")
    image = get_image_model()(title="A picture", file=ImageFile(file, "picture.png"), **fields)
    image.save()
    return image


def window(image: Any) -> tuple[float, float]:
    """Return the first and the last row that ``fill-500x200`` shows, in fractions of the picture."""
    from wagtail.images.models import Filter  # noqa: PLC0415 - as above

    rect = Filter("fill-500x200").get_transform(image, (image.width, image.height)).get_rect()
    return rect.top / image.height, rect.bottom / image.height


@pytest.mark.usefixtures("media")
def test_a_rendition_keeps_the_head_that_the_middle_cuts(photographs: Mapping[str, np.ndarray]) -> None:
    astronaut = photographs["astronaut"]
    (head,) = [subject.box for subject in focalbox.analyze(astronaut).subjects if subject.kind == "face"]
    image = uploaded(astronaut)
    top, bottom = window(image)
    assert top <= head.top
    assert bottom >= head.bottom
    image.set_focal_point(None)
    top, bottom = window(image)
    assert top > head.top


@pytest.mark.usefixtures("media")
def test_an_editors_choice_wins_and_clearing_it_is_one(photographs: Mapping[str, np.ndarray]) -> None:
    chosen = {f"focal_point_{name}": 100 for name in ("x", "y", "width", "height")}
    image = uploaded(photographs["astronaut"], **chosen)
    assert (image.focal_point_x, image.focal_point_width) == (100, 100)
    image.set_focal_point(None)
    image.save()
    assert not image.has_focal_point()


@pytest.mark.usefixtures("media")
def test_a_picture_without_subjects_gets_a_point_inside(photographs: Mapping[str, np.ndarray]) -> None:
    for name in ("chelsea", "coffee", "rocket"):
        image = uploaded(photographs[name])
        assert 0 <= image.focal_point_x <= image.width
        assert 0 <= image.focal_point_y <= image.height
        assert 0 < image.focal_point_height <= image.height / 2


@pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")  # Wagtail's own temporary file
def test_a_rendition_is_written(media: Path, photographs: Mapping[str, np.ndarray]) -> None:
    rendition = uploaded(photographs["astronaut"]).get_rendition("fill-500x200")
    assert (rendition.width, rendition.height) == (500, 200)
    assert (media / rendition.file.name).is_file()


@pytest.mark.usefixtures("media")
def test_what_cannot_be_looked_at_is_saved_as_before(caplog: pytest.LogCaptureFixture) -> None:
    from django.core.files.base import ContentFile  # noqa: PLC0415 - as above
    from wagtail.images import get_image_model  # noqa: PLC0415 - as above

    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"></svg>'
    image = get_image_model()(title="A drawing", file=ContentFile(svg, "drawing.svg"), width=40, height=30)
    image.save()
    assert not image.has_focal_point()
    assert "no focal point" in caplog.text
