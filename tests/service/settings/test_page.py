"""The page of the settings: made from them, the one in docs is of today, and no variable is left out."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from focalbox.imaging.limits import Limits
from focalbox.service.settings import ServiceSettings
from focalbox.service.settings.page import describe_settings
from focalbox.settings import Settings


def test_the_page_of_settings_is_that_of_the_code() -> None:
    assert (Path(__file__).parents[3] / "docs" / "settings.md").read_text("utf-8") == describe_settings()


def test_every_variable_is_told_once_and_is_one() -> None:
    page = describe_settings()
    told = re.findall(r"^\| `(FOCALBOX_\w+)`(?:, `\.\.\._FILE`)? \| (.+) \| (.*) \|$", page, re.MULTILINE)
    names = [name for name, _, _ in told]
    assert len(names) == len(set(names))
    service = {name.removeprefix("FOCALBOX_SERVICE_").lower() for name in names if "_SERVICE_" in name}
    assert service == {entry.name for entry in dataclasses.fields(ServiceSettings) if entry.metadata}
    limits = {name.removeprefix("FOCALBOX_LIMIT_").lower() for name in names if "_LIMIT_" in name}
    assert limits == {entry.name for entry in dataclasses.fields(Limits)}
    assert all(sentence.strip().endswith((".", ")")) for _, sentence, _ in told)


def test_the_page_tells_which_settings_may_come_from_a_file() -> None:
    told = re.findall(r"^\| `FOCALBOX_SERVICE_(\w+)`, `\.\.\._FILE` \|", describe_settings(), re.MULTILINE)
    secrets = [entry.name for entry in dataclasses.fields(ServiceSettings) if entry.metadata.get("secret")]
    assert [name.lower() for name in told] == secrets
    assert secrets == ["keys", "filestack_secret", "thumbor_key", "imgproxy_key", "imgproxy_salt", "cache"]


def test_the_defaults_that_are_told_change_nothing() -> None:
    told = dict(re.findall(r"^\| `(FOCALBOX_(?!SERVICE)\w+)` \|.*\| `(.*)` \|$", describe_settings(), re.MULTILINE))
    assert len(told) == 3 + len(dataclasses.fields(Limits))
    assert Settings.of(told) == Settings()
