"""An upload of the project's image model is looked at once, however often the application gets ready."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.usefixtures("media")
def test_the_projects_image_model_and_no_other_is_listened_to(models: Any) -> None:
    from django.apps import apps  # noqa: PLC0415 - only after its set-up
    from django.db.models.signals import pre_save  # noqa: PLC0415 - as above
    from wagtail.images import get_image_model  # noqa: PLC0415 - as above

    from focalbox.integrations.wagtail.focal_point import on_upload  # noqa: PLC0415 - as above

    for _ in range(2):
        heard = [receiver for receiver in listening(pre_save, get_image_model()) if receiver is on_upload]
        assert heard == [on_upload]
        assert on_upload not in listening(pre_save, models.Photo)
        apps.get_app_config("focalbox_wagtail").ready()


def listening(signal: Any, model: type) -> list[Any]:
    synchronous, _ = signal._live_receivers(model)  # noqa: SLF001 - there is no public way to ask
    return list(synchronous)
