"""The analysis that is stored beside an ImageField, and how it is found again from a file."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models, router
from django.db.models.fields.files import FieldFile

from focalbox.analysis import Analysis
from focalbox.cropper import Cropper
from focalbox.errors import FocalboxError
from focalbox.integrations.django.storing import storage_errors

__all__ = ["StoredAnalysis", "content_of", "cropper", "describe", "keep", "stored_analysis"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoredAnalysis:
    """An analysis and the picture that it is of.

    Parameters
    ----------
    name : str
        The file's name in its storage.
    sha256 : str
        Of the file's bytes, in hexadecimal digits.
    analysis : Analysis
    """

    name: str
    sha256: str
    analysis: Analysis

    @classmethod
    def of(cls, content: bytes, name: str) -> StoredAnalysis:
        """Look at a picture; raises SourceError when it is none."""
        return cls(name, hashlib.sha256(content).hexdigest(), cropper().analyze(content))

    @classmethod
    def from_dict(cls, saved: Any) -> StoredAnalysis | None:
        """Read what `to_dict` wrote; None when it is something else, such as of an older version."""
        try:
            return cls(str(saved["name"]), str(saved["sha256"]), Analysis.from_dict(saved["analysis"]))
        except (FocalboxError, KeyError, TypeError):
            return None

    def to_dict(self) -> dict[str, Any]:
        """Return what the field stores as JSON."""
        return {"name": self.name, "sha256": self.sha256, "analysis": self.analysis.to_dict()}


@cache
def cropper() -> Cropper:
    """Return the one cropper of the process."""
    return Cropper()


def content_of(file: FieldFile) -> bytes:
    """Return the bytes of a stored file; raises FetchError when its storage does not give them."""
    with storage_errors(str(file.name)), file.storage.open(file.name) as opened:
        content: bytes = opened.read()
    return content


def describe(file: FieldFile) -> StoredAnalysis | None:
    """Look at a stored picture; None, and a warning in the log, when it cannot be read: saving a model must go on."""
    try:
        return StoredAnalysis.of(content_of(file), file.name)
    except FocalboxError as error:
        _log.warning("%s was not analysed: %s", file.name, error)
        return None


def keep(instance: models.Model, field: models.Field[Any, Any], stored: StoredAnalysis | None) -> None:
    """Store an analysis beside its picture.

    It goes to the database that the row came from, unless a router knows better, and also to rows that a manager leaves out.
    """
    value = stored.to_dict() if stored is not None else None
    setattr(instance, field.attname, value)
    model = type(instance)
    rows = model._base_manager.using(router.db_for_write(model, instance=instance))
    rows.filter(pk=instance.pk).update(**{field.attname: value})


def stored_analysis(file: FieldFile) -> StoredAnalysis | None:
    """Return the analysis stored beside a file; None when there is none, or it is of another file."""
    instance = getattr(file, "instance", None)
    if instance is None:
        return None
    for field in instance._meta.get_fields():
        if getattr(field, "image_field", None) == file.field.name:
            stored = StoredAnalysis.from_dict(getattr(instance, field.attname))
            return stored if stored is not None and stored.name == file.name else None
    return None
