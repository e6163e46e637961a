"""Uploads, templates and a storage that fails, for the tests of integrations."""

from __future__ import annotations

from typing import Any

import numpy as np

from pictures import encoded


def jpeg(picture: np.ndarray) -> bytes:
    return encoded(picture, "jpeg", quality=95)


def upload(content: bytes, name: str = "cat.jpg") -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415 - only after its set-up

    return SimpleUploadedFile(name, content, "image/jpeg")


def rendered(source: str, **context: Any) -> str:
    from django.template import Context, Engine  # noqa: PLC0415 - as above

    libraries = {"focalbox": "focalbox.integrations.django.templatetags.focalbox"}
    written: str = Engine(libraries=libraries).from_string("{% load focalbox %}" + source).render(Context(context))
    return written


def kind_of_storage() -> type:
    from django.core.files.storage import storages  # noqa: PLC0415 - as above

    return type(storages["default"])


class StoreError(Exception):
    """What the clients of object stores raise: no OSError."""
