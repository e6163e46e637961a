"""What is stored beside a picture: found again for its own file alone, and None for whatever else is stored there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import focalbox
from integrations.uploads import jpeg


def test_an_upload_is_analysed_and_found_again(models: Any, photo: Any, photographs: Mapping[str, np.ndarray]) -> None:
    from focalbox.integrations.django.analyses import stored_analysis  # noqa: PLC0415 - as above

    stored = stored_analysis(models.Photo.objects.get(pk=photo.pk).image)
    assert stored is not None
    assert stored.analysis == focalbox.analyze(jpeg(photographs["chelsea"]))


def test_it_is_found_for_its_own_file_alone(models: Any, photo: Any) -> None:
    from focalbox.integrations.django.analyses import StoredAnalysis, stored_analysis  # noqa: PLC0415 - after its set-up

    assert StoredAnalysis.from_dict(photo.analysis) == stored_analysis(photo.image)
    photo.image.name = "photos/another.jpg"
    assert stored_analysis(photo.image) is None
    assert stored_analysis(type(photo.image)(None, photo.image.field, photo.analysis["name"])) is None  # of no row


def test_the_field_beside_a_picture_is_the_one_that_names_it(photo: Any) -> None:
    from focalbox.integrations.django.analyses import stored_analysis  # noqa: PLC0415 - as above

    assert stored_analysis(photo.image) is not None
    photo.image.field.name, name = "portrait", photo.image.field.name  # as if it were another ImageField
    try:
        assert stored_analysis(photo.image) is None
    finally:
        photo.image.field.name = name


@pytest.mark.usefixtures("django_ready")
def test_what_is_stored_comes_back_and_anything_else_is_none(photographs: Mapping[str, np.ndarray]) -> None:
    from focalbox.integrations.django.analyses import StoredAnalysis  # noqa: PLC0415 - as above

    content = jpeg(photographs["coffee"])
    stored = StoredAnalysis.of(content, "a/cup.jpg")
    saved = json.loads(json.dumps(stored.to_dict()))
    assert StoredAnalysis.from_dict(saved) == stored
    assert (stored.sha256, stored.analysis) == (hashlib.sha256(content).hexdigest(), focalbox.analyze(content))
    for spoilt in ({**saved, "analysis": {}}, {**saved, "analysis": {**saved["analysis"], "saliency": 5}}):
        assert StoredAnalysis.from_dict(spoilt) is None
    for name in saved:
        assert StoredAnalysis.from_dict({key: value for key, value in saved.items() if key != name}) is None
    others: tuple[Any, ...] = (None, [], "text", 5, {})
    assert [StoredAnalysis.from_dict(other) for other in others] == [None] * 5


def test_a_file_that_is_gone_or_no_picture_is_a_line_in_the_log(photo: Any, caplog: pytest.LogCaptureFixture) -> None:
    from focalbox.integrations.django.analyses import content_of, describe  # noqa: PLC0415 - as above

    Path(photo.image.path).write_bytes(b"no picture")
    assert describe(photo.image) is None
    assert f"{photo.image.name} was not analysed: the picture does not begin like a picture" in caplog.text
    Path(photo.image.path).unlink()
    assert describe(photo.image) is None
    with pytest.raises(focalbox.FetchError, match=f"the storage of {photo.image.name} failed: FileNotFoundError"):
        content_of(photo.image)
