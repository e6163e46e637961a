"""The page of the options: made from them, the one in docs is of today, and every example on it is right."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from focalbox.options import CropOptions
from focalbox.options.crop_options import OPTIONS
from focalbox.options.page import describe_options


def test_the_page_of_the_options_is_made_from_them() -> None:
    assert (Path(__file__).parents[2] / "docs" / "options.md").read_text("utf-8") == describe_options()


def test_every_option_is_told_once_with_an_example_that_is_right() -> None:
    page = describe_options().partition("## In addresses of others")[0]
    rows = re.findall(r"^\| `(\w+)` \|.*\| `(\w+)=([^`]*)` \|$", page, re.MULTILINE)
    assert [row[:2] for row in rows] == [(option.name, option.name) for option in OPTIONS]
    for name, _, example in rows:
        assert CropOptions.from_text({name: example.split(";")}) != CropOptions(), name


def test_every_name_in_an_address_of_others_is_told() -> None:
    others = describe_options().partition("## In addresses of others")[2]
    told = set(re.findall(r"^\| `(\w+)` \| (\w+) \| `(.*)` \|$", others, re.MULTILINE))
    assert told == {(option.name, dialect, name) for option in OPTIONS for dialect, name in option.names.items()}


@pytest.mark.slow
def test_the_module_writes_the_page() -> None:
    run = [sys.executable, "-m", "focalbox.options.page"]
    assert subprocess.run(run, capture_output=True, check=True).stdout.decode() == describe_options()
