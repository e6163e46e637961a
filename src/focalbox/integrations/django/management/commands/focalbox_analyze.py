"""``manage.py focalbox_analyze``: look at the pictures that models already have."""

from __future__ import annotations

import hashlib
import logging
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, models

from focalbox.errors import FetchError
from focalbox.integrations.django.analyses import content_of, describe, keep, stored_analysis
from focalbox.integrations.django.fields import AnalysisField

__all__ = ["Command"]

_log = logging.getLogger(__name__)

_BATCH = 200
"""Rows fetched at once: some 2 MB of analyses."""


class Command(BaseCommand):
    """Fills every `AnalysisField` whose picture has no analysis, or another one."""

    help = "Look at the pictures of models with an AnalysisField that have not been analysed yet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add what the command can be told."""
        parser.add_argument("models", nargs="*", metavar="APP.MODEL", help="Only these models, such as blog.Photo.")
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, help="Its alias, where it is not the default one.")
        parser.add_argument(
            "--check", action="store_true", help="Read every picture and look again where it was replaced."
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Go through the models and say what was done."""
        counts: Counter[str] = Counter()
        named = options["models"]
        for model in _models(named):
            for field in model._meta.get_fields():
                # a child's and a proxy's rows are those of the model that has the field: each counts once
                if isinstance(field, AnalysisField) and (named or field.model is model):
                    rows = model._base_manager.using(options["database"])  # also those that a manager leaves out
                    for row in rows.iterator(chunk_size=_BATCH):
                        counts[_refresh(row, field, check=options["check"])] += 1
        said = ", ".join(f"{counts[what]} {what}" for what in ("analysed", "unchanged", "without a picture", "failed"))
        self.stdout.write(said)
        if counts["failed"]:
            message = f"{counts['failed']} pictures could not be analysed; the log names them"
            raise CommandError(message)


def _models(names: list[str]) -> list[type[models.Model]]:
    try:
        return [apps.get_model(name) for name in names] if names else apps.get_models()
    except (LookupError, ValueError) as error:
        message = f"a model is named APP.MODEL: {error}"
        raise CommandError(message) from error


def _refresh(row: models.Model, field: AnalysisField, *, check: bool) -> str:
    file = getattr(row, field.image_field)
    if not file:
        return "without a picture"
    stored = stored_analysis(file)
    try:
        if stored and not (check and hashlib.sha256(content_of(file)).hexdigest() != stored.sha256):
            return "unchanged"
    except FetchError as error:
        _log.warning("%s was not read: %s", file.name, error)
        return "failed"
    found = describe(file)
    keep(row, field, found)
    return "analysed" if found else "failed"
