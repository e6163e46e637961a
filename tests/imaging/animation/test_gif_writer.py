"""X"""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from focalbox.imaging.animation.encoding import encode_animation


@pytest.mark.parametrize("colours", [1, 2, 255, 256])
def test_a_gif_keeps_every_colour_that_fits(colours: int) -> None:
    near = np.arange(colours, dtype=np.uint8)[None].repeat(3, axis=0)
    frames = [Image.fromarray(np.dstack([near, near[:, ::-1], 255 - near])) for _ in range(3)]
    frames[1].putpixel((0, 0), (0, colours - 1, 255))
    content = encode_animation(((frame, Fraction(1, 10)) for frame in frames), "gif", plays=0, alpha=False)
    with Image.open(BytesIO(content)) as film:
        for index, frame in enumerate(frames):
            film.seek(index)
            assert np.array_equal(np.asarray(film.convert("RGB")), np.asarray(frame))
