"""Builds the wheel and uses it as a stranger would, in an empty environment of every Python from 3.11 on that is found."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path, PurePath

ROOT = Path(__file__).resolve().parents[2]
OLDEST, NEWEST = 11, 19
"""Of Python 3: what `requires-python` says, and further than any that there is."""
ASK = "import sys, ensurepip, venv; print('%d.%d' % sys.version_info[:2], sys.implementation.name)"
PICTURE = """
from PIL import Image, ImageDraw
picture = Image.new("RGB", (600, 400), (90, 110, 130))
ImageDraw.Draw(picture).ellipse((420, 120, 540, 240), fill=(240, 200, 40))
picture.save("disc.jpg")
"""
USE = """
import sys, focalbox
assert "onnxruntime" not in sys.modules and "click" not in sys.modules
crop = focalbox.plan("disc.jpg", "1:1")
assert crop.box.left <= 420 and crop.box.right >= 540, crop
assert focalbox.crop("disc.jpg", "500x200").size == (500, 200)
"""


def run(*command: str | Path, folder: Path, status: int = 0) -> str:
    """Run a command in a folder and return what it printed."""
    done = subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != status:
        sys.exit(f"{command} ended with {done.returncode}, not {status}:\n{done.stdout}\n{done.stderr}")
    return done.stdout + done.stderr


def pythons() -> dict[str, Path]:
    """Return the Pythons that this machine offers, by version: this one, those of the PATH, and those of pyenv."""
    places = [Path(sys.executable)]
    for minor in range(OLDEST, NEWEST + 1):
        found = shutil.which(f"python3.{minor}")
        places += [Path(found)] if found else []
        if os.environ.get("PYENV_ROOT"):
            places += sorted(Path(os.environ["PYENV_ROOT"]).glob(f"versions/3.{minor}.*/bin/python"))
    versions: dict[str, Path] = {}
    for place in places:  # a name that only stands for a Python which is not chosen does not answer
        asked = subprocess.run([place, "-c", ASK], capture_output=True, text=True, check=False)
        version, _, kind = asked.stdout.strip().partition(" ")
        if asked.returncode == 0 and kind == "cpython":
            versions.setdefault(version, place)
    return versions


def use(python: Path, wheel: Path, folder: Path) -> None:
    """Install the wheel into an empty environment of a Python, and use library and command."""
    folder.mkdir()
    environment = folder / "empty"
    run(python, "-m", "venv", environment, folder=folder)
    inside = environment / "bin" / "python"
    run(inside, "-m", "pip", "--quiet", "--disable-pip-version-check", "install", wheel, folder=folder)
    run(inside, "-c", PICTURE, folder=folder)
    run(inside, "-W", "error", "-c", USE, folder=folder)
    command = environment / "bin" / "focalbox"
    print(run(command, "doctor", folder=folder))
    run(command, "crop", "disc.jpg", "-s", "500x200", "-s", "1:1", "-o", "out/{stem}-{size}.webp", folder=folder)
    run(command, "explain", "disc.jpg", "-s", "9:16", folder=folder)
    assert (folder / "out" / "disc-500x200.webp").stat().st_size > 0
    assert "focalbox: " in run(command, "crop", "gone.jpg", "-s", "1:1", folder=folder, status=1)
    assert "focalbox: " in run(command, "crop", "disc.jpg", "-s", "0x5", folder=folder, status=2)


def main() -> None:
    """Build, install, use."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT, folder=folder)
        (wheel,) = folder.glob("*.whl")
        names = zipfile.ZipFile(wheel).namelist()
        assert any(entry.endswith("py.typed") for entry in names), names
        assert {PurePath(entry).name for entry in names if "/licenses/" in entry} == {"LICENSE", "NOTICE"}, names
        assert not any(entry.startswith(("tests", "benchmarks", "training")) for entry in names), names
        found = pythons()
        for version, python in found.items():
            use(python, wheel, folder / version)
    print(f"smoke test of the wheel, Python {', '.join(found)}: {len(found)} passed")


if __name__ == "__main__":
    main()
