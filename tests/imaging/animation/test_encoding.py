"""Films are written without a difference, or with a small one, and within a budget, whatever the format."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from focalbox import Cropper, DecodeError, LimitExceeded, Limits
from focalbox.errors import InvalidRequest
from focalbox.imaging.animation.encoding import CAN_ANIMATE, encode_animation
from focalbox.imaging.animation.film import open_film
from focalbox.imaging.output.formats import FORMATS
from imaging.animation.films import DURATIONS, assert_alike, by_pillow, discs, drawn, frames, pairs, seen
from laws import cases


@pytest.mark.parametrize("form", sorted(CAN_ANIMATE))
def test_a_film_that_needs_more_is_refused_before_it_is_written(form: str) -> None:
    content = encode_animation(frames(80, 60), "gif", alpha=False)
    limits = Limits(memory=80 * 2**20)
    (result,) = Cropper(limits=limits).results(content, ["2400x1800"], upscale=True)
    with pytest.raises(LimitExceeded, match=f"a result of 2400x1800 needs about [0-9.]+ [kM]B to be written as {form}"):
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
        "from imaging.animation.films import frames\n"
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


LOSSLESS = ("gif", "png")


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("format", LOSSLESS)
def test_what_is_written_without_loss_is_what_was_given(format: str, mode: str) -> None:  # noqa: A002
    frames = discs(mode)
    content = encode_animation(iter(pairs(frames)), format, alpha=mode == "RGBA")
    wanted = [(seen(frame), float(time)) for frame, time in zip(frames, DURATIONS, strict=True)]
    assert_alike(drawn(format.upper(), content), wanted)
    assert_alike(by_pillow(content), wanted)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("format", ["webp", "avif"])
def test_what_is_written_with_loss_is_near_and_lasts_as_long(format: str, mode: str) -> None:  # noqa: A002
    frames = discs(mode)
    found = by_pillow(encode_animation(iter(pairs(frames)), format, alpha=mode == "RGBA", quality=90))
    assert [time for _, time in found] == list(map(float, DURATIONS))
    for (one, _), frame in zip(found, frames, strict=True):
        assert np.abs(one - seen(frame)).mean() < 5


FRAMES = st.lists(
    st.tuples(
        st.integers(0, 11), st.integers(0, 7), st.integers(1, 12), st.integers(1, 8), st.integers(0, 3), st.booleans()
    ),
    min_size=1,
    max_size=6,
)


@given(FRAMES, st.sampled_from(LOSSLESS))
@settings(max_examples=cases(60), deadline=None)
def test_any_film_comes_back(boxes: list[tuple[int, int, int, int, int, bool]], format: str) -> None:  # noqa: A002
    frame, frames = Image.new("RGBA", (12, 8)), []
    for left, top, across, down, colour, clear in boxes:
        fill = (0, 0, 0, 0) if clear else (80 * colour, 255 - 80 * colour, 40, 255)
        frame = frame.copy()
        frame.paste(fill, (left, top, left + across, top + down))
        frames.append(frame)
    content = encode_animation(((one, Fraction(1, 10)) for one in frames), format)
    assert_alike(drawn(format.upper(), content), [(seen(one), 100.0) for one in frames])


@pytest.mark.parametrize("plays", [0, 1, 2, 7])
@pytest.mark.parametrize("format", ["gif", "png", "webp"])
def test_how_often_a_film_is_shown_is_kept(format: str, plays: int) -> None:  # noqa: A002
    content = encode_animation(iter(pairs(discs())), format, plays=plays, alpha=False)
    assert open_film({"webp": "WEBP"}.get(format, format.upper()), content, 100).plays == plays


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process by itself is read from /proc")
def test_memory_does_not_grow_with_the_frames() -> None:
    peaks = []
    for count in (20, 120):
        script = (
            "from fractions import Fraction\nfrom PIL import Image\n"
            "from focalbox.imaging.animation.film import open_film\n"
            "from focalbox.imaging.animation.encoding import encode_animation\n"
            "def frames(count):\n"
            "    for index in range(count):\n"
            "        frame = Image.new('RGB', (500, 500), (index, 0, 0))\n"
            "        frame.paste((0, index, 255), (index, index, index + 90, index + 90))\n"
            "        yield frame, Fraction(1, 25)\n"
            "for format in ('gif', 'png', 'webp'):\n"
            f"    content = encode_animation(frames({count}), format, alpha=False)\n"
            "    film = open_film(format.upper(), content, 1000)\n"
            f"    assert sum(1 for _ in film.draw()) == {count}\n"
            "print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])\n"
        )
        ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        peaks.append(int(ran.stdout))
    assert peaks[1] - peaks[0] < 12_000  # KB: the codes, and none of the 75 MB of pixels


@pytest.mark.parametrize("format", ["gif", "webp", "png"])
def test_a_film_shown_more_often_than_a_format_can_say_is_shown_as_often_as_it_can(format: str) -> None:  # noqa: A002
    frames = [(Image.new("RGB", (8, 6), colour), Fraction(1, 10)) for colour in ("red", "lime")]
    content = encode_animation(iter(frames), format, plays=2**31 - 1, alpha=False)
    assert open_film(format.upper(), content, 10).plays >= 2**16 - 1


@pytest.mark.parametrize("name", sorted(FORMATS.keys() - CAN_ANIMATE))
def test_a_format_without_films_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest, match=f"a film is written as one of avif, gif, png, webp, not {name}"):
        encode_animation([], name)
