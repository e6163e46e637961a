"""Settings of the machine's owner."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.calls import focalbox
from focalbox.errors import InvalidRequest
from focalbox.settings import Settings


def test_settings_come_from_the_environment(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOCALBOX_LIMIT_PIXELS", "1000")
    assert focalbox("plan", "coffee.jpg") == 1
    assert "1000" in capsys.readouterr().err.replace(",", "")
    monkeypatch.setenv("FOCALBOX_LIMIT_PIXELS", "many")
    monkeypatch.setenv("FOCALBOX_SPEED", "fast")
    assert focalbox("plan", "coffee.jpg") == 2
    sentence = capsys.readouterr().err
    assert "FOCALBOX_LIMIT_PIXELS" in sentence
    assert "FOCALBOX_SPEED" in sentence


@pytest.mark.parametrize("amount", ["1", "15M", "lots", "-1", "1T"])
def test_too_little_memory_for_any_photograph_is_refused(amount: str) -> None:
    with pytest.raises(InvalidRequest, match="of at least 16 MB, not"):
        Settings.of({"FOCALBOX_MEMORY": amount})


@pytest.mark.parametrize(("amount", "memory"), [("0", 0), ("16M", 16 * 2**20), ("2000000000", 2 * 10**9)])
def test_an_amount_of_memory_has_a_unit_or_is_in_bytes(amount: str, memory: int) -> None:
    assert Settings.of({"FOCALBOX_MEMORY": amount}).memory == memory
