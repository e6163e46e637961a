"""A model field for the analysis of the picture of an ImageField."""

from __future__ import annotations

from typing import Any

from django.core import checks
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import signals

from focalbox.integrations.django.analyses import describe

__all__ = ["AnalysisField"]


class AnalysisField(models.JSONField):
    """Analyses the picture of an ImageField once, when it is uploaded, and stores the analysis as JSON.

    For a picture that cannot be read the field is null, with a warning in the log; the model is saved all the same. Pictures
    that are stored without ``save()`` (by `bulk_create` or `update`) are analysed by ``manage.py focalbox_analyze``.

    Parameters
    ----------
    image_field : str
        The name of the ImageField in the same model.
    **options
        As in `JSONField`; by default null, blank and not editable.
    """

    def __init__(self, image_field: str = "image", **options: Any) -> None:
        self.image_field = image_field
        super().__init__(**{"null": True, "blank": True, "editable": False, **options})

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Return what a migration writes, also the values that are defaults of `JSONField` but not of this field."""
        name, path, args, kwargs = super().deconstruct()
        own = {"null": self.null, "blank": self.blank, "editable": self.editable, "image_field": self.image_field}
        return name, path, args, {**kwargs, **own}

    def contribute_to_class(self, cls: type[models.Model], name: str, **kwargs: Any) -> None:
        """Notice an upload before any field is saved: afterwards a file of the same name looks like the old one."""
        super().contribute_to_class(cls, name, **kwargs)
        if not cls._meta.abstract:  # signals name the class that is saved, which may be a proxy or a child of this one
            signals.pre_save.connect(self._forget_replaced)
            signals.post_save.connect(self._follow)

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Report an ``image_field`` that the model does not have."""
        try:
            field = self.model._meta.get_field(self.image_field)
        except FieldDoesNotExist:
            field = None
        if isinstance(field, models.FileField):
            return super().check(**kwargs)
        message = f"image_field is the name of an ImageField of {self.model.__name__}, not {self.image_field!r}"
        return [*super().check(**kwargs), checks.Error(message, obj=self, id="focalbox.E001")]

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001 - Django's signature
        """Analyse the picture if the analysis is of another one."""
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
        if raw or not isinstance(instance, self.model) or self.image_field in instance.get_deferred_fields():
            return  # what was not loaded was not replaced, and reading it would ask the database
        file = getattr(instance, self.image_field)
        if file and not file._committed:
            setattr(instance, self.attname, None)

    def _follow(
        self, instance: models.Model, *, update_fields: frozenset[str] | None, using: str, raw: bool = False, **_: Any
    ) -> None:
        """Save the analysis where the picture was saved without it: ``save(update_fields=["image"])``."""
        if raw or update_fields is None or not isinstance(instance, self.model):
            return
        if self.image_field in update_fields and not {self.name, self.attname} & update_fields:
            value = self.pre_save(instance, add=False)
            key = getattr(instance, self.model._meta.pk.attname)
            self.model._base_manager.using(using).filter(pk=key).update(**{self.attname: value})
