"""The command that checks an installation."""

from __future__ import annotations

import pytest

from cli.calls import focalbox


def test_doctor_finds_this_installation_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert focalbox("doctor") == 0
    said = capsys.readouterr().out
    assert "self-test passed" in said
    assert "\n!" not in said


def test_doctor_says_what_is_in_force(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOCALBOX_MODEL", "classical")
    monkeypatch.setenv("FOCALBOX_LIMIT_SIDE", "1234")
    assert focalbox("doctor") == 0
    said = capsys.readouterr().out
    assert "model classical (in force)" in said
    assert said.count("(in force)") == 1
    assert any(line.split() == ["limit", "side", "1234"] for line in said.splitlines())
    monkeypatch.setenv("FOCALBOX_MODEL", "gone.onnx")
    assert focalbox("doctor") == 1
    assert "there is no model file gone.onnx" in capsys.readouterr().out
