"""The command that checks an installation."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import click
import pytest

import focalbox as package
from cli.calls import focalbox


def test_doctor_finds_this_installation_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert focalbox("doctor") == 0
    said = capsys.readouterr().out
    assert "self-test passed" in said
    assert "\n!" not in said


def test_doctor_says_how_extras_are_installed(capsys: pytest.CaptureFixture[str]) -> None:
    focalbox("doctor")
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("  extra ")]
    extras = {name: found for _, name, found in (line.split(maxsplit=2) for line in lines)}
    assert {"batch", "heic", "html", "service", "s3"} <= extras.keys()
    assert f"uvicorn {version('uvicorn')}" in extras["service"]
    for name, found in extras.items():
        assert (
            found.startswith(f"pip install 'focalbox[{name}]' for what is not installed: ") or "not inst" not in found
        )


def test_doctor_works_where_focalbox_was_not_installed_as_a_package(tmp_path: Path) -> None:
    for entry in Path(click.__file__).parents[1].iterdir():
        if "focalbox" not in entry.name.lower():
            (tmp_path / entry.name).symlink_to(entry)
    (tmp_path / "focalbox").symlink_to(Path(package.__file__).parent)
    started = f"import sys; sys.path.append({str(tmp_path)!r}); from focalbox.cli.main import main; main(['doctor'])"
    ran = subprocess.run([sys.executable, "-I", "-S", "-c", started], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "extras                       not known: focalbox was not installed as a package" in ran.stdout


def test_doctor_tries_the_temporary_folder(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert focalbox("doctor") == 0
    assert str(tmp_path) in capsys.readouterr().out
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    assert focalbox("doctor") == 1
    said = capsys.readouterr().out
    assert "! temporary folder             nothing can be written, which batches need: No such file" in said


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
