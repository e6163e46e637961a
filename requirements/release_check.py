"""Says what is missing before a release may go out: ``make release-check``."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"


def version() -> str:
    """Return the version that the package has."""
    found = re.search(r'__version__ = "([^"]+)"', (ROOT / "src/focalbox/version.py").read_text())
    assert found is not None  # noqa: S101 - hatchling reads the same line
    return found[1]


def git(*words: str) -> str:
    """Return what git answers; empty where there is no repository."""
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607 - git of the PATH
    return done.stdout.strip() if done.returncode == 0 else ""


def missing(number: str) -> list[str]:
    """Return what a release of this version lacks, a sentence each."""
    found = []
    if git("status", "--porcelain"):
        found.append("there are changes that are not committed")
    if f"v{number}" not in git("tag", "--points-at", "HEAD").split():
        found.append(f"the commit has no tag v{number}")
    if not re.search(
        rf"^## {re.escape(number)} - \d{{4}}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE
    ):
        found.append(f"CHANGELOG.md has no section '## {number} - YEAR-MONTH-DAY'")
    wheel, source = DIST / f"focalbox-{number}-py3-none-any.whl", DIST / f"focalbox-{number}.tar.gz"
    bill = DIST / f"focalbox-{number}.cdx.json"
    found += [
        f"there is no {path.relative_to(ROOT)}: make dist" for path in (wheel, source, bill) if not path.is_file()
    ]
    if wheel.is_file():
        names = zipfile.ZipFile(wheel).namelist()
        licences = f"focalbox-{number}.dist-info/licenses"
        weights = "focalbox/saliency/weights/focalbox.onnx"
        needed = ("focalbox/py.typed", weights, f"{licences}/LICENSE", f"{licences}/NOTICE")
        found += [f"the wheel lacks {name}" for name in needed if name not in names]
    if source.is_file():
        with tarfile.open(source) as archive:
            names = archive.getnames()
        needed = ("CHANGELOG.md", "LICENSE", "NOTICE", "mkdocs.yml", "requirements/dev.txt")
        found += [f"the sdist lacks {name}" for name in needed if f"focalbox-{number}/{name}" not in names]
    if bill.is_file():
        parts = {part["name"].lower() for part in json.loads(bill.read_text()).get("components", ())}
        needed = ("click", "numpy", "onnxruntime", "pillow", "simplejpeg")
        found += [f"the bill of materials lacks {name}" for name in needed if name not in parts]
    return found


def main() -> None:
    """Print the files with their hashes and what is missing; exit code 1 when anything is."""
    number = version()
    for path in sorted(DIST.glob(f"focalbox-{number}*")):
        print(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(ROOT)}")  # noqa: T201 - a script
    found = missing(number)
    for sentence in found:
        print(f"missing: {sentence}")  # noqa: T201 - as above
    if found:
        sys.exit(1)
    print(f"focalbox {number} is ready to be published")  # noqa: T201 - as above


if __name__ == "__main__":
    main()
