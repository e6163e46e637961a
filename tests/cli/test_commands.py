"""The command as a user types it: right calls, wrong calls, exit codes, and nothing half-written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from cli.calls import focalbox


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


def test_a_size_that_fails_does_not_take_the_others_with_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FOCALBOX_LIMIT_RESULT_PIXELS", "5000")
    assert focalbox("crop", "coffee.jpg", "chelsea.jpg", "-s", "1:1", "-s", "60x40", "-s", "free") == 1
    said = capsys.readouterr().err.splitlines()
    asked = [sentence.split(" of this picture comes to ")[0].split("but ")[1] for sentence in said[:-1]]
    assert asked == ["1:1", "the free-form crop"] * 2
    assert "result_pixels (FOCALBOX_LIMIT_RESULT_PIXELS)" in said[0]
    assert said[-1] == "focalbox: 2 of 2 pictures failed"
    assert {path.name for path in folder.glob("*60x40*")} == {"coffee-60x40.jpg", "chelsea-60x40.jpg"}
    assert focalbox("crop", "coffee.jpg", "gone.jpg", "-s", "600x400", "-s", "60x40") == 2
    assert capsys.readouterr().err == "focalbox: a result may have at most 5000 pixels, but 600x400 was asked for\n"


@pytest.mark.parametrize("flag", ["--model", "--yunet"])
@pytest.mark.parametrize("command", ["crop", "plan", "explain", "html", "batch"])
def test_a_model_that_cannot_be_loaded_is_said_once_before_any_picture(
    command: str, flag: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("broken.onnx").write_bytes(b"no model")
    before = sorted(folder.rglob("*"))
    more = {"batch": ["--output", "out"], "html": ["--css"]}.get(command, [])
    assert focalbox(command, "coffee.jpg", "-s", "1:1", flag, "broken.onnx", *more) == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("focalbox: broken.onnx is not a model that onnxruntime can run: ")
    assert sorted(folder.rglob("*")) == before


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


def test_one_bad_picture_does_not_stop_the_rest(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "text.jpg").write_text("no picture")
    status = focalbox("crop", "gone.jpg", "text.jpg", "coffee.jpg", "-s", "1:1", "-o", "out/{stem}{ext}")
    lines = capsys.readouterr().err.splitlines()
    assert status == 1
    assert [path.name for path in (folder / "out").iterdir()] == ["coffee.jpg"]
    assert len(lines) == 3
    assert "gone.jpg" in lines[0]
    assert "text.jpg" in lines[1]
    assert "2 of 3" in lines[2]


@pytest.mark.parametrize(
    "arguments",
    [
        ["crop", "coffee.jpg", "-s", "0x200"],
        ["crop", "coffee.jpg", "-s", "1e9x5"],
        ["crop", "coffee.jpg", "-s", "abc"],
        ["crop", "coffee.jpg", "-s", "30000x30000"],
        ["crop", "coffee.jpg"],
        ["crop", "-s", "1:1"],
        ["crop", "coffee.jpg", "-s", "1:1", "--fit", "squeeze"],
        ["crop", "coffee.jpg", "-s", "1:1", "--zoom", "7"],
        ["crop", "coffee.jpg", "-s", "1:1", "--focus", "middle"],
        ["crop", "coffee.jpg", "-s", "1:1", "--keep", "0,0,1"],
        ["crop", "coffee.jpg", "-s", "1:1", "--fill", "no-such-colour", "--fit", "contain"],
        ["crop", "coffee.jpg", "-s", "1:1", "--fill", "no-such-colour"],
        ["plan", "coffee.jpg", "--fill", "no-such-colour"],
        ["crop", "coffee.jpg", "-s", "1:1", "--trim", "coffee.jpg"],
        ["plan", "coffee.jpg", "--trim", "top-left:443"],
        ["crop", "coffee.jpg", "-s", "1:1", "--model", "oracle"],
        ["crop", "coffee.jpg", "-s", "1:1", "-o", "x.docx"],
        ["crop", "coffee.jpg", "-s", "1:1", "-o", "out/"],
        ["crop", "coffee.jpg", "-s", "1:1", "-o", "{colour}.jpg"],
        ["crop", "coffee.jpg", "-s", "1:1", "-o", "{}.jpg"],
        ["crop", "coffee.jpg", "-s", "1:1", "-o", "coffee.jpg"],
        ["crop", "coffee.jpg", "chelsea.jpg", "-s", "1:1", "-o", "same.jpg"],
        ["crop", "coffee.jpg", "-s", "1:1", "-s", "2:1", "-o", "same.jpg"],
        ["crop", "coffee.jpg", "-s", "1:1", "--quality", "0"],
        ["crop", "coffee.jpg", "-s", "1:1", "-o", "-", "--format", "picture"],
        ["crop", "coffee.jpg", "chelsea.jpg", "-s", "1:1", "-o", "-"],
        ["explain", "coffee.jpg", "-s", "1:1", "-s", "0x5"],
        ["completion", "cmd"],
        ["plan", "coffee.jpg", "--size"],
        ["sharpen", "coffee.jpg"],
        [],
    ],
)
def test_a_wrong_call_is_one_sentence_and_exit_code_2(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    before = sorted(folder.iterdir())
    assert focalbox(*arguments) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize("picture", ["gone.jpg", "empty.jpg", "text.jpg", "cut.jpg", "folder.jpg", "bomb.png"])
def test_a_bad_picture_is_one_sentence_and_exit_code_1(
    folder: Path, capsys: pytest.CaptureFixture[str], picture: str
) -> None:
    (folder / "empty.jpg").touch()
    (folder / "text.jpg").write_text("text")
    (folder / "cut.jpg").write_bytes((folder / "coffee.jpg").read_bytes()[:5000])
    (folder / "folder.jpg").mkdir()
    signature, header = b"\x89PNG\r\n\x1a\n", b"IHDR" + (30000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    (folder / "bomb.png").write_bytes(signature + b"\0\0\0\x0d" + header + b"\xff\xff\xff\xff")
    before = sorted(folder.iterdir())
    assert focalbox("crop", picture, "-s", "1:1", "-o", "out.jpg") == 1
    sentence = capsys.readouterr().err
    assert sentence.startswith("focalbox: ")
    assert picture in sentence
    assert len(sentence.splitlines()) == 1
    assert sorted(folder.iterdir()) == before


@pytest.mark.slow
def test_nothing_but_focalboxs_own_sentences_is_written_to_standard_error(tmp_path: Path) -> None:
    Image.new("1", (9500, 9500)).save(tmp_path / "large.tif", compression="group4")  # Pillow warns above 89 MP
    done = subprocess.run(
        [sys.executable, "-m", "focalbox", "plan", tmp_path / "large.tif", "-s", "1:1"], capture_output=True, check=True
    )
    assert done.stderr == b""


def test_a_model_or_detector_file_that_is_missing_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert focalbox("plan", "coffee.jpg", "chelsea.jpg", "--model", "own.onnx") == 2
    assert capsys.readouterr().err == "focalbox: there is no model file own.onnx\n"
    assert focalbox("plan", "coffee.jpg", "chelsea.jpg", "--yunet", "faces.onnx") == 2
    assert capsys.readouterr().err == "focalbox: there is no detector file faces.onnx\n"


def test_a_plan_names_the_model_that_was_asked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert focalbox("plan", "coffee.jpg", "--model", "spectral-residual", "--json") == 0
    assert json.loads(capsys.readouterr().out)["model"] == "spectral-residual"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--zoom", "a"], "zoom is a number from 0 to 1, not 'a'"),
        (["--zoom", "7"], "zoom is a number from 0 to 1, not 7.0"),
        (["--focus", "middle"], "focus is a point x,y in fractions from 0 to 1, such as 0.5,0.3, not 'middle'"),
        (["-o", "-", "-s", "2:1"], "- takes one result, but 2 were asked for"),
        (["-s", "500"], "a size looks like 500x200, 16:9 or free, not '500'"),
        (["--format", "docx"], "a format is one of jpeg, png, webp, avif, gif, tiff, bmp, not 'docx'"),
        (["-o", "a.png", "-s", "2:1"], "a.png would hold two results of coffee.jpg; name {size} in the output"),
    ],
)
def test_wrong_values_are_refused_in_words_that_help(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    assert focalbox("crop", "coffee.jpg", "-s", "1:1", *arguments) == 2
    assert sentence in capsys.readouterr().err


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


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_command_says_how_far_it_came(folder: Path, number: signal.Signals, code: int) -> None:
    os.mkfifo(folder / "slow.jpg")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
    running = subprocess.Popen(
        [sys.executable, "-m", "focalbox", "crop", "coffee.jpg", "slow.jpg", "chelsea.jpg", "-s", "60x40"],
        stderr=subprocess.PIPE,
        text=True,
    )
    signal.signal(signal.SIGINT, before)
    with (folder / "slow.jpg").open(
        "wb"
    ):  # opens when the command has come to the second picture, and waits for its bytes
        running.send_signal(number)
        _, said = running.communicate(timeout=60)
    assert running.returncode == code
    assert said == ("focalbox: stopped: 1 of 3 pictures were done; the same command with --no-clobber does the rest\n")
    assert (folder / "coffee-60x40.jpg").is_file()


def test_plan_tells_alternatives_that_differ(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert focalbox("plan", "coffee.jpg", "-s", "2:5", "--alternatives", "2", "--json") == 0
    boxes = [crop["box"] for crop in json.loads(capsys.readouterr().out)["crops"]]
    assert len(boxes) == 2
    assert abs(boxes[0]["left"] - boxes[1]["left"]) > boxes[0]["width"] / 5
