"""Crops that are known to be there: the storage is asked once in some minutes, and always where the cache fails."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.uploads import kind_of_storage


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, photo: Any) -> list[str]:
    """Return the names that the storage is asked for."""
    kind: Any = kind_of_storage()
    exists, names = kind.exists, list[str]()

    def count(self: Any, name: str) -> bool:
        names.append(name)
        return bool(exists(self, name))

    monkeypatch.setattr(kind, "exists", count)
    return names


def test_a_storage_is_asked_once_for_what_it_holds(photo: Any, asked: list[str]) -> None:
    from focalbox.integrations.django.crops import crop_urls  # noqa: PLC0415 - as above

    sizes = ["71x71", "72x72"]
    made = crop_urls(photo.image, sizes)
    assert crop_urls(photo.image, sizes) == made
    before = len(asked)
    assert crop_urls(photo.image, sizes) == made
    assert len(asked) == before
    assert crop_urls(photo.image, [*sizes, "73x73"])[:2] == made
    assert not any("71x71" in name for name in asked[before:])


def test_without_seconds_to_remember_it_is_always_asked(photo: Any, asked: list[str], settings_of: Any) -> None:
    from focalbox.integrations.django.crops import crop_url  # noqa: PLC0415 - as above

    settings_of(FOCALBOX_REMEMBER=0)
    crop_url(photo.image, "74x74")
    before = len(asked)
    crop_url(photo.image, "74x74")
    crop_url(photo.image, "74x74")
    assert len(asked) == before + 2


def test_a_cache_that_fails_is_told_and_breaks_no_page(
    photo: Any, settings_of: Any, caplog: pytest.LogCaptureFixture
) -> None:
    from focalbox.integrations.django.crops import crop_url  # noqa: PLC0415 - as above

    made = crop_url(photo.image, "75x75")
    place = f"{photo.image.path}/cache"  # below a file, where nothing can be
    settings_of(
        CACHES={"default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": place}}
    )
    assert crop_url(photo.image, "75x75") == made != photo.image.url
    assert "the cache failed: NotADirectoryError" in caplog.text
