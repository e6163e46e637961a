"""A model field that keeps what focalbox found beside an ImageField."""

from __future__ import annotations

from typing import Any

from django.core import checks
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import signals

from focalbox.integrations.django.analyses import describe

__all__ = ["AnalysisField"]


class AnalysisField(models.JSONField):
    """Looks at the picture of an ImageField once, when it is uploaded, and keeps the analysis as JSON.

    A picture that cannot be read leaves null and a warning in the log; it never stops a model from being saved. What does
    not call ``save()`` (`bulk_create`, `update`) is found by ``manage.py focalbox_analyze``.

    Parameters
    ----------
    image_field : str
        The name of the ImageField, of the same model.
    **options
        As of `JSONField`; null, blank and not editable unless said otherwise.
    """

    def __init__(self, image_field: str = "image", **options: Any) -> None:
        self.image_field = image_field
        super().__init__(**{"null": True, "blank": True, "editable": False, **options})

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Return what a migration writes: also what `JSONField` leaves out because it is its default, which is not ours."""
        name, path, args, kwargs = super().deconstruct()
        own = {"null": self.null, "blank": self.blank, "editable": self.editable, "image_field": self.image_field}
        return name, path, args, {**kwargs, **own}

    def contribute_to_class(self, cls: type[models.Model], name: str, **kwargs: Any) -> None:
        """Notice an upload before any field is saved: afterwards a file of the same name looks like the old one."""
        super().contribute_to_class(cls, name, **kwargs)
        if not cls._meta.abstract:
            signals.pre_save.connect(self._forget_replaced, sender=cls)

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Refuse the name of a field that is not there."""
        try:
            field = self.model._meta.get_field(self.image_field)
        except FieldDoesNotExist:
            field = None
        if isinstance(field, models.FileField):
            return super().check(**kwargs)
        message = f"image_field is the name of an ImageField of {self.model.__name__}, not {self.image_field!r}"
        return [*super().check(**kwargs), checks.Error(message, obj=self, id="focalbox.E001")]

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001 - Django's signature
        """Look at the picture if it is another one than the analysis is of."""
        image_field = model_instance._meta.get_field(self.image_field)
        file = image_field.pre_save(model_instance, add)  # stores an upload, and is called again without effect
        saved = getattr(model_instance, self.attname)
        if not file:
            saved = None
        elif not isinstance(saved, dict) or saved.get("name") != file.name:
            stored = describe(file)
            saved = stored.to_dict() if stored is not None else None
        setattr(model_instance, self.attname, saved)
        return saved

    def _forget_replaced(self, instance: models.Model, *, raw: bool = False, **_: Any) -> None:
        file = getattr(instance, self.image_field)
        if not raw and file and not file._committed:
            setattr(instance, self.attname, None)
