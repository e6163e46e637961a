"""Where the command begins, for ``focalbox`` and ``python -m focalbox``: nothing is loaded before control-C is heard."""

from __future__ import annotations

import sys

from focalbox.cli.signals import exit_code_of, ignore_signals, leave_at_control_c

__all__ = ["main"]


def main() -> None:
    """Run the command. Control-C ends it without a traceback, also while its parts are loaded and while Python ends."""
    try:
        with leave_at_control_c():
            from focalbox.cli.main import main as run  # noqa: PLC0415 - loads click and more, which takes a while
        run()
    except KeyboardInterrupt as error:
        sys.exit(exit_code_of(error))
    finally:
        ignore_signals()


if __name__ == "__main__":
    main()
