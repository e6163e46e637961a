"""The documentation site, built once for all tests that read it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the site, built as `make docs` builds it."""
    pytest.importorskip("mkdocs", reason="mkdocs comes with requirements/docs.txt")
    pytest.importorskip("material", reason="as above")
    if not any((ROOT / ".cache" / "gallery").glob("*.webp")):
        drawn = [sys.executable, "-m", "benchmarks.gallery.site_pictures", "--out", str(ROOT / ".cache" / "gallery")]
        subprocess.run(drawn, cwd=ROOT, check=True, capture_output=True)
    folder = tmp_path_factory.mktemp("site")
    built = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(built, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder
