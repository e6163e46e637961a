"""The beginning and the end of the command: control-C is silent at every moment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import signal, sys
moment = sys.argv[1]
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == moment:
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
if moment == "the end":
    import atexit
    atexit.register(signal.raise_signal, signal.SIGINT)
sys.argv = ["focalbox", "doctor", "--help"]
from focalbox.__main__ import main
main()
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("moment", "code"), [("click", 130), ("focalbox.cli.commands", 130), ("numpy", 130), ("the end", 0)]
)
def test_control_c_while_modules_are_loaded_and_while_python_ends_is_silent(
    moment: str, code: int, tmp_path: Path
) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT, moment], capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path
    )
    assert (ended.returncode, ended.stderr) == (code, "")
