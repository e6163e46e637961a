"""The field looks at every new file once, and never stops a model from being saved."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from integrations.uploads import StoreError, jpeg, kind_of_storage, upload


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


@pytest.mark.parametrize("kind", ["Photo", "Portrait", "Favourite"])
@pytest.mark.parametrize("saved", [{}, {"update_fields": ["image"]}])
def test_a_file_of_the_same_name_is_looked_at_too(
    models: Any, photographs: Mapping[str, np.ndarray], kind: str, saved: dict[str, Any]
) -> None:
    photo = getattr(models, kind).objects.create(image=upload(jpeg(photographs["chelsea"])))
    photo.image.storage.delete(photo.image.name)  # so that the new one gets the old one's name
    name = photo.image.name
    photo.image = upload(jpeg(photographs["rocket"]), Path(name).name)
    photo.save(**saved)
    assert photo.image.name == name
    assert photo.analysis["sha256"] == hashlib.sha256(jpeg(photographs["rocket"])).hexdigest()
    assert models.Photo.objects.get(pk=photo.pk).analysis == photo.analysis
    photo.image.close()


def test_a_row_of_which_the_picture_was_not_loaded_is_saved_without_loading_it(models: Any, photo: Any) -> None:
    from django.db import connection  # noqa: PLC0415 - as above
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - as above

    note = models.Note.objects.create(image=photo.image.name, text="a cat")
    (loaded,) = models.Note.objects.only("text")
    with CaptureQueriesContext(connection) as queries:
        loaded.save()
    assert [query["sql"].split()[0] for query in queries] == ["UPDATE"]
    assert models.Note.objects.get().analysis == note.analysis
    note.image.close()


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


def test_a_wrong_image_field_is_refused_by_djangos_checks(models: Any) -> None:
    from focalbox.integrations.django.fields import AnalysisField  # noqa: PLC0415 - as above

    field = models.Photo._meta.get_field("analysis")  # noqa: SLF001 - the name Django documents
    assert field.check() == []
    wrong = AnalysisField("picture")
    wrong.set_attributes_from_name("wrong")
    wrong.model = models.Photo
    assert [found.id for found in wrong.check()] == ["focalbox.E001"]
    assert field.deconstruct()[3]["image_field"] == "image"


def test_a_migration_makes_the_same_field(models: Any) -> None:
    from focalbox.integrations.django.fields import AnalysisField  # noqa: PLC0415 - as above

    for field in (models.Photo._meta.get_field("analysis"), AnalysisField("portrait", null=False)):  # noqa: SLF001
        _, path, args, kwargs = field.deconstruct()
        assert path == "focalbox.integrations.django.fields.AnalysisField"
        again = AnalysisField(*args, **kwargs)
        assert (again.image_field, again.null, again.blank, again.editable) == (
            field.image_field,
            field.null,
            field.blank,
            field.editable,
        )


def test_what_is_loaded_from_a_fixture_is_kept(models: Any, photographs: Mapping[str, np.ndarray]) -> None:
    photo = models.Photo(image=upload(jpeg(photographs["rocket"])), analysis={"as": "it was dumped"})
    photo.save_base(raw=True)  # as deserializers do
    assert models.Photo.objects.get(pk=photo.pk).analysis == {"as": "it was dumped"}
    photo.image.close()
