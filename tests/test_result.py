"""Results: films keep all their frames by one window, and signs on nothing are seen."""

from __future__ import annotations

import io
import pickle
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageDraw, ImageSequence

import focalbox
from focalbox import (
    Cropper,
    InvalidRequest,
    LimitExceeded,
    Limits,
    OutputError,
)
from focalbox.imaging.source import open_picture
from focalbox.result import place_in_result
from pictures import Photographs, encoded

DISC = (240, 200, 30)


def film(form: str, *, black_first: bool = False, loop: int | None = 0) -> bytes:
    """Write a film of a disc that moves on the right of the picture."""
    frames = [Image.new("RGB", (320, 200))] if black_first else []
    for index in range(5):
        frame = Image.new("RGB", (320, 200), (30, 60, 90))
        ImageDraw.Draw(frame).ellipse((200 + index * 5, 60, 270 + index * 5, 130), fill=DISC)
        frames.append(frame)
    file = BytesIO()
    options: dict[str, int] = {"lossless": True} if form == "WEBP" else {}
    if loop is not None:
        options["loop"] = loop
    frames[0].save(file, form, save_all=True, append_images=frames[1:], duration=[80] * len(frames), **options)
    return file.getvalue()


def frames_of(content: bytes) -> list[Image.Image]:
    with Image.open(BytesIO(content)) as image:
        return [frame.convert("RGB") for frame in ImageSequence.Iterator(image)]


@pytest.mark.slow
@pytest.mark.parametrize("out", ["gif", "png", "webp", "avif"])
@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "AVIF"])
def test_films_stay_films(form: str, out: str) -> None:
    (result,) = Cropper().results(film(form), ["100x100"])
    found = frames_of(result.encode(out))
    assert [frame.size for frame in found] == [(100, 100)] * 5
    box = result.crop.box
    assert box.left + box.width > 280  # the disc, wherever it goes
    assert result.notes_for(out) == result.crop.notes


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP"])
def test_every_frame_is_cut_by_the_same_window(form: str) -> None:
    content = film(form)
    (result,) = Cropper().results(content, ["1:1"])
    assert result.crop.box.width == result.crop.box.height == 200
    for cut, whole in zip(frames_of(result.encode("png")), frames_of(content), strict=True):
        np.testing.assert_array_equal(np.asarray(cut), np.asarray(whole.crop(result.crop.box.corners)))


def test_a_black_first_frame_does_not_decide() -> None:
    plain, black = (Cropper().plan(film("GIF", black_first=first), "1:2").box for first in (False, True))
    assert abs(plain.left - black.left) <= 16
    assert plain.left > 120


def test_a_still_format_shows_the_first_frame_and_says_so() -> None:
    (result,) = Cropper().results(film("GIF"), ["100x100"])
    assert len(frames_of(result.encode("jpeg"))) == 1
    assert result.notes_for("jpeg")[-1] == "the picture has 5 frames, and jpeg shows the first of them"


@pytest.mark.parametrize("between", ["gif", "webp", "png", "avif"])
@pytest.mark.parametrize(
    ("form", "loop", "plays"),
    [("GIF", None, 1), ("GIF", 3, 4), ("GIF", 0, 0), ("WEBP", 4, 4), ("WEBP", 0, 0), ("PNG", 1, 1), ("PNG", 0, 0)],
)
def test_a_film_is_shown_as_often_in_every_format(form: str, loop: int | None, plays: int, between: str) -> None:
    content = film(form, loop=loop)
    for out in (between, form.lower()):
        (result,) = Cropper(model="classical").results(content, ["5:2"])
        assert result.film is not None
        assert result.film.plays == plays
        assert result.notes_for(out) == result.crop.notes
        content = result.encode(out)
    assert open_picture(content).film().plays == plays
    with Image.open(BytesIO(content)) as image:
        assert image.info.get("loop") == loop


def test_the_first_frame_can_be_had_of_any_film() -> None:
    cropper = Cropper(limits=Limits(frames=3))
    (result,) = cropper.results(film("GIF"), ["100x100"], animate="first")
    assert len(frames_of(result.encode("gif"))) == 1
    with pytest.raises(InvalidRequest, match="animate is one of keep, first"):
        Cropper().results(film("GIF"), ["100x100"], animate="last")  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("limits", [Limits(frames=3), Limits(film_pixels=200_000), Limits(memory=42_900_000)])
def test_of_a_film_that_is_too_long_or_too_large_a_still_format_shows_the_first_frame(
    form: str, limits: Limits
) -> None:
    cropper, content = Cropper(limits=limits), film(form)
    (result,), (first,) = (cropper.results(content, ["100x100"], animate=which) for which in ("keep", "first"))
    assert result.encode("jpeg") == first.encode("jpeg")
    assert result.notes_for("jpeg")[-1].startswith("the picture has ")
    assert cropper.plan(content, "100x100").box == first.crop.box
    for moving in ("gif", "png", "webp", "avif"):
        with pytest.raises(LimitExceeded, match=r"at most .* animate=first|at most 41 MB"):
            result.encode(moving)


def test_a_border_is_cut_off_every_frame() -> None:
    framed = []
    for frame in frames_of(film("PNG")):
        ground = Image.new("RGB", (360, 240), "white")
        ground.paste(frame, (20, 20))
        framed.append(ground)
    file = BytesIO()
    framed[0].save(file, "PNG", save_all=True, append_images=framed[1:], duration=80)
    (result,) = Cropper().results(file.getvalue(), ["1:1"], trim="top-left")
    for cut in frames_of(result.encode("png")):
        assert cut.size == (200, 200)
        assert np.asarray(cut).min(axis=2).max() < 255  # no white is left


@pytest.mark.slow
@pytest.mark.parametrize("under", [(0, 0, 0), (255, 255, 255), (128, 128, 128)])
@pytest.mark.parametrize("colour", [(128, 128, 128), (140, 140, 140), (255, 255, 255), (0, 0, 0), (220, 30, 30)])
@pytest.mark.parametrize("size", ["500x200", "1:1", "9:16"])
def test_a_sign_on_nothing_is_kept_whatever_its_colour(
    size: str, colour: tuple[int, int, int], under: tuple[int, int, int]
) -> None:
    picture = Image.new("RGBA", (600, 600), (*under, 0))
    ImageDraw.Draw(picture).ellipse((420, 420, 569, 569), fill=(*colour, 255))
    left, top, right, bottom = Cropper().plan(picture, size).box.corners
    assert left <= 420
    assert top <= 420
    assert right >= 570
    assert bottom >= 570


def test_a_result_is_written_by_its_ending_whole_or_not_at_all(photographs: Photographs, tmp_path: Path) -> None:
    (result,) = Cropper().results(photographs["coffee"], ["60x40"])
    result.save(tmp_path / "new" / "a.webp")
    with Image.open(tmp_path / "new" / "a.webp") as image:
        assert (image.format, image.size) == ("WEBP", (60, 40))
    result.save(tmp_path / "a.bin", format="png")
    with Image.open(tmp_path / "a.bin") as image:
        assert image.format == "PNG"
    with pytest.raises(InvalidRequest, match="a format is one of"):
        result.save(tmp_path / "b.docx")
    for no_format in ("", np.zeros(2), 5):
        with pytest.raises(InvalidRequest, match="a format is one of"):
            result.save(tmp_path / "b.png", format=no_format)  # type: ignore[arg-type]
    for no_path in (None, 5, b"a.png"):
        with pytest.raises(InvalidRequest, match=r"a path is text or a pathlib\.Path, not"):
            result.save(no_path)  # type: ignore[arg-type]
    with pytest.raises(OutputError, match="cannot be written"):
        result.save(tmp_path / "a.bin" / "c.png")
    for address in ("s3://bucket/a.png", "file:///a.png"):
        with pytest.raises(InvalidRequest, match=r"^nothing is written to (s3|file):// addresses here"):
            result.save(address)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.bin", "new"]


@pytest.mark.parametrize(("size", "enlarged"), [("60x40", False), ("1200x800", True), ("16:9", False), (None, False)])
def test_a_result_knows_whether_it_is_enlarged(photographs: Photographs, size: str | None, enlarged: bool) -> None:  # noqa: FBT001
    (result,) = Cropper().results(photographs["coffee"], [size])
    assert result.enlarged is enlarged


def test_the_focal_point_that_is_written_is_the_one_asked_for(photographs: Photographs) -> None:
    cropper, picture = Cropper(), photographs["coffee"]
    (first,) = cropper.results(picture, ["1:1"], keep_metadata=True)
    found = cropper.open(first.encode("png")).focal_point
    assert found == pytest.approx(place_in_result(first.crop, first.crop.focal_point), abs=1e-5)
    asked = (0.3, 0.8)
    for source in (picture, first.encode("png")):  # the second has a point of its own
        (result,) = cropper.results(source, ["4:5"], keep_metadata=True, focus=asked)
        written = cropper.open(result.encode("png")).focal_point
        assert written == pytest.approx(place_in_result(result.crop, asked), abs=1e-5)


def test_a_crop_carries_the_profile_its_colours_are_in_and_the_copyright(photographs: Photographs) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x8298], exif[0x0110] = "A. Person", "Camera"
    source = encoded(photographs["coffee"], "JPEG", icc_profile=profile, exif=exif)
    assert focalbox.crop(source, "60x40").info == {}
    file = io.BytesIO()
    kept = focalbox.crop(source, "60x40", keep_metadata=True)
    kept.save(file, "JPEG", exif=kept.info["exif"], icc_profile=kept.info["icc_profile"])
    read = Image.open(file)
    assert read.info["icc_profile"] == profile
    assert dict(read.getexif()) == {0x8298: "A. Person"}


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "AVIF"])
def test_a_film_is_the_same_whether_its_frames_are_held_or_drawn_twice(form: str) -> None:
    content = film(form)
    memories = range(open_picture(content).need.peak, 100_000_000, 100_000)
    least = next(memory for memory in memories if not open_picture(content, Limits(memory=memory)).film_refusal)
    croppers = Cropper(), Cropper(limits=Limits(memory=least))
    prepared = [cropper.prepare(content, ["100x100"]) for cropper in croppers]
    assert [one.view.film is not None and one.view.film.holds for one in prepared] == [True, False]
    held, drawn = (
        cropper.finish(one, ["100x100"])[0].encode("png") for cropper, one in zip(croppers, prepared, strict=True)
    )
    assert held == drawn


def test_what_holds_a_film_says_what_to_pickle_instead() -> None:
    cropper, content = Cropper(), film("GIF")
    (result,) = cropper.results(content, ["60x40"])
    for held in (result, cropper.prepare(content, ["60x40"])):
        with pytest.raises(TypeError, match=r"^the frames of a film cannot be pickled: pickle its bytes, "):
            pickle.dumps(held)
    with pytest.raises(TypeError, match=r"^an opened picture cannot be pickled: pickle its bytes or its path"):
        pickle.dumps(cropper.open(content))


def test_what_holds_none_is_pickled() -> None:
    cropper, content = Cropper(), film("GIF")
    (result,) = cropper.results(content, ["60x40"], animate="first")
    prepared = cropper.prepare(content, ["60x40"], animate="first")
    again, back = pickle.loads(pickle.dumps((result, prepared)))  # noqa: S301 - our own
    assert again.encode("png") == result.encode("png")
    assert next(iter(cropper.finish(back, ["60x40"], animate="first"))).encode("png") == result.encode("png")


def test_of_an_animated_pil_image_the_current_frame_is_taken() -> None:
    content = film("GIF")
    with Image.open(io.BytesIO(content)) as image:
        image.seek(2)
        (result,) = Cropper().results(image, ["60x40"])
        assert result.film is None
        still = Image.fromarray(np.asarray(image.convert("RGB")))
    assert result.encode("png") == next(iter(Cropper().results(still, ["60x40"]))).encode("png")
