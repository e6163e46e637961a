"""How the tests of the command call it."""

from __future__ import annotations

from pathlib import Path

from focalbox.cli.main import main


def focalbox(*arguments: str | Path) -> int:
    """Run the command in this process and return its exit code."""
    try:
        main([str(argument) for argument in arguments])
    except SystemExit as done:
        return int(done.code or 0)
    return 0
