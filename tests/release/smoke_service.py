"""The Dockerfile's steps in empty environments: the image starts and is healthy; a plain install says what is missing."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = "/opt/focalbox"
SECONDS = 60


def run(*command: str | Path, folder: Path, status: int = 0) -> str:
    """Run a command in a folder and return what it printed."""
    words = [str(part) for part in command]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, env=_environment())
    if done.returncode != status:
        sys.exit(f"{words} ended with {done.returncode}, not {status}:\n{done.stdout}\n{done.stderr}")
    return done.stdout + done.stderr


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("FOCALBOX_", "PYTHONPATH"))}


def build(folder: Path) -> Path:
    """Do what the Dockerfile's first stage does, in a folder in place of /opt; return its environment."""
    source, target = folder / "source", folder / "focalbox"
    source.mkdir()
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text("utf-8")).partition("\nFROM python:3.12-slim\n")[0]
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        if word == "COPY":
            *names, _ = rest.split()
            for name in names:
                place = source / (name if (ROOT / name).is_dir() else Path(name).name)
                (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, place)
        elif word == "RUN":
            for step in rest.replace(TARGET, str(target)).split("&&"):
                run(*shlex.split(re.sub(r"^\s*python ", f"{sys.executable} ", step)), folder=source)
    return target


def check_image(target: Path, folder: Path) -> None:
    """Hold what was installed against the locked file, start it, and ask it as the HEALTHCHECK does."""
    python = target / "bin" / "python"
    run(python, "-m", "pip", "check", folder=folder)
    frozen = run(python, "-m", "pip", "freeze", "--exclude", "focalbox", folder=folder)
    locked = (ROOT / "requirements" / "service.txt").read_text("utf-8")
    missing = {line for line in frozen.splitlines() if "==" in line} ^ {
        line for line in locked.splitlines() if "==" in line
    }
    if missing:
        sys.exit(f"requirements/service.txt is not what is installed: {sorted(missing)}")
    pictures = folder / "pictures"
    pictures.mkdir()
    process = subprocess.Popen(
        [target / "bin" / "focalbox", "serve", "--root", pictures, "--port", "0", "--allow-unsigned", "--workers", "2"],
        stdout=subprocess.PIPE,
        text=True,
        env=_environment(),
    )
    try:
        assert process.stdout is not None
        port = re.search(r"http://127\.0\.0\.1:(\d+)", process.stdout.readline())
        assert port, "focalbox serve names its address"
        run(target / "bin" / "focalbox", "serve", "--health", "--port", port[1], folder=folder)
        process.terminate()
        assert process.wait(SECONDS) == 0
    finally:
        process.kill()
        process.communicate()


def check_plain(folder: Path) -> None:
    """Install without extras: every help works, and serving says which extra is missing."""
    environment = folder / "plain"
    venv.create(environment, with_pip=True)
    pip: list[str | Path] = [
        environment / "bin" / "python",
        "-m",
        "pip",
        "--quiet",
        "--disable-pip-version-check",
        "install",
    ]
    run(*pip, "--constraint", ROOT / "requirements" / "dev.txt", folder / "source", folder=folder)
    command = environment / "bin" / "focalbox"
    for words in (["--help"], ["serve", "--help"], ["sign", "--help"], ["batch", "--help"]):
        run(command, *words, folder=folder)
    said = run(command, "serve", "--allow-unsigned", folder=folder, status=2)
    assert "pip install 'focalbox[service]'" in said, said
    assert "Traceback" not in said, said


def main() -> None:
    """Build, start, ask; then the plain install."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        check_image(build(folder), folder)
        check_plain(folder)
    print("smoke test of the image: 2 passed")


if __name__ == "__main__":
    main()
