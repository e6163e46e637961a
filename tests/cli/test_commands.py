"""The commands as a user types them: crop, plan and explain, and what they note."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from cli.calls import focalbox
from saliency.test_yunet import answering


def test_many_pictures_and_many_sizes(folder: Path) -> None:
    pictures = sorted(folder.glob("*.jpg"))
    status = focalbox("crop", *pictures, "-s", "500x200", "-s", "1:1", "-o", "out/{stem}-{size}{ext}")
    assert status == 0
    assert len(list((folder / "out").iterdir())) == 2 * len(pictures)
    with Image.open(folder / "out" / "astronaut-500x200.jpg") as image:
        assert image.size == (500, 200)
    with Image.open(folder / "out" / "chelsea-1-1.jpg") as image:
        assert image.size == (300, 300)


@pytest.mark.parametrize("format_name", ["jpeg", "png", "webp", "avif", "gif", "tiff", "bmp"])
def test_every_format_by_name_and_by_ending(folder: Path, format_name: str) -> None:
    assert focalbox("crop", "coffee.jpg", "-s", "60x40", "--format", format_name, "-o", "a{ext}") == 0
    (written,) = folder.glob("a.*")
    assert focalbox("crop", "coffee.jpg", "-s", "60x40", "-o", f"b{written.suffix}") == 0
    for path in (written, folder / f"b{written.suffix}"):
        with Image.open(path) as image:
            assert (image.format, image.size) == (format_name.upper(), (60, 40))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_plan_of_a_name_that_is_no_utf_8_leads_back_to_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = os.fsdecode(b"caf\xe9.jpg")
    (folder / "coffee.jpg").rename(folder / name)
    assert focalbox("plan", "--json", "-s", "1:1", name, "rocket.jpg") == 0
    found, other = map(json.loads, capsys.readouterr().out.splitlines())
    assert found["source"]["address"] == f"{folder.as_uri()}/caf%E9.jpg"
    assert other["source"]["address"] == "rocket.jpg"
    assert focalbox("plan", "-s", "1:1", found["source"]["address"]) == focalbox("plan", "-s", "1:1", name) == 0
    leading_back, named = capsys.readouterr().out.splitlines()
    assert leading_back.partition(": ")[2] == named.partition(": ")[2]
    assert named.startswith("caf?.jpg: ")


def film(path: Path, first: str) -> None:
    """Write a GIF of which the first frame differs: a disc left in it, and right in all others."""
    frames = [Image.new("RGB", (320, 80), "white") for _ in range(8)]
    for number, frame in enumerate(frames):
        left = 20 if number == 0 and first == "left" else 230 + 2 * number
        ImageDraw.Draw(frame).ellipse((left, 10, left + 60, 70), fill="crimson")
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100)


def test_what_became_of_a_film_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    film(folder / "film.gif", "left")
    assert focalbox("crop", "film.gif", "-s", "80x80", "-o", "a.jpg") == 0
    assert "film.gif: the picture has 8 frames, and jpeg shows the first of them" in capsys.readouterr().err
    assert focalbox("crop", "film.gif", "-s", "80x80", "-o", "a.webp") == 0
    assert "frames" not in capsys.readouterr().err


def test_a_plan_looks_at_the_frames_that_a_crop_would_show(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    film(folder / "film.gif", "left")
    lefts = {}
    for animate in ("keep", "first"):
        assert focalbox("plan", "film.gif", "-s", "80x80", "--animate", animate, "--json") == 0
        lefts[animate] = json.loads(capsys.readouterr().out)["crops"][0]["box"]["left"]
    assert lefts["first"] < 100
    assert lefts["keep"] > 200


def test_which_picture_of_a_file_was_taken_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pages = [Image.new("RGB", (60, 40), colour) for colour in ("white", "red", "blue")]
    pages[0].save(folder / "pages.tiff", save_all=True, append_images=pages[1:])
    for command in (("crop", "pages.tiff", "-s", "20x20"), ("plan", "pages.tiff", "-s", "20x20")):
        assert focalbox(*command) == 0
        assert "pages.tiff: the file has 3 pages: the first was taken" in capsys.readouterr().err


@pytest.mark.parametrize(
    "call", [("crop", "cut.jpg", "-s", "60x40", "-o", "a.jpg"), ("plan", "cut.jpg", "-s", "60x40")]
)
def test_a_damaged_picture_is_said_to_be(
    folder: Path, call: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    whole = (folder / "coffee.jpg").read_bytes()
    (folder / "cut.jpg").write_bytes(whole[:-22] + whole[-2:])
    assert focalbox(*call) == 0
    assert (
        capsys.readouterr().err == "focalbox: note: cut.jpg: the file is damaged: parts of the picture may be wrong\n"
    )


def test_the_plan_is_one_json_document(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert focalbox("plan", "chelsea.jpg", "-s", "500x200", "-s", "9:16", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["source"] == {"width": 451, "height": 300}
    assert [crop["target"] for crop in document["crops"]] == [{"width": 500, "height": 200}, {"ratio": "9:16"}]


def test_a_border_is_trimmed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Image.open("coffee.jpg") as image:
        framed = Image.new("RGB", (image.width + 70, image.height + 90), "white")
        framed.paste(image, (30, 50))
    framed.save("framed.png")
    assert focalbox("plan", "framed.png", "-s", "3:2", "--json", "--trim", "bottom-right") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["source"] == {"width": 670, "height": 490}
    assert document["crops"][0]["box"] == document["trimmed"] == {"left": 30, "top": 50, "width": 600, "height": 400}
    assert focalbox("crop", "framed.png", "-s", "3:2", "-o", "a.png", "--trim", "top-left:0") == 0
    with Image.open("a.png") as cropped, Image.open("coffee.jpg") as image:
        assert cropped.tobytes() == image.tobytes()
    assert focalbox("explain", "framed.png", "-s", "1:1", "-o", "b.png", "--trim", "top-left") == 0


def test_plans_of_many_are_json_lines(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert focalbox("plan", "chelsea.jpg", "coffee.jpg", "--json") == 0
    assert len([json.loads(line) for line in capsys.readouterr().out.splitlines()]) == 2


def test_every_line_of_plans_names_its_picture(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert focalbox("plan", "chelsea.jpg", "gone.jpg", "coffee.jpg", "--json") == 1
    sources = [json.loads(line)["source"] for line in capsys.readouterr().out.splitlines()]
    assert sources[0] == {"address": "chelsea.jpg", "width": 451, "height": 300}
    assert sources[1]["address"] == "coffee.jpg"


def test_a_plan_is_printed_in_words(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert focalbox("plan", "rocket.jpg", "-s", "1:1", "--focus", "0.5,0.5") == 0
    assert "object-position" in capsys.readouterr().out
    assert focalbox("plan", "rocket.jpg", "-s", "1:4", "--fit", "pad", "--retain", "1") == 0
    assert "object-position" not in capsys.readouterr().out
    assert focalbox("plan", "coffee.jpg", "-s", "1:1", "--mode", "face", "--on-doubt", "centre", "--doubt", "1") == 0
    said = capsys.readouterr().out
    assert "no face was found: framed by saliency" in said
    assert "in doubt: the middle was taken" in said
    assert "confidence" in said


def test_explain_draws_a_strip(folder: Path) -> None:
    assert focalbox("explain", "coffee.jpg", "-s", "500x200") == 0
    with Image.open(folder / "coffee-explained.png") as image:
        assert image.width > 3 * image.height


def test_what_a_window_shows_and_cuts_is_counted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answering(folder / "faces.onnx", {32: [(1, 7, 0.9), (7, 7, 0.9), (12, 7, 0.9)]})  # above, in the middle, below
    arguments = "plan", "astronaut.jpg", "-s", "500x200", "--yunet", "faces.onnx"
    assert focalbox(*arguments, "--json") == 0
    assert [one["kind"] for one in json.loads(capsys.readouterr().out)["crops"][0]["cut"]] == ["face", "face"]
    assert focalbox(*arguments) == 0
    said = capsys.readouterr().out
    assert "; 3 heads: 1 whole, 1 cut, 1 left out; " in said
    assert said.index("heads") < said.index("of the saliency"), "what decides comes first"


def test_a_plan_names_the_model_that_was_asked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert focalbox("plan", "coffee.jpg", "--model", "spectral-residual", "--json") == 0
    assert json.loads(capsys.readouterr().out)["model"] == "spectral-residual"


def test_the_crop_without_a_target_has_a_size_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert focalbox("crop", "coffee.jpg", "-s", "free", "-s", "90X60", "-s", "60\u00d790") == 0
    assert {path.name for path in folder.glob("coffee-*")} == {
        "coffee-free.jpg",
        "coffee-90x60.jpg",
        "coffee-60x90.jpg",
    }
    assert focalbox("plan", "coffee.jpg", "-s", "free") == 0
    (free,) = capsys.readouterr().out.splitlines()
    assert focalbox("plan", "coffee.jpg") == 0
    assert capsys.readouterr().out.splitlines() == [free]
    assert free.startswith("coffee.jpg: free-form: ")


def test_surprises_are_noted_unless_silence_is_asked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["crop", "coffee.jpg", "-s", "1200x800", "-o", "a.png", "--format", "webp"]
    assert focalbox(*call) == 0
    assert capsys.readouterr().err.splitlines() == [
        "focalbox: note: coffee.jpg: 1200x800 is enlarged from 600x400 pixels",
        "focalbox: note: a.png holds webp, whatever its ending",
    ]
    assert focalbox(*call, "--quiet") == 0
    assert focalbox("crop", "coffee.jpg", "-s", "60x40", "-o", "b.jpg", "--format", "jpg") == 0
    assert capsys.readouterr().err == ""


def test_plan_tells_alternatives_that_differ(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert focalbox("plan", "coffee.jpg", "-s", "2:5", "--alternatives", "2", "--json") == 0
    boxes = [crop["box"] for crop in json.loads(capsys.readouterr().out)["crops"]]
    assert len(boxes) == 2
    assert abs(boxes[0]["left"] - boxes[1]["left"]) > boxes[0]["width"] / 5
