"""The command as a whole: what is loaded, what a wrong call says, and the exit codes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import numpy as np
import pytest
import tifffile

from cli.calls import focalbox
from focalbox.cli import main as module
from focalbox.cli.examples import epilog_of
from focalbox.version import __version__


def test_every_command_is_where_it_is_said_to_be() -> None:
    context = click.Context(module.focalbox)
    names = module.focalbox.list_commands(context)
    assert names == sorted(names)
    for name in names:
        command = module.focalbox.get_command(context, name)
        assert command is not None
        assert (command.name, command.epilog) == (name, epilog_of(name))
    assert module.focalbox.get_command(context, "burn") is None


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--version"], 0, f"focalbox, version {__version__}"),
        (["--help"], 0, "Find what matters in a picture"),
        ([], 2, "Usage: focalbox"),
        (["burn"], 2, "focalbox: No such command 'burn'"),
        (["crop", "a.jpg", "--frobnicate"], 2, "focalbox: No such option"),
        (["crop", "-s", "5y5", "a.jpg"], 2, "focalbox: "),
    ],
)
def test_a_call_ends_with_its_code(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert focalbox(*arguments) == code
    shown = capsys.readouterr()
    assert said in (shown.err if code else shown.out)
    assert "Traceback" not in shown.err


@pytest.mark.parametrize("name", module.focalbox.list_commands(click.Context(module.focalbox)))
def test_a_wrong_call_names_the_help_of_its_command(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = module.focalbox.get_command(click.Context(module.focalbox), name)
    assert command is not None
    flags = [param.opts[0] for param in command.params if isinstance(param, click.Option) and not param.is_flag]
    for flag in [*flags, "--frobnicate"]:  # an option without its value, and one that there is not
        assert focalbox(name, flag) == 2
        assert capsys.readouterr().err.endswith(f"; see focalbox {name} --help\n")


def test_a_command_that_is_cut_short_says_nothing_more(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.command("doctor")
    def cut_short() -> None:
        raise click.Abort

    monkeypatch.setattr(module.focalbox, "get_command", lambda *_: cut_short)
    assert focalbox("doctor") == 130
    assert capsys.readouterr().err == ""


def test_what_pillow_has_to_say_to_programmers_is_not_said(tmp_path: Path) -> None:
    many = np.zeros((9, 9, 7), np.uint8)
    tifffile.imwrite(tmp_path / "many.tif", many, photometric="rgb", extrasamples=["unspecified"] * 4, metadata=None)
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from focalbox.cli.main import main; main()",
            "crop",
            "many.tif",
            "-s",
            "4x4",
            "-o",
            "a.png",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "focalbox: many.tif cannot be decoded: TIFF pixels of 7 whole samples of 8 bits are not read"
    ]
