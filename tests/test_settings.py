"""Settings of the machine's owner."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.calls import focalbox


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
