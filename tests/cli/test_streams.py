"""The command with standard streams that are closed or full."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,  # every test starts the command
    pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full"),
]

COMMAND = f"{shlex.quote(sys.executable)} -m focalbox"


@pytest.mark.parametrize(
    ("call", "code", "said"),
    [
        ("crop - -s 1:1 -o c.jpg <&-", 1, "focalbox: -: standard input is closed, and no picture can be read from it"),
        ("crop coffee.jpg -s 1:1 -o - >&-", 2, "focalbox: standard output is closed: name a file with --output"),
        (
            "crop coffee.jpg -s 1:1 -o - >/dev/full",
            1,
            "focalbox: standard output cannot be written: No space left on device",
        ),
        ("plan coffee.jpg -s 1:1 >&-", 1, "focalbox: standard output cannot be written: Bad file descriptor"),
        ("completion bash >&-", 1, "focalbox: standard output cannot be written: Bad file descriptor"),
        (
            "plan coffee.jpg -s 1:1 >/dev/full",
            1,
            "focalbox: standard output cannot be written: No space left on device",
        ),
        ("crop coffee.jpg chelsea.jpg -s 1:1 2>&-", 0, ""),
        ("crop coffee.jpg missing.jpg -s 1:1 2>/dev/full", 1, ""),
        ("batch - -s 1:1 -o out <&-", 2, "focalbox: standard input is closed, and no list can be read from it"),
    ],
)
def test_a_stream_that_is_closed_or_full_is_said_in_a_sentence(folder: Path, call: str, code: int, said: str) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f"{COMMAND} {call}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "FOCALBOX_MODEL": "frequency-tuned"},
    )
    assert (done.returncode, done.stderr.strip()) == (code, said)


def test_no_file_of_a_batch_becomes_a_standard_stream(folder: Path) -> None:
    done = subprocess.run(
        [
            "/bin/sh",
            "-c",
            f"{COMMAND} batch coffee.jpg rocket.jpg -s 1:1 -o out --model frequency-tuned --workers 2 <&- >&- 2>&-",
        ],
        check=False,
    )
    assert done.returncode == 0
    made = sorted(path.name for path in (folder / "out").iterdir())
    assert made == ["coffee-1-1.jpg", "manifest.parquet", "rocket-1-1.jpg"]
