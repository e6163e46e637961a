"""Crops on demand, made once and stored under stable names."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Unpack

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db.models.fields.files import FieldFile

from focalbox.errors import FocalboxError, InvalidRequest
from focalbox.imaging.output.formats import FORMATS, check_quality, format_of
from focalbox.integrations.django.analyses import StoredAnalysis, content_of, cropper, keep, stored_analysis
from focalbox.integrations.django.remembering import recall, remember
from focalbox.integrations.django.storing import address_of, storage_errors
from focalbox.options import CropKeywords, SizeLike, parse_target
from focalbox.options.sizes import FREE
from focalbox.version import __version__

__all__ = ["crop_url", "crop_urls"]

_log = logging.getLogger(__name__)

_DIGITS = 16
"""Hexadecimal digits of a hash in a name: 64 bits, so that two of a million pictures agree with a chance of 3e-8."""

_STEM = 100
"""Bytes of the picture's own name that the name of a crop begins with: file systems and stores take names of 255."""


def crop_url(file: FieldFile, size: SizeLike | None, **options: Unpack[CropKeywords]) -> str:
    """Return the URL of a crop of an ImageField's picture, and make the crop if it does not exist yet.

    Parameters
    ----------
    file : FieldFile
        The field of the picture, such as ``photo.image``.
    size : str, (int, int), Size, Ratio or None
        As in `focalbox.crop`.
    **options
        As in `focalbox.CropOptions`.

    Returns
    -------
    str
        The URL of the crop. When the picture cannot be read or cropped, that of the whole picture, with a warning in the
        log; empty when there is no picture.

    Settings (all optional): ``FOCALBOX_STORAGE``, an alias of ``STORAGES`` (default ``"default"``); ``FOCALBOX_FOLDER``
    in it (``"focalbox"``); ``FOCALBOX_FORMAT`` (``"webp"``); ``FOCALBOX_QUALITY`` (80); ``FOCALBOX_REMEMBER``, for how many
    seconds Django's cache knows that a crop is there, so that the storage is not asked (300; 0 asks always).
    """
    return crop_urls(file, [size], **options)[0]


def crop_urls(file: FieldFile, sizes: Sequence[SizeLike | None], **options: Unpack[CropKeywords]) -> list[str]:
    """Return the URLs of several crops; missing ones are made with at most one decode and one look."""
    if not file:
        return [""] * len(sizes)
    try:
        with storage_errors(str(file.name)):
            return _crops(file, [str(parse_target(size) or FREE) for size in sizes], options)
    except FocalboxError as error:
        _log.warning("%s was not cropped: %s", file.name, error)
        return [address_of(file)] * len(sizes)


def _crops(file: FieldFile, sizes: list[str], options: CropKeywords) -> list[str]:
    alias = getattr(settings, "FOCALBOX_STORAGE", "default")
    storage = storages[alias]
    stored, content = stored_analysis(file), None
    if stored is None:
        content = content_of(file)
        stored = StoredAnalysis.of(content, file.name)
    names = [_name(stored, size, options) for size in sizes]
    known = recall(alias, names)
    found = {name for name in names if name in known or storage.exists(name)}
    remember(alias, found - known)
    if found.issuperset(names):
        return [storage.url(name) for name in names]
    content = content if content is not None else content_of(file)
    if hashlib.sha256(content).hexdigest() != stored.sha256:  # replaced without saving the model
        stored = StoredAnalysis.of(content, file.name)
        _keep(file, stored)
        names = [_name(stored, size, options) for size in sizes]
    asked = dict(zip(names, sizes, strict=True))  # a size that is asked for twice is made once
    missing = [(name, size) for name, size in asked.items() if name not in found and not storage.exists(name)]
    made = _make(storage, content, stored, missing, options)
    return [storage.url(made.get(name, name)) for name in names]


def _make(
    storage: Storage, content: bytes, stored: StoredAnalysis, missing: list[tuple[str, str]], options: CropKeywords
) -> dict[str, str]:
    """Make the missing crops; return the names under which the storage has them."""
    wanted = [size for _, size in missing]
    prepared = cropper().prepare(content, wanted, analysis=stored.analysis, **options)
    results = cropper().finish(prepared, wanted, **options)
    form, quality = _encoding()
    return {
        name: _save(storage, name, result.encode(form, quality=quality))
        for (name, _), result in zip(missing, results, strict=True)
    }


def _save(storage: Storage, name: str, content: bytes) -> str:
    """Store a crop; return its name, which differs from the wanted one only if the storage insists."""
    saved = storage.save(name, ContentFile(content))
    if saved != name and storage.exists(name):  # another process made the same crop in the meantime
        storage.delete(saved)
        return name
    return saved


def _name(stored: StoredAnalysis, size: str, options: CropKeywords) -> str:
    """Name a crop after the picture's bytes and all that decides: another picture or option never meets an old crop."""
    form, quality = _encoding()
    made_by = [options, stored.analysis.model, __version__, quality]
    digest = hashlib.sha256(json.dumps(made_by, sort_keys=True, default=str).encode()).hexdigest()
    folder = PurePosixPath(getattr(settings, "FOCALBOX_FOLDER", "focalbox")) / stored.sha256[:_DIGITS]
    stem = PurePosixPath(stored.name).stem.encode()[:_STEM].decode(errors="ignore")
    return str(folder / f"{stem}-{size.replace(':', '-')}-{digest[:_DIGITS]}{FORMATS[form].ending}")


def _encoding() -> tuple[str, int]:
    """Return the format and the quality that the settings say.

    Raises
    ------
    ImproperlyConfigured
        When there is no such format or quality: no picture is to blame for it.
    """
    try:
        form = format_of(getattr(settings, "FOCALBOX_FORMAT", "webp"))
        return form, check_quality(getattr(settings, "FOCALBOX_QUALITY", 80))
    except InvalidRequest as error:
        message = f"FOCALBOX_FORMAT or FOCALBOX_QUALITY is wrong: {error}"
        raise ImproperlyConfigured(message) from error


def _keep(file: FieldFile, stored: StoredAnalysis) -> None:
    """Store an analysis beside its picture again, if the model has a field for it."""
    instance = file.instance
    for field in instance._meta.get_fields():
        if getattr(field, "image_field", None) == file.field.name:
            keep(instance, field, stored)
