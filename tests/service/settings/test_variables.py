"""Variables of the service: a secret may be named by the path of a file, nothing else may, and never in both ways."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from focalbox.errors import InvalidRequest
from focalbox.service.settings import ServiceSettings
from focalbox.service.settings.variables import SERVICE_PREFIX, read_value, read_variables

CONTENT = {
    "keys": "2026a:a secret that is long,2025a:the secret before it",
    "filestack_secret": "a secret of Filestack's",
    "thumbor_key": "a key of thumbor's",
    "imgproxy_key": "00ff,aa",
    "imgproxy_salt": "11ee,bb",
    "cache": "redis://:a-password@localhost:6379/0",
}
KINDS = {entry.name: entry.metadata for entry in dataclasses.fields(ServiceSettings) if entry.metadata}


def variable(name: str) -> str:
    """Return the variable of a setting."""
    return f"{SERVICE_PREFIX}{name.upper()}"


def test_every_secret_from_a_file_is_what_its_variable_would_be(tmp_path: Path) -> None:
    assert set(CONTENT) == {name for name, kind in KINDS.items() if kind["secret"]}
    for name, text in CONTENT.items():
        (tmp_path / name).write_text(f"{text}\n", "utf-8")
    files = {f"{variable(name)}_FILE": str(tmp_path / name) for name in CONTENT}
    plain = {variable(name): text for name, text in CONTENT.items()}
    assert ServiceSettings.of(files) == ServiceSettings.of(plain) != ServiceSettings()


@pytest.mark.parametrize("name", sorted(CONTENT))
def test_a_secret_is_not_set_in_both_ways(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(CONTENT[name], "utf-8")
    both = {variable(name): CONTENT[name], f"{variable(name)}_FILE": str(tmp_path / name)}
    found, mistakes = read_variables(both, KINDS)
    assert mistakes == [
        f"{variable(name)} and {variable(name)}_FILE are not set together: one of them holds the secret"
    ]
    assert CONTENT[name] not in mistakes[0]
    assert name in found


@pytest.mark.parametrize(
    "name", ["PORT_FILE", "ROOT_FILE", "COLOUR_FILE", "_FILE", "KEYS_FILE_FILE", "keys_FILE", "KEYS_file"]
)
def test_nothing_but_a_secret_comes_from_a_file(name: str) -> None:
    with pytest.raises(InvalidRequest, match=f"^{SERVICE_PREFIX}{name} is not a setting$"):
        ServiceSettings.of({f"{SERVICE_PREFIX}{name}": "/etc/hostname"})


def test_mistakes_in_files_are_told_all_at_once_and_show_no_secret(tmp_path: Path) -> None:
    for name, text in {"keys": "k:short", "imgproxy_key": "zz-private", "cache": "redis:private"}.items():
        (tmp_path / name).write_text(text, "utf-8")
    files = {f"{variable(name)}_FILE": str(tmp_path / name) for name in CONTENT}
    with pytest.raises(InvalidRequest) as refused:
        ServiceSettings.of(files)
    text = str(refused.value)
    assert all(name in text for name in files)
    assert "the text in the file of FOCALBOX_SERVICE_KEYS_FILE: the secret of the key 'k' has at least 16" in text
    assert "FOCALBOX_SERVICE_THUMBOR_KEY_FILE is the path of a file that can be read" in text
    assert not any(shown in text for shown in ("short", "private", str(tmp_path), "set together"))


def test_an_empty_file_of_keys_does_not_make_the_service_invent_one(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("\n")
    with pytest.raises(
        InvalidRequest, match=r"^FOCALBOX_SERVICE_KEYS_FILE is the path of a file with one line of text"
    ):
        ServiceSettings.of({"FOCALBOX_SERVICE_KEYS_FILE": str(tmp_path / "keys")})


def test_a_value_that_is_wrong_is_not_found() -> None:
    found: dict[str, object] = {}
    assert read_value(found, KINDS, "port", "http", "--port") == [
        "--port is a whole number from 0 to 65535, not 'http'"
    ]
    assert read_value(found, KINDS, "port", "80", "--port") == []
    assert found == {"port": 80}
