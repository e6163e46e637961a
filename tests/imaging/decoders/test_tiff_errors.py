"""libtiff writes nothing to standard error, whatever it finds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from focalbox.imaging.decoders.tiff_errors import silence_libtiff

CODE = """
import sys
from pathlib import Path
from PIL import Image
from focalbox.errors import FocalboxError
from focalbox.imaging.source import open_picture
content = Path(sys.argv[1]).read_bytes()
if sys.argv[2] == "by focalbox":
    picture = open_picture(content)
    picture.decode(picture.size)
else:
    Image.open(sys.argv[1]).load()
"""


@pytest.mark.slow
def test_a_damaged_fax_writes_no_line_for_each_row(tmp_path: Path) -> None:
    pixels = np.random.default_rng(1).integers(0, 2, (60, 80)).astype(bool)
    path = tmp_path / "fax.tiff"
    Image.fromarray(pixels).save(path, compression="group3")
    content = path.read_bytes()
    path.write_bytes(content[:300] + bytes(300) + content[600:])  # the codes lie behind the header

    def said(by: str) -> bytes:
        call = [sys.executable, "-c", CODE, str(path), by]
        return subprocess.run(call, capture_output=True, check=False).stderr

    assert b"Fax3Decode" in said("by Pillow")  # else there is nothing to silence any more
    assert said("by focalbox") == b""


def test_it_is_told_so_where_it_can_be_reached() -> None:
    assert silence_libtiff() == (sys.platform != "win32")
