"""Completion in real shells: what each offers after the script that `focalbox completion` prints."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FITS = {"cover", "tight", "pad", "contain"}
BASH = """
eval "$(focalbox completion bash)"
COMP_WORDS=(focalbox crop --fit "") COMP_CWORD=3
asked=$(complete -p focalbox | sed 's/.*-F \\([^ ]*\\).*/\\1/')
$asked focalbox
printf '%s\\n' "${COMPREPLY[@]}"
"""
ZSH = """
autoload -Uz compinit && compinit -u -d "$TMPDIR/dump"
eval "$(focalbox completion zsh)"
print -r -- "${_comps[focalbox]}"
compadd() { print -rl -- "${(@P)argv[-1]}" }
_describe() { print -rl -- "${(@P)argv[-1]}" }
words=(focalbox crop --fit "") CURRENT=4
${_comps[focalbox]}
"""
FISH = 'focalbox completion fish | source; complete -C "focalbox crop --fit "'


@pytest.mark.parametrize(("shell", "script"), [("bash", BASH), ("zsh", ZSH), ("fish", FISH)])
def test_a_real_shell_completes_the_values_of_an_option(shell: str, script: str, tmp_path: Path) -> None:
    path = shutil.which(shell)
    if path is None:
        pytest.skip(f"there is no {shell}: `make tools` installs it as root")
    quiet = {"bash": ["--norc", "-c"], "zsh": ["-f", "-c"], "fish": ["--no-config", "-c"]}[shell]
    place = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    told = {
        **os.environ,
        "PATH": place,
        "TMPDIR": str(tmp_path),
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path),
    }
    done = subprocess.run([path, *quiet, script], env=told, capture_output=True, text=True, check=False)
    offered = {word.partition(",")[2] or word for word in done.stdout.split()}
    assert offered >= FITS, done.stdout + done.stderr
