"""The settings of the service: read together, refused together, told by their page."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.errors import FocalboxError
from focalbox.machine import machine_processors
from focalbox.service.runtime.memory import capacity_for
from focalbox.service.settings import ServiceSettings
from focalbox.service.settings.variables import SERVICE_PREFIX
from focalbox.settings import Settings


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


def test_keys_of_imgproxys_have_a_salt_each() -> None:
    variables = {f"{SERVICE_PREFIX}IMGPROXY_KEY": "00,11", f"{SERVICE_PREFIX}IMGPROXY_SALT": "22,33"}
    assert ServiceSettings.of(variables).imgproxy_salt == (b"\x22", b"\x33")
    with pytest.raises(FocalboxError, match=r"a salt for each key$"):
        ServiceSettings.of({**variables, f"{SERVICE_PREFIX}IMGPROXY_SALT": "22"})


@pytest.mark.parametrize("name", ["KEY", "SALT"])
def test_a_key_of_imgproxys_without_its_salt_is_refused(name: str) -> None:
    with pytest.raises(FocalboxError, match=r"^FOCALBOX_SERVICE_IMGPROXY_KEY and \.\.\._SALT are set together"):
        ServiceSettings.of({f"FOCALBOX_SERVICE_IMGPROXY_{name}": "00ff"})


BYTES = b"a long enough text \xff".decode("utf-8", "surrogateescape")
PATHS = {"root", "fetched", "unix_socket"}
NOT_PATHS = sorted({field.name for field in fields(ServiceSettings) if field.metadata} - PATHS)


@pytest.mark.parametrize("name", NOT_PATHS)
def test_a_value_that_is_not_utf_8_stops_the_service_not_each_of_its_answers(name: str) -> None:
    prefixes = {"presets": "card=", "keys": "k:", "imgproxy_presets": "card="}
    variable = f"{SERVICE_PREFIX}{name.upper()}"
    with pytest.raises(FocalboxError, match=f"^{variable} is ") as refused:
        ServiceSettings.of({variable: prefixes.get(name, "") + BYTES})
    assert BYTES not in str(refused.value)


def test_a_folder_may_have_a_name_that_is_not_utf_8(tmp_path: Path) -> None:
    folder = tmp_path / BYTES
    folder.mkdir()
    assert ServiceSettings.of({f"{SERVICE_PREFIX}ROOT": str(folder)}).root == folder


IN_BYTES = [f"FOCALBOX_{name}" for name in ("MEMORY", "LIMIT_BYTES", "LIMIT_MEMORY")] + [
    f"{SERVICE_PREFIX}{field.name.upper()}" for field in fields(ServiceSettings) if field.name.endswith("_bytes")
]


@pytest.mark.parametrize("amount", ["1073741824", "1048576k", "1024M", "1G", "1 GB"])
def test_every_setting_in_bytes_takes_the_same_forms(amount: str) -> None:
    assert len(IN_BYTES) == 6
    assert ServiceSettings.of(dict.fromkeys(IN_BYTES, amount)) == ServiceSettings.of(
        dict.fromkeys(IN_BYTES, str(2**30))
    )


def test_what_kubernetes_says_of_a_service_is_told_apart_from_settings() -> None:
    links = {
        "FOCALBOX_PORT": "tcp://10.96.0.7:80",
        "FOCALBOX_PORT_80_TCP": "tcp://10.96.0.7:80",
        "FOCALBOX_PORT_80_TCP_ADDR": "10.96.0.7",
        "FOCALBOX_SERVICE_HOST": "10.96.0.7",
        "FOCALBOX_SERVICE_PORT": "80",
        "FOCALBOX_SERVICE_PORT_HTTP": "80",
    }
    for read in (ServiceSettings, Settings):
        with pytest.raises(FocalboxError, match="Service named focalbox: set enableServiceLinks: false") as raised:
            read.of(links)
        assert str(raised.value).startswith(f"{', '.join(sorted(links))} come from Kubernetes")
        assert "not a setting" not in str(raised.value)


@given(st.integers(2**26, 2**36), st.integers(2**26, 2**31))
def test_processes_are_as_many_as_processors_but_none_refuses_a_picture_for_their_number(
    memory: int, most: int
) -> None:
    settings = ServiceSettings.of({"FOCALBOX_MEMORY": str(memory), "FOCALBOX_LIMIT_MEMORY": str(most)})
    count = settings.processes
    assert 1 <= count <= machine_processors()
    share = settings.share()
    assert (share.workers, share.processes) == (count, count)
    assert count == 1 or share.memory >= capacity_for(most)
    assert count == machine_processors() or memory // (count + 1) < capacity_for(most)


@given(st.integers(1, 64), st.integers(0, 8))
def test_limits_are_divided_between_the_processes(count: int, threads: int) -> None:
    settings = ServiceSettings.of({"FOCALBOX_MEMORY": "64G"}, workers=str(count), at_work=str(threads))
    share = settings.share()
    assert share.memory == 2**36 // count
    assert share.threads == share.at_work == (threads or -(-machine_processors() // count))
    for name in ("connections", "waiting", "uploads", "upstreams"):
        assert 0 <= getattr(share, name) * count - getattr(settings, name) < count
    for name in ("cache_bytes", "picture_bytes"):  # all processes are asked for the same pictures
        assert getattr(share, name) == getattr(settings, name)


def test_an_application_in_a_process_of_the_callers_own_has_all_its_threads() -> None:
    assert ServiceSettings().threads == machine_processors()
