"""Films: every frame is drawn as the format says, in the memory of a few, and written again without a difference."""

from __future__ import annotations

import struct
import subprocess
import sys
from collections.abc import Callable, Iterable
from fractions import Fraction
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageSequence
from PIL.Image import Image as Picture

from focalbox.errors import DecodeError, InvalidRequest, LimitExceeded
from focalbox.imaging.animation.encoding import encode_animation
from focalbox.imaging.animation.film import open_film, spread
from focalbox.imaging.limits import Limits
from focalbox.imaging.source import open_picture
from laws import cases

SIZE = (60, 40)
DURATIONS = (100, 40, 250, 20, 1000)
LOSSLESS = ("gif", "png")


def discs(mode: str = "RGB") -> list[Picture]:
    """Return frames in which a disc moves, on a ground or on none."""
    frames = []
    for index in range(len(DURATIONS)):
        ground = (30, 60, 90) if mode == "RGB" else (0, 0, 0, 0)
        frame = Image.new(mode, SIZE, ground)
        disc = (240, 200, 30) if mode == "RGB" else (240, 200, 30, 255)
        ImageDraw.Draw(frame).ellipse((index * 10, 10, index * 10 + 14, 24), fill=disc)
        frames.append(frame)
    return frames


def seen(image: Picture) -> NDArray[np.int64]:
    """Return what is seen: colours times alpha, and alpha."""
    return np.asarray(image.convert("RGBA").convert("RGBa")).astype(np.int64)


def pairs(frames: Iterable[Picture]) -> list[tuple[Picture, Fraction]]:
    return [(frame, Fraction(time, 1000)) for frame, time in zip(frames, DURATIONS, strict=True)]


def by_pillow(content: bytes) -> list[tuple[NDArray[np.int64], float]]:
    with Image.open(BytesIO(content)) as image:
        return [(seen(frame), float(frame.info.get("duration", 0))) for frame in ImageSequence.Iterator(image)]


def drawn(form: str, content: bytes) -> list[tuple[NDArray[np.int64], float]]:
    return [(seen(image), float(time * 1000)) for image, time in open_film(form, content, 1000).draw()]


def assert_alike(found: list[tuple[NDArray[np.int64], float]], wanted: list[tuple[NDArray[np.int64], float]]) -> None:
    assert [time for _, time in found] == [time for _, time in wanted]
    for (one, _), (other, _) in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "AVIF"])
def test_films_are_drawn_as_pillow_draws_them(form: str, mode: str) -> None:
    first, *rest = discs(mode)
    file = BytesIO()
    options = {"lossless": True} if form == "WEBP" else {"disposal": 2} if (form, mode) == ("GIF", "RGBA") else {}
    first.save(file, form, save_all=True, append_images=rest, duration=list(DURATIONS), loop=0, **options)
    assert_alike(drawn(form, file.getvalue()), by_pillow(file.getvalue()))


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


def test_fractions_of_a_second_are_exact_in_a_png() -> None:
    times = [Fraction(1, 30), Fraction(1001, 30_000), Fraction(0), Fraction(70_000)]
    content = encode_animation(zip(discs(), times, strict=False), "png", alpha=False)
    assert [time for _, time in open_film("PNG", content, 100).draw()] == [*times[:3], Fraction(65_535)]


def gif(*frames: tuple[tuple[int, int, int, int], int, int, int | None]) -> bytes:
    """Write a GIF of 8 x 6 pixels of flat frames: box, colour, disposal, transparent index."""
    parts = [b"GIF89a" + struct.pack("<HH", 8, 6) + b"\x91\0\0" + bytes([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9])]
    for (left, top, across, down), colour, disposal, transparent in frames:
        flags = disposal << 2 | (transparent is not None)
        parts.append(struct.pack("<BBBBHBB", 0x21, 0xF9, 4, flags, 10, transparent or 0, 0))
        flat = Image.new("P", (across, down), colour)
        flat.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9])
        file = BytesIO()
        flat.save(file, "GIF", optimize=False)
        whole = file.getvalue()
        at = whole.index(b"\x2c", 13 + 3 * 2 ** ((whole[10] & 7) + 1))
        parts.append(struct.pack("<BHHHHB", 0x2C, left, top, across, down, 0) + whole[at + 10 : -1])
    return b"".join([*parts, b";"])


def test_a_gif_is_transparent_where_nothing_was_drawn() -> None:
    content = gif(((2, 1, 3, 2), 0, 1, None), ((0, 0, 2, 2), 1, 2, None), ((7, 5, 1, 1), 2, 1, None))
    frames = [np.asarray(image) for image, _ in open_film("GIF", content, 9).draw()]
    assert frames[0][0, 0, 3] == 0
    assert frames[0][1, 2].tolist() == [255, 0, 0, 255]
    assert frames[1][0, 0].tolist() == [0, 255, 0, 255]
    assert frames[2][0, 0, 3] == 0  # disposed of
    assert frames[2][1, 2].tolist() == [255, 0, 0, 255]
    still = open_picture(gif(((2, 1, 3, 2), 0, 1, None)))
    pixels = np.asarray(still.decode(still.size).image)
    assert (pixels[..., 3] == 255).sum() == 6


def test_disposal_to_what_was_before() -> None:
    content = gif(((0, 0, 8, 6), 0, 1, None), ((1, 1, 4, 4), 1, 3, None), ((6, 0, 1, 1), 2, 1, None))
    frames = [np.asarray(image)[2, 2].tolist() for image, _ in open_film("GIF", content, 9).draw()]
    assert frames == [[255, 0, 0, 255], [0, 255, 0, 255], [255, 0, 0, 255]]


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "AVIF"])
def test_a_film_is_held_against_its_limits(form: str, file_of: Callable[..., bytes]) -> None:
    first, *rest = discs()
    content = file_of(first, form, save_all=True, append_images=rest, duration=100)
    with pytest.raises(LimitExceeded, match="at most 3 frames"):
        next(open_picture(content, Limits(frames=3)).film().draw())
    with pytest.raises(LimitExceeded, match="frames of a film may have at most 5000 pixels"):
        next(open_picture(content, Limits(film_pixels=5000)).film().draw())
    picture = open_picture(content, Limits(frames=3, film_pixels=5000))
    assert picture.decode(picture.size).image.size == SIZE


@pytest.mark.parametrize("orientation", [1, 3, 6])
@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_every_frame_is_turned(form: str, orientation: int, file_of: Callable[..., bytes]) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    first, *rest = discs()
    options = {"lossless": True} if form == "WEBP" else {}
    picture = open_picture(
        file_of(first, form, save_all=True, append_images=rest, duration=100, exif=exif.tobytes(), **options)
    )
    turn = {
        1: lambda one: one,
        3: lambda one: one.rotate(180),
        6: lambda one: one.transpose(Image.Transpose.ROTATE_270),
    }
    for (working, _), frame in zip(picture.film().draw(), [first, *rest], strict=True):
        np.testing.assert_array_equal(np.asarray(working.image), np.asarray(turn[orientation](frame)))


def test_a_film_that_ends_early_says_so(file_of: Callable[..., bytes]) -> None:
    first, *rest = [Image.effect_noise(SIZE, 80).convert("RGB") for _ in range(5)]
    for form in ("GIF", "WEBP", "AVIF"):
        content = file_of(first, form, save_all=True, append_images=rest, duration=100)
        with pytest.raises(DecodeError, match="the file ends too early"):
            list(open_picture(content[: len(content) * 3 // 4]).film().draw())


def test_only_some_formats_hold_films() -> None:
    with pytest.raises(InvalidRequest, match="a film is written as one of avif, gif, png, webp, not jpeg"):
        encode_animation(iter(pairs(discs())), "jpeg")


@given(st.integers(0, 500), st.integers(1, 9))
def test_the_frames_that_stand_for_a_film_are_spread_over_it(frames: int, wanted: int) -> None:
    chosen = spread(frames, wanted)
    assert len(set(chosen)) == len(chosen) == min(frames, wanted)
    assert all(0 <= one < frames for one in chosen)


@pytest.mark.slow
@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process by itself is read from /proc")
def test_memory_does_not_grow_with_the_frames() -> None:
    peaks = []
    for count in (20, 200):
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
    assert peaks[1] - peaks[0] < 12_000  # KB: the codes, and none of the 180 MB of pixels


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


@pytest.mark.parametrize("format", ["gif", "webp", "png"])
def test_a_film_shown_more_often_than_a_format_can_say_is_shown_as_often_as_it_can(format: str) -> None:  # noqa: A002
    frames = [(Image.new("RGB", (8, 6), colour), Fraction(1, 10)) for colour in ("red", "lime")]
    content = encode_animation(iter(frames), format, plays=2**31 - 1, alpha=False)
    assert open_film(format.upper(), content, 10).plays >= 2**16 - 1
