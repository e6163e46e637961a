"""Write requirements/service.txt: what the service runs with, resolved anew at the versions of dev.txt."""

from __future__ import annotations

import subprocess
import tempfile
import venv
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
EXTRAS = "service,redis,s3,heic"
HEAD = "# What the service runs with (the Dockerfile); made by `make lock` at the versions of dev.txt.\n"


def main() -> None:
    """Install into an empty environment, and write down what is there."""
    with tempfile.TemporaryDirectory() as name:
        venv.create(name, with_pip=True)
        pip = [Path(name) / "bin" / "python", "-m", "pip", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--constraint", FOLDER / "dev.txt", f"{FOLDER.parent}[{EXTRAS}]"], check=True)
        frozen = subprocess.run([*pip, "freeze", "--exclude", "focalbox"], check=True, capture_output=True, text=True)
    (FOLDER / "service.txt").write_text(HEAD + frozen.stdout, "utf-8")


if __name__ == "__main__":
    main()
