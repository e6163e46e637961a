"""What a wrong call or a bad picture gets: one sentence, an exit code, and nothing half-written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from cli.calls import focalbox


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
    assert capsys.readouterr().err == "focalbox: a result may have at most 5,000 pixels, but 600x400 was asked for\n"


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
    # It opens when the command has come to the second picture, and waits for its bytes.
    with (folder / "slow.jpg").open("wb"):
        running.send_signal(number)
        _, said = running.communicate(timeout=60)
    assert running.returncode == code
    assert said == ("focalbox: stopped: 1 of 3 pictures were done; the same command with --no-clobber does the rest\n")
    assert (folder / "coffee-60x40.jpg").is_file()
