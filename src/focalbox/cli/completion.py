"""The command ``focalbox completion``: the script that lets a shell complete commands, options, words and files."""

from __future__ import annotations

from typing import Any

import click
from click.shell_completion import get_completion_class

__all__ = ["completion"]

_VARIABLE = "_FOCALBOX_COMPLETE"
"""The variable that the script sets so that click answers with completions."""


@click.command(short_help="Print the script that lets a shell complete.")
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that makes a shell complete focalbox."""
    found: Any = get_completion_class(shell)
    click.echo(found(context.find_root().command, {}, "focalbox", _VARIABLE).source())
