"""How commands say that something went wrong, and the exit codes that go with it."""

from __future__ import annotations

import click

__all__ = ["FAILED_PICTURE", "WRONG_CALL", "print_error"]

FAILED_PICTURE = 1
"""Exit code when a picture failed, or a run could not go on."""
WRONG_CALL = 2
"""Exit code when the call made no sense."""


def print_error(sentence: str) -> None:
    """Say what went wrong, on standard error."""
    click.echo(f"focalbox: {sentence}", err=True)
