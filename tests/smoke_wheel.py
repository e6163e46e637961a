"""Builds the wheel, installs it into an empty environment outside the repository, and uses it as a stranger would."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
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


def main() -> None:
    """Build, install, use."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT, folder=folder)
        (wheel,) = folder.glob("*.whl")
        names = zipfile.ZipFile(wheel).namelist()
        assert any(entry.endswith("py.typed") for entry in names), names
        assert not any(entry.startswith(("tests", "benchmarks", "training")) for entry in names), names
        environment = folder / "empty"
        venv.create(environment, with_pip=True)
        python = environment / "bin" / "python"
        run(python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install", wheel, folder=folder)
        run(python, "-c", PICTURE, folder=folder)
        run(python, "-W", "error", "-c", USE, folder=folder)
        command = environment / "bin" / "focalbox"
        print(run(command, "doctor", folder=folder))
        run(command, "crop", "disc.jpg", "-s", "500x200", "-s", "1:1", "-o", "out/{stem}-{size}.webp", folder=folder)
        run(command, "explain", "disc.jpg", "-s", "9:16", folder=folder)
        assert (folder / "out" / "disc-500x200.webp").stat().st_size > 0
        assert "focalbox: " in run(command, "crop", "gone.jpg", "-s", "1:1", folder=folder, status=1)
        assert "focalbox: " in run(command, "crop", "disc.jpg", "-s", "0x5", folder=folder, status=2)
    print("smoke test of the wheel: 1 passed")


if __name__ == "__main__":
    main()
