"""The focal point of an upload: every rendition keeps what matters, and an editor's choice wins."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import focalbox
from focalbox.analysis import Analysis
from focalbox.core.evidence import Subject
from focalbox.core.geometry import Box
from laws import cases
from strategies import analyses, boxes


def uploaded(picture: np.ndarray, **fields: Any) -> Any:
    from django.core.files.images import ImageFile  # noqa: PLC0415 - only after its set-up
    from wagtail.images import get_image_model  # noqa: PLC0415 - as above

    file = io.BytesIO()
    Image.fromarray(picture).save(file, "png")
    image = get_image_model()(title="A picture", file=ImageFile(file, "picture.png"), **fields)
    image.save()
    return image


def replaced(image: Any, picture: np.ndarray) -> Any:
    """Give a stored image another file, as Wagtail's form does: its focal point comes back as it was."""
    from django.core.files.images import ImageFile  # noqa: PLC0415 - only after its set-up

    file = io.BytesIO()
    Image.fromarray(picture).save(file, "png")
    image.file = ImageFile(file, "another.png")
    image.save()
    return type(image).objects.get(pk=image.pk)


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
def test_another_file_gets_a_point_of_its_own_unless_an_editor_chose_one(
    photographs: Mapping[str, np.ndarray],
) -> None:
    from focalbox.integrations.wagtail.focal_point import focal_rect  # noqa: PLC0415 - as above

    image = uploaded(photographs["astronaut"])
    for name in ("coffee", "rocket", "astronaut"):
        image = replaced(image, photographs[name])
        found = focal_rect(focalbox.analyze(photographs[name]))
        assert image.focal_point_x == int(found.centroid_x)
        assert image.focal_point_width == found.width
    image.focal_point_x = chosen = 30
    for name in ("rocket", "coffee"):  # saved again, it is still the editor's
        image = replaced(image, photographs[name])
        assert image.focal_point_x == chosen
    image.file.storage.delete(image.file.name)
    assert replaced(image, photographs["rocket"]).focal_point_x == chosen


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


@pytest.mark.usefixtures("django_ready")
def test_the_box_lies_inside_and_a_flat_window_can_hold_it() -> None:
    from focalbox.integrations.wagtail.focal_point import focal_rect  # noqa: PLC0415 - as above

    @settings(max_examples=cases(100))
    @given(analyses, st.lists(boxes(), max_size=3))
    def law(analysis: Analysis, found: list[Box]) -> None:
        analysis = replace(analysis, subjects=tuple(Subject(box, "face", 0.9) for box in found))
        rect, source = focal_rect(analysis), analysis.source
        assert 0 <= rect.left < rect.right <= source.width
        assert 0 <= rect.top < rect.bottom <= source.height
        assert rect.width < 0.4 * source.width + 2  # it is rounded outwards
        assert rect.height < 0.4 * source.height + 2
        if found and all(max(one.width, one.height) <= 0.4 for one in (reduce(Box.union, found), *found)):
            assert all(rect.left <= one.left * source.width for one in found)
            assert all(rect.bottom >= one.bottom * source.height - 1e-6 for one in found)

    law()


@pytest.mark.usefixtures("django_ready")
def test_of_subjects_that_lie_far_apart_the_largest_is_shown_from_its_top_down() -> None:
    from focalbox.integrations.wagtail.focal_point import focal_rect  # noqa: PLC0415 - as above

    analysis = focalbox.analyze(np.full((100, 200, 3), 90, np.uint8))
    near, far = Subject(Box(0.1, 0.25, 0.3, 0.7), "face", 0.9), Subject(Box(0.8, 0.1, 0.1, 0.1), "face", 0.9)
    rect = focal_rect(replace(analysis, subjects=(far, near)))
    assert (rect.left, rect.top, rect.right, rect.bottom) == (20, 25, 80, 65)


@pytest.mark.usefixtures("media")
def test_rows_loaded_from_a_fixture_are_left_as_they_are(photographs: Mapping[str, np.ndarray]) -> None:
    from django.core.files.images import ImageFile  # noqa: PLC0415 - as above
    from django.utils import timezone  # noqa: PLC0415 - as above
    from wagtail.images import get_image_model  # noqa: PLC0415 - as above

    file = io.BytesIO()
    Image.fromarray(photographs["astronaut"]).save(file, "png")
    image = get_image_model()(title="A picture", file=ImageFile(file, "picture.png"), width=512, height=512)
    image.created_at = timezone.now()
    image.save_base(raw=True)
    assert not image.has_focal_point()
