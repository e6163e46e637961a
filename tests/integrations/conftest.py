"""One Django with Wagtail, easy-thumbnails and imagekit for all tests of integrations; pictures lie in a new folder."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from integrations.uploads import jpeg, upload

APPS = (
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "easy_thumbnails",
    "imagekit",
    "taggit",
    "wagtail.images",
    "wagtail.search",
    "wagtail.users",
    "wagtail.admin",
    "wagtail",
    "focalbox.integrations.django",
    "focalbox.integrations.wagtail",
    "integrations.gallery",
)


@pytest.fixture(scope="session")
def django_ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Set Django up once in the process; return the folder of media."""
    import django  # noqa: PLC0415 - only these tests need it
    from django.conf import settings  # noqa: PLC0415 - as above
    from django.core.management import call_command  # noqa: PLC0415 - as above

    media = tmp_path_factory.mktemp("media")
    settings.configure(
        INSTALLED_APPS=APPS,
        DATABASES={name: {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"} for name in ("default", "other")},
        MIGRATION_MODULES=dict.fromkeys((name.rpartition(".")[2] for name in APPS), None)
        | {"wagtailcore": None}
        | dict.fromkeys(
            ("wagtailimages", "wagtailsearch", "wagtailusers", "wagtailadmin", "focalbox", "focalbox_wagtail"), None
        ),
        MEDIA_ROOT=str(media),
        MEDIA_URL="/media/",
        STATIC_URL="/static/",
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        SECRET_KEY="only of tests",  # noqa: S106 - nothing is signed
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        THUMBNAIL_PROCESSORS=(
            "easy_thumbnails.processors.colorspace",
            "focalbox.integrations.easy_thumbnails.focal_crop",
            "easy_thumbnails.processors.scale_and_crop",
        ),
        WAGTAILADMIN_BASE_URL="http://localhost",
        WAGTAILSEARCH_BACKENDS={"default": {"BACKEND": "wagtail.search.backends.database"}},
    )
    django.setup()
    for name in ("default", "other"):
        call_command("migrate", run_syncdb=True, verbosity=0, database=name)
    from wagtail.models import Collection  # noqa: PLC0415 - as above

    Collection.add_root(name="Root")
    return media


@pytest.fixture
def media(django_ready: Path) -> Iterator[Path]:
    """Return the folder of media; whatever a test writes to the database is undone."""
    from django.core.cache import cache  # noqa: PLC0415 - as above
    from django.db import transaction  # noqa: PLC0415 - as above

    cache.clear()
    with transaction.atomic():
        yield django_ready
        transaction.set_rollback(True)


@pytest.fixture
def models(media: Path) -> Any:
    """Return the models of the gallery, loaded now that Django is set up."""
    return importlib.import_module("integrations.gallery.models")


@pytest.fixture
def photo(models: Any, photographs: Mapping[str, np.ndarray]) -> Iterator[Any]:
    photo = models.Photo.objects.create(image=upload(jpeg(photographs["chelsea"])))
    yield photo
    if photo.image:
        photo.image.close()


@pytest.fixture
def settings_of(django_ready: Path) -> Iterator[Any]:
    """Give ``settings_of(NAME=value)``, which sets them until the test ends."""
    from django.test.utils import override_settings  # noqa: PLC0415 - as above

    with ExitStack() as stack:
        yield lambda **values: stack.enter_context(override_settings(**values))
