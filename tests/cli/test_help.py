"""The help of every command: short first lines, examples that are right, defaults, and what a shell completes."""

from __future__ import annotations

import os
import subprocess
import sys

import click
import pytest
from click.shell_completion import BashComplete

from focalbox.cli.main import focalbox as group
from focalbox.cli.main import main

COMMANDS = group.list_commands(click.Context(group))


def command(name: str) -> click.Command:
    found = group.get_command(click.Context(group), name)
    assert found is not None
    return found


def help_of(*arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    main([*arguments, "--help"])
    return capsys.readouterr().out


def test_no_first_line_is_cut_off(capsys: pytest.CaptureFixture[str]) -> None:
    said = help_of(capsys=capsys)
    assert "..." not in said.replace("[ARGS]...", "")
    assert [line.split()[0] for line in said.splitlines() if line.startswith("  ")][-len(COMMANDS) :] == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_every_default_is_shown(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = command(name)
    for option in found.params:
        if not isinstance(option, click.Option) or option.is_flag:
            continue
        default = option.get_default(click.Context(found), call=False)
        if default in (None, (), "") or not isinstance(default, str | int | float):
            continue
        assert option.show_default or f"[default: {default}" in (option.help or ""), option.name


def completed(*words: str, incomplete: str = "") -> list[str]:
    complete = BashComplete(group, {}, "focalbox", "_FOCALBOX_COMPLETE")
    return [item.value for item in complete.get_completions(list(words), incomplete)]


def test_shells_complete_commands_options_and_words() -> None:
    assert completed() == COMMANDS
    assert "--on-doubt" in completed("crop", incomplete="--o")
    assert completed("crop", "--fit") == ["cover", "tight", "pad", "contain"]
    assert completed("crop", "--fit", incomplete="t") == ["tight"]
    assert completed("plan", "--trim") == ["top-left", "bottom-right"]
    assert completed("plan", "-s", incomplete="f") == ["free"]
    assert completed("explain", "--on-doubt") == ["crop", "centre", "pad"]
    assert "webp" in completed("crop", "--format")
    assert "network" in completed("crop", "--model")
    assert completed("completion") == ["bash", "zsh", "fish"]


def test_shells_complete_files_where_files_are_meant() -> None:
    complete = BashComplete(group, {}, "focalbox", "_FOCALBOX_COMPLETE")
    for words, incomplete in (
        (["crop"], "ph"),
        (["crop", "--model"], "./mo"),
        (["plan", "--yunet"], "x"),
        (["explain"], ""),
    ):
        assert [item.type for item in complete.get_completions(words, incomplete)] == ["file"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_is_printed_for_every_shell(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["completion", shell])
    assert f"_FOCALBOX_COMPLETE={shell}_complete" in capsys.readouterr().out


@pytest.mark.slow
def test_the_command_answers_the_script() -> None:
    asked = {"_FOCALBOX_COMPLETE": "bash_complete", "COMP_WORDS": "focalbox crop --mode ", "COMP_CWORD": "3"}
    done = subprocess.run(
        [sys.executable, "-m", "focalbox"], env={**os.environ, **asked}, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["plain,auto", "plain,face"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nope"], "No such command 'nope'; see focalbox --help"),
        (["crop"], "Missing argument 'PICTURE...'; see focalbox crop --help"),
        (["batch", "in"], "Missing option '-s' / '--size'; see focalbox batch --help"),
    ],
)
def test_a_wrong_call_is_one_sentence_that_says_where_help_is(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"focalbox: {sentence}\n"
