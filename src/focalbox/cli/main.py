"""The command: its parts, and the meaning of its exit codes."""

from __future__ import annotations

import importlib
import importlib.util
import logging
import sys
import warnings
from collections.abc import Sequence
from typing import Any

import click

from focalbox.cli.examples import epilog_of
from focalbox.cli.messages import FAILED_PICTURE, INTERRUPTED, WRONG_CALL, print_error
from focalbox.cli.signals import leave_at_control_c
from focalbox.cli.streams import discard, flush_streams, open_closed_streams
from focalbox.errors import FocalboxError, InvalidRequest, ModelError
from focalbox.storage.base import reason_of
from focalbox.version import __version__

__all__ = ["main"]

_COMMANDS = {
    "batch": "focalbox.batch.command",
    "completion": "focalbox.cli.completion",
    "crop": "focalbox.cli.commands",
    "doctor": "focalbox.cli.commands",
    "explain": "focalbox.cli.commands",
    "html": "focalbox.cli.html",
    "plan": "focalbox.cli.commands",
    "serve": "focalbox.service.command",
    "sign": "focalbox.service.command",
}
"""Where each command is, under its own name: loaded when it is called, so that cropping one picture loads neither a web
server nor a cluster, and a batch, whose workers do the looking, not even NumPy."""


class _Commands(click.Group):
    """The commands whose parts are installed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return [name for name in _COMMANDS if _is_here(name)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        if cmd_name not in _COMMANDS or not _is_here(cmd_name):
            return None
        with leave_at_control_c():
            command: click.Command = getattr(importlib.import_module(_COMMANDS[cmd_name]), cmd_name)
        command.epilog = epilog_of(cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the named command; an error of its call names it, also where click forgets which one was called."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            name = ctx.invoked_subcommand
            command = self.get_command(ctx, name) if name else None
            if error.ctx is None and command is not None:
                error.ctx = click.Context(command, ctx, name)
            raise


def _is_here(name: str) -> bool:
    package = _COMMANDS[name].rpartition(".")[0]
    return importlib.util.find_spec(package) is not None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="focalbox")
def focalbox() -> None:
    """Find what matters in a picture and crop to any size around it."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; raises SystemExit with 0, 1 (a picture failed) or 2 (a wrong call)."""
    open_closed_streams()
    if arguments is None and not sys.warnoptions:  # Pillow's warnings are for programmers, who ask with -W
        warnings.simplefilter("ignore")
        logging.getLogger("PIL").addHandler(logging.NullHandler())
    try:
        focalbox.main(args=arguments, prog_name="focalbox", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(WRONG_CALL)
    except click.UsageError as error:
        asked = error.ctx.command_path if error.ctx is not None else "focalbox"
        print_error(f"{error.format_message().rstrip('.')}; see {asked} --help")
        sys.exit(WRONG_CALL)
    except click.ClickException as error:
        print_error(error.format_message())
        sys.exit(WRONG_CALL)
    except click.Abort:
        sys.exit(INTERRUPTED)
    except FocalboxError as error:
        print_error(str(error))
        sys.exit(WRONG_CALL if isinstance(error, InvalidRequest | ModelError) else FAILED_PICTURE)
    except OSError as error:
        if error.filename is not None:
            raise
        discard(sys.stdout)
        if not isinstance(error, BrokenPipeError):  # the reader of standard output has gone
            print_error(f"standard output cannot be written: {reason_of(error)}")
        sys.exit(FAILED_PICTURE)
    finally:
        flush_streams()
