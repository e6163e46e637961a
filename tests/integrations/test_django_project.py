"""A whole Django project in under 30 lines, as docs/guides/django.md shows it: from nothing to a page with srcset."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "django.md"
MOST_LINES = 30
ASK = """
from django.test import Client
print(Client().get("/").content.decode())
"""


def test_the_guides_project_shows_a_page_with_srcset(tmp_path: Path, photographs: Mapping[str, np.ndarray]) -> None:
    guide = GUIDE.read_text()
    files = dict(re.findall(r'```python title="(.*?)"\n(.*?)```', guide, re.DOTALL))
    assert set(files) == {"gallery/models.py", "project.py"}
    written = [line for text in files.values() for line in text.splitlines() if line.strip()]
    assert len(written) < MOST_LINES
    for name, text in {**files, "gallery/__init__.py": ""}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    Image.fromarray(photographs["astronaut"]).save(tmp_path / "photo.jpg", quality=90)
    (commands,) = re.findall(r'```sh title="in the folder of project.py"\n(.*?)```', guide, re.DOTALL)
    *before, server = commands.strip().splitlines()
    assert server == "python project.py runserver"
    shell = "\n".join(before).replace("python ", f"{sys.executable} ")
    subprocess.run(["sh", "-e", "-c", shell], cwd=tmp_path, check=True, capture_output=True, text=True)
    asked = subprocess.run(
        [sys.executable, "project.py", "shell", "-v", "0", "-c", ASK],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    listed = re.search(r'<img [^>]*srcset="([^"]+)"', asked.stdout)
    assert listed is not None, asked.stdout
    for one in listed[1].split(", "):
        address, width = one.split(" ")
        with Image.open(tmp_path / "media" / address.removeprefix("/media/")) as crop:
            assert (crop.width, crop.height) == (int(width[:-1]), round(crop.width * 9 / 16))
    assert "object-position" in asked.stdout
