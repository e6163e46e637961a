"""Readers of formats: each loads its one plug-in, when its first file comes."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO

import pytest
from PIL import Image

from focalbox.imaging.decoders.readers import can_read, reader_of


@pytest.mark.parametrize("form", ["PNG", "GIF", "WEBP", "AVIF", "TIFF", "BMP", "JPEG"])
def test_a_reader_reads_its_format(form: str) -> None:
    assert can_read(form.lower())
    file = BytesIO()
    Image.new("RGB", (7, 5), "red").save(file, form)
    assert reader_of(form)(BytesIO(file.getvalue())).size == (7, 5)


def test_what_nobody_reads_cannot_be_read() -> None:
    assert not can_read("svg")
    assert can_read("jpg") == can_read("JPEG")


@pytest.mark.slow
def test_only_the_plug_in_that_is_needed_is_loaded() -> None:
    code = (
        "import sys; from focalbox.imaging.decoders.readers import reader_of; reader_of('BMP'); "
        "print(sorted(name for name in sys.modules if name.startswith('PIL.') and name.endswith('ImagePlugin')))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert found == "['PIL.BmpImagePlugin']\n"
