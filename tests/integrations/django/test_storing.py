"""Errors of a storage become one sentence; errors of the programmer stay as they are."""

from __future__ import annotations

from typing import Any

import pytest

from focalbox.errors import FetchError, FocalboxError, InvalidRequest, OutputError
from integrations.uploads import StoreError, kind_of_storage

pytestmark = pytest.mark.usefixtures("django_ready")


@pytest.mark.parametrize("error", [StoreError("busy"), OSError("busy"), KeyError("busy"), TimeoutError("busy")])
def test_every_storages_own_error_is_a_sentence_and_its_cause(error: Exception) -> None:
    from focalbox.integrations.django.storing import storage_errors  # noqa: PLC0415 - only after Django's set-up

    with pytest.raises(FetchError) as caught, storage_errors("a/cat.jpg"):
        raise error
    assert str(caught.value) == f"the storage of a/cat.jpg failed: {type(error).__name__}: {error}"
    assert caught.value.__cause__ is error


@pytest.mark.parametrize("error", [InvalidRequest("a size"), OutputError("no room"), FetchError("no file")])
def test_our_own_errors_pass(error: FocalboxError) -> None:
    from focalbox.integrations.django.storing import storage_errors  # noqa: PLC0415 - as above

    with pytest.raises(type(error)) as caught, storage_errors("a/cat.jpg"):
        raise error
    assert caught.value is error


def test_mistakes_in_the_settings_and_requests_to_end_pass() -> None:
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415 - as above

    from focalbox.integrations.django.storing import storage_errors  # noqa: PLC0415 - as above

    for error in (ImproperlyConfigured("no such storage"), KeyboardInterrupt(), SystemExit(3)):
        with pytest.raises(type(error)) as caught, storage_errors("a/cat.jpg"):
            raise error
        assert caught.value is error


def test_an_address_is_the_storages_or_empty_with_a_line_in_the_log(
    photo: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from focalbox.integrations.django.storing import address_of  # noqa: PLC0415 - as above

    def fails(*_: Any) -> Any:
        message = "no credentials"
        raise StoreError(message)

    assert address_of(photo.image) == f"/media/{photo.image.name}"
    assert caplog.text == ""
    monkeypatch.setattr(kind_of_storage(), "url", fails)
    assert address_of(photo.image) == ""
    assert f"{photo.image.name} has no address: the storage of" in caplog.text
