"""AVIF and HEIC with what cameras write: grids, clean apertures, turns and mirrors, EXIF that agrees or does not."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from focalbox import Cropper, DecodeError, LimitExceeded
from focalbox.imaging.source import can_read, open_picture
from imaging import boxes

SIZE = WIDTH, HEIGHT = 256, 192
FORMS = [
    "AVIF",
    pytest.param("HEIC", marks=pytest.mark.skipif(not can_read("heic"), reason="needs the extra heic")),
]
BRANDS = {"AVIF": b"avif", "HEIC": b"heic"}


def quarters() -> NDArray[np.uint8]:
    pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    pixels[: HEIGHT // 2, : WIDTH // 2], pixels[: HEIGHT // 2, WIDTH // 2 :] = (200, 30, 30), (30, 200, 30)
    pixels[HEIGHT // 2 :, : WIDTH // 2], pixels[HEIGHT // 2 :, WIDTH // 2 :] = (30, 30, 200), (200, 200, 30)
    return pixels


def single(form: str, more: Sequence[bytes] = (), exif: bytes | None = None) -> bytes:
    item = boxes.item_of(boxes.encode_boxed(Image.fromarray(quarters()), form), 1, more)
    return boxes.put_together(BRANDS[form], [item], 1, exif)


def tiled(form: str, size: tuple[int, int] = SIZE, more: Sequence[bytes] = ()) -> bytes:
    pixels, tiles = quarters(), []
    for number, (top, left) in enumerate([(0, 0), (0, WIDTH // 2), (HEIGHT // 2, 0), (HEIGHT // 2, WIDTH // 2)], 1):
        part = Image.fromarray(pixels[top : top + HEIGHT // 2, left : left + WIDTH // 2])
        tiles.append(boxes.item_of(boxes.encode_boxed(part, form), number, hidden=True))
    return boxes.put_together(BRANDS[form], [boxes.grid_of(10, tiles, 2, size, more), *tiles], 10)


def assert_shows(content: bytes, expected: NDArray[np.uint8]) -> None:
    opened = open_picture(content)
    assert (opened.size.height, opened.size.width) == expected.shape[:2]
    seen = np.asarray(opened.decode(opened.size).image.convert("RGB")).astype(int)
    assert np.abs(seen - expected).mean() < 3


def exif_of(orientation: int, offset: int = 0, prefix: bytes = b"") -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return offset.to_bytes(4, "big") + prefix + exif.tobytes()[6:]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("axis", [None, 0, 1])
@pytest.mark.parametrize("orientation", [None, 1, 6])
def test_its_boxes_say_how_it_is_turned_and_exif_does_not(
    form: str, turns: int, axis: int | None, orientation: int | None
) -> None:
    more = [boxes.rotation(turns)] * (turns > 0) + ([] if axis is None else [boxes.mirror(axis)])
    expected = np.rot90(quarters(), turns)  # anticlockwise, and then mirrored (ISO 23008-12, section 6.5.10)
    if axis is not None:
        expected = np.flip(expected, axis)
    assert_shows(single(form, more, None if orientation is None else exif_of(orientation)), expected)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("made", [single, tiled])
def test_only_the_clean_aperture_is_shown_and_then_turned(form: str, made: object) -> None:
    assert callable(made)
    part = quarters()[10:120, 20:200]
    window = boxes.aperture(SIZE, 20, 10, 180, 110)
    assert_shows(made(form, more=[window]), part)
    assert_shows(made(form, more=[window, boxes.rotation(1)]), np.rot90(part))


@pytest.mark.parametrize(
    "window",
    [
        boxes.aperture(SIZE, 200, 0, 180, 110),
        boxes.aperture(SIZE, 0, 0, 0, 0),
        boxes.box(b"clap", bytes(32)),
        boxes.aperture(SIZE, 0, 0, WIDTH, HEIGHT),
    ],
    ids=["outside", "empty", "zeros", "all"],
)
def test_an_aperture_that_makes_no_sense_hides_nothing(window: bytes) -> None:
    assert_shows(single("AVIF", [window]), quarters())


@pytest.mark.parametrize("form", FORMS)
def test_tiles_are_put_together(form: str) -> None:
    assert_shows(tiled(form), quarters())
    assert_shows(tiled(form, (WIDTH - 11, HEIGHT - 7)), quarters()[: HEIGHT - 7, : WIDTH - 11])
    assert_shows(tiled(form, more=[boxes.rotation(3)]), np.rot90(quarters(), 3))


@pytest.mark.parametrize("form", FORMS)
def test_a_grid_that_promises_more_than_its_tiles_is_refused(form: str) -> None:
    with pytest.raises((DecodeError, LimitExceeded), match=r"the picture (cannot be decoded|needs about)"):
        Cropper().crop(tiled(form, (10_240, 7_680)), "40x40")


def test_what_an_aperture_hides_is_decoded_and_counts() -> None:
    large = Image.new("RGB", (4000, 3000), "navy")
    item = boxes.item_of(boxes.encode_boxed(large, "AVIF"), 1, [boxes.aperture((4000, 3000), 0, 0, 40, 30)])
    opened = open_picture(boxes.put_together(b"avif", [item], 1))
    assert (opened.size.width, opened.size.height) == (40, 30)
    assert opened.need.peak > 4 * 4000 * 3000


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("offset", "prefix"), [(0, b"Exif\0\0"), (6, b""), (2**31, b""), (0, b"nonsense")])
def test_a_picture_is_not_refused_for_its_exif(form: str, offset: int, prefix: bytes) -> None:
    assert_shows(single(form, exif=exif_of(6, offset, prefix)), quarters())
    assert_shows(single(form, [boxes.rotation(1)], exif_of(6, offset, prefix)), np.rot90(quarters()))


def moving() -> tuple[list[NDArray[np.uint8]], bytes]:
    """Return three frames and a film of them."""
    frames = [np.roll(quarters(), 9 * index, 1) for index in range(3)]
    file = BytesIO()
    first, *rest = map(Image.fromarray, frames)
    first.save(file, "AVIF", save_all=True, append_images=rest, duration=100, quality=95, subsampling="4:4:4")
    return frames, file.getvalue()


def test_frames_of_a_film_are_as_large_as_its_picture() -> None:
    (result,) = Cropper().results(moving()[1], ["100x100"])
    assert result.film is not None
    assert [image.size for image, _ in result.film.draw()] == [(100, 100)] * 3


@pytest.mark.parametrize("turns", [0, 1, 3])
def test_of_every_frame_of_a_film_the_clean_aperture_of_its_track_is_shown_and_then_turned(turns: int) -> None:
    frames, film = moving()
    content = boxes.in_track(film, boxes.aperture(SIZE, 20, 10, 180, 110), *[boxes.rotation(turns)] * (turns > 0))
    expected = [np.rot90(frame[10:120, 20:200], turns) for frame in frames]
    assert_shows(content, expected[0])
    drawn = [np.asarray(working.image).astype(int) for working, _ in open_picture(content).film().draw()]
    assert [frame.shape for frame in drawn] == [frame.shape for frame in expected]
    assert max(np.abs(found - frame).mean() for found, frame in zip(drawn, expected, strict=True)) < 5


def test_a_still_picture_asks_no_track() -> None:
    still = single("AVIF")
    film = boxes.in_track(moving()[1], boxes.aperture(SIZE, 20, 10, 180, 110))
    at = film.index(b"moov") - 4
    track = film[at : at + int.from_bytes(film[at : at + 4], "big")]
    assert_shows(still + track, quarters())
