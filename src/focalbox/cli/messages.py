"""How commands report what happened, and the exit codes that go with it."""

from __future__ import annotations

import sys

import click

from focalbox.cli.streams import discard
from focalbox.errors import in_a_line

__all__ = ["FAILED_PICTURE", "INTERRUPTED", "WRONG_CALL", "print_error", "print_note"]

FAILED_PICTURE = 1
"""Exit code when a picture failed, or a run could not go on."""
WRONG_CALL = 2
"""Exit code when the call made no sense."""
INTERRUPTED = 130
"""The exit code that shells report for a command that control-C ended (128 + SIGINT)."""


def print_error(sentence: str) -> None:
    """Print an error on standard error; if that cannot be written to, the work goes on."""
    try:
        click.echo(f"focalbox: {in_a_line(sentence)}", err=True)
    except OSError:
        discard(sys.stderr)


def print_note(sentence: str, *, quiet: bool) -> None:
    """Print a note about something unexpected that is not an error on standard error, unless silence is asked for."""
    if not quiet:
        print_error(f"note: {sentence}")
