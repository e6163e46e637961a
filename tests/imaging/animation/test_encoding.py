"""Films are written within a budget, whatever the format."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction

import pytest
from PIL import Image

from focalbox import Cropper, DecodeError, LimitExceeded, Limits
from focalbox.imaging.animation.encoding import CAN_ANIMATE, encode_animation
from focalbox.imaging.animation.film import open_film


def frames(width: int, height: int, count: int = 3) -> Iterator[tuple[Image.Image, Fraction]]:
    """Draw a square that moves."""
    for index in range(count):
        frame = Image.new("RGB", (width, height), "navy")
        frame.paste((240, 200, 30), (index, index, index + 40, index + 40))
        yield frame, Fraction(1, 10)


@pytest.mark.parametrize("form", sorted(CAN_ANIMATE))
def test_a_film_that_needs_more_is_refused_before_it_is_written(form: str) -> None:
    content = encode_animation(frames(80, 60), "gif", alpha=False)
    limits = Limits(memory=80 * 2**20)
    (result,) = Cropper(limits=limits).results(content, ["2400x1800"], upscale=True)
    with pytest.raises(LimitExceeded, match=f"a result of 2400x1800 needs about [0-9]+ MB to be written as {form}"):
        result.encode(form)
    small = Cropper(limits=limits).results(content, ["240x180"], upscale=True)[0].encode(form)
    assert open_film(form.upper(), small, 10).frames == 3


@pytest.mark.parametrize("form", sorted(CAN_ANIMATE))
def test_a_film_without_frames_is_refused(form: str) -> None:
    with pytest.raises(DecodeError, match="the film cannot be decoded: it has no frames"):
        encode_animation(iter([]), form)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process by itself is read from /proc")
@pytest.mark.parametrize("size", [(1600, 1000), (900, 600)], ids=str)
@pytest.mark.parametrize("form", sorted(CAN_ANIMATE))
def test_the_budget_holds(form: str, size: tuple[int, int]) -> None:
    script = (
        "import sys\nsys.path.insert(0, 'tests')\n"
        "from imaging.animation.test_encoding import frames\n"
        "from focalbox.imaging.animation.encoding import encode_animation\n"
        "from focalbox.imaging.output.formats import film_writer_takes\n"
        "peak = lambda: 1024 * int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])\n"
        f"encode_animation(frames(64, 64), {form!r}, alpha=False)\nbefore = peak()\n"
        f"encode_animation(frames(*{size}, 12), {form!r}, alpha=False)\n"
        f"print(peak() - before, (4 + film_writer_takes({form!r}, {size[0] * size[1]})) * {size[0] * size[1]})\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    took, told = map(int, ran.stdout.split())
    assert took <= told
