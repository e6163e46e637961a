"""The application as Wagtail knows it."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["FocalboxWagtailConfig"]


class FocalboxWagtailConfig(AppConfig):
    """Finds a focal point for every upload."""

    name = "focalbox.integrations.wagtail"
    label = "focalbox_wagtail"
    verbose_name = "focalbox for Wagtail"

    def ready(self) -> None:
        """Listen to uploads of the project's image model."""
        from django.db.models.signals import pre_save  # noqa: PLC0415 - models are there only now
        from wagtail.images import get_image_model  # noqa: PLC0415 - as above

        from focalbox.integrations.wagtail.focal_point import on_upload  # noqa: PLC0415 - as above

        pre_save.connect(on_upload, sender=get_image_model(), dispatch_uid="focalbox.focal_point")
