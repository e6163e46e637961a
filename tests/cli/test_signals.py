"""Control-C, SIGTERM and SIGHUP end a command once; without one, the handlers are restored afterwards."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from focalbox.cli.signals import end_on_signals, exit_code_of

SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@pytest.fixture
def number(request: pytest.FixtureRequest) -> Iterator[signal.Signals]:
    """Return a signal that does here what it does to a command, also where the tests were started to ignore it."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in SIGNALS}
    yield request.param
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.parametrize("number", SIGNALS, indirect=True)
def test_a_signal_is_a_keyboard_interrupt_with_a_code_of_its_own(number: signal.Signals) -> None:
    with pytest.raises(KeyboardInterrupt) as ended, end_on_signals():
        signal.raise_signal(number)
    assert exit_code_of(ended.value) == 128 + number
    assert exit_code_of(KeyboardInterrupt()) == 128 + signal.SIGINT


@pytest.mark.parametrize("number", SIGNALS, indirect=True)
def test_further_signals_change_nothing_while_the_command_ends_and_afterwards(number: signal.Signals) -> None:
    written = []

    def work() -> None:
        try:
            signal.raise_signal(number)
        finally:
            for other in SIGNALS:
                signal.raise_signal(other)
            written.append("what is done")

    with pytest.raises(KeyboardInterrupt) as ended, end_on_signals():
        work()
    for other in SIGNALS:
        signal.raise_signal(other)
    assert (written, exit_code_of(ended.value)) == (["what is done"], 128 + number)


@pytest.mark.parametrize("error", [None, ZeroDivisionError, KeyboardInterrupt])
@pytest.mark.parametrize("number", SIGNALS, indirect=True)
def test_afterwards_the_signal_does_what_it_did(number: signal.Signals, error: type[BaseException] | None) -> None:
    with nullcontext() if error is None else pytest.raises(error), end_on_signals():
        assert signal.getsignal(number) != signal.SIG_DFL
        if error is not None:
            raise error
    assert signal.getsignal(number) == signal.SIG_DFL


@pytest.mark.parametrize("number", SIGNALS, indirect=True)
def test_a_signal_that_is_ignored_stays_ignored(number: signal.Signals) -> None:
    signal.signal(number, signal.SIG_IGN)
    with end_on_signals():
        signal.raise_signal(number)


@pytest.mark.slow
def test_what_is_open_is_closed_before_the_command_ends() -> None:
    script = (
        "import signal, sys\n"
        "from focalbox.cli.signals import end_on_signals, exit_code_of\n"
        "try:\n"
        "    with end_on_signals():\n"
        "        try:\n"
        "            signal.raise_signal(signal.SIGTERM)\n"
        "        finally:\n"
        "            print('written down', flush=True)\n"
        "except KeyboardInterrupt as error:\n"
        "    sys.exit(exit_code_of(error))\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stdout, ended.stderr) == (143, "written down\n", "")
