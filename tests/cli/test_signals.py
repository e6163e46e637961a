"""SIGTERM ends a command as control-C does, once, and is what it was afterwards."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import nullcontext

import pytest

from focalbox.cli.signals import end_on_sigterm, exit_code_of


def test_sigterm_is_a_keyboard_interrupt_with_a_code_of_its_own() -> None:
    with pytest.raises(KeyboardInterrupt) as ended, end_on_sigterm():
        signal.raise_signal(signal.SIGTERM)
    assert exit_code_of(ended.value) == 128 + signal.SIGTERM
    assert exit_code_of(KeyboardInterrupt()) == 128 + signal.SIGINT


@pytest.mark.parametrize("error", [None, ZeroDivisionError, KeyboardInterrupt])
def test_afterwards_the_signal_does_what_it_did(error: type[BaseException] | None) -> None:
    before = signal.getsignal(signal.SIGTERM)
    try:
        with nullcontext() if error is None else pytest.raises(error), end_on_sigterm():
            assert signal.getsignal(signal.SIGTERM) != before
            if error is not None:
                raise error
        assert signal.getsignal(signal.SIGTERM) == before
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.slow
def test_what_is_open_is_closed_before_the_command_ends() -> None:
    script = (
        "import signal, sys\n"
        "from focalbox.cli.signals import end_on_sigterm, exit_code_of\n"
        "try:\n"
        "    with end_on_sigterm():\n"
        "        try:\n"
        "            signal.raise_signal(signal.SIGTERM)\n"
        "        finally:\n"
        "            print('written down', flush=True)\n"
        "except KeyboardInterrupt as error:\n"
        "    sys.exit(exit_code_of(error))\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stdout, ended.stderr) == (143, "written down\n", "")
