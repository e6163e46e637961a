"""The settings of the service: read together, refused together, told by their page."""

from __future__ import annotations

import pytest

from focalbox.errors import FocalboxError
from focalbox.service.settings import ServiceSettings


def test_settings_are_refused_all_at_once_and_show_no_secret() -> None:
    wrong = {"PORT": "99999", "KEYS": "k:short", "COLOUR": "red", "SIZES": "5y5", "ROOT": "/nowhere", "CACHE": "redis:pw",
             "HOSTS": "http://a", "ALLOW_UNSIGNED": "perhaps"}  # fmt: skip
    environment = {f"FOCALBOX_SERVICE_{name}": value for name, value in wrong.items()} | {"FOCALBOX_LIMIT_SIDE": "0"}
    with pytest.raises(FocalboxError) as refused:
        ServiceSettings.of(environment, at_work="many")
    text = str(refused.value)
    assert all(f"FOCALBOX_SERVICE_{name}" in text for name in wrong)
    assert "FOCALBOX_LIMIT_SIDE" in text
    assert "--at-work" in text
    assert not any(secret in text for secret in ("short", "redis:pw"))
    assert "FOCALBOX_SERVICE_KEYS: the secret of the key 'k' has at least 16 characters" in text


def test_a_flag_is_called_as_it_is_written() -> None:
    with pytest.raises(
        FocalboxError, match=r"^--allow-host is host names such as images\.example\.com, .*; --at-work is"
    ):
        ServiceSettings.of({}, {"hosts": "--allow-host"}, hosts="http://a", at_work="many")
