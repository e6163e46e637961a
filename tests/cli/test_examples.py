"""Examples at the end of the help: every command has some, they are right, and click leaves their lines alone."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from focalbox.cli.examples import EXAMPLES, epilog_of
from focalbox.cli.main import focalbox as group
from focalbox.cli.main import main

COMMANDS = group.list_commands(click.Context(group))


def test_every_command_has_examples_that_are_right(capsys: pytest.CaptureFixture[str]) -> None:
    assert sorted(EXAMPLES) == sorted(COMMANDS)
    for name, examples in EXAMPLES.items():
        main([name, "--help"])
        said = capsys.readouterr().out
        for example in examples:
            assert example in said
            inner = re.search(r"\$\((.*)\)", example)
            words = shlex.split(inner[1] if inner else re.split(r" [<>|] ", example)[0])
            assert words[:2] == ["focalbox", name]
            command = group.get_command(click.Context(group), name)
            assert command is not None
            command.make_context(name, words[2:])


def test_examples_write_output_in_full() -> None:
    assert not [example for examples in EXAMPLES.values() for example in examples if "--out " in example]


@pytest.mark.parametrize("name", COMMANDS)
def test_lines_are_neither_joined_nor_broken(name: str) -> None:
    @click.command(epilog=epilog_of(name))
    def command() -> None:
        """Do it."""

    shown = command.get_help(click.Context(command, info_name=name, max_content_width=40, terminal_width=40))
    assert shown.splitlines()[-len(EXAMPLES[name]) :] == [f"    {example}" for example in EXAMPLES[name]]
