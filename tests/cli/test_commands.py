"""The command as a user types it: right calls, wrong calls, exit codes, and nothing half-written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from focalbox.cli.main import main


def focalbox(*arguments: str | Path) -> int:
    """Run the command in this process and return its exit code."""
    try:
        main([str(argument) for argument in arguments])
    except SystemExit as done:
        return int(done.code or 0)
    return 0


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


def test_the_plan_in_words(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert focalbox("plan", "rocket.jpg", "-s", "1:1", "--fit", "tight", "--focus", "0.5,0.5") == 0
    assert "object-position" in capsys.readouterr().out
    assert focalbox("plan", "coffee.jpg", "-s", "1:1", "--mode", "face", "--on-doubt", "centre", "--doubt", "1") == 0
    said = capsys.readouterr().out
    assert "no face was found: framed by saliency" in said
    assert "in doubt: the middle was taken" in said
    assert "confidence" in said


def test_explain_draws_a_strip(folder: Path) -> None:
    assert focalbox("explain", "coffee.jpg", "-s", "500x200") == 0
    with Image.open(folder / "coffee-explained.png") as image:
        assert image.width > 3 * image.height


def test_doctor_finds_this_installation_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert focalbox("doctor") == 0
    said = capsys.readouterr().out
    assert "self-test passed" in said
    assert "\n!" not in said


def test_one_bad_picture_does_not_stop_the_rest(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "text.jpg").write_text("no picture")
    status = focalbox("crop", "gone.jpg", "text.jpg", "coffee.jpg", "-s", "1:1", "-o", "out/{stem}{ext}")
    complaints = capsys.readouterr().err.splitlines()
    assert status == 1
    assert [path.name for path in (folder / "out").iterdir()] == ["coffee.jpg"]
    assert len(complaints) == 3
    assert "gone.jpg" in complaints[0]
    assert "text.jpg" in complaints[1]
    assert "2 of 3" in complaints[2]


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
    complaint = capsys.readouterr().err
    assert complaint.startswith("focalbox: ")
    assert picture in complaint
    assert len(complaint.splitlines()) == 1
    assert sorted(folder.iterdir()) == before


def test_an_unwritable_output_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "file").touch()
    assert focalbox("crop", "coffee.jpg", "-s", "1:1", "-o", "file/{stem}.jpg") == 1
    assert "cannot be written" in capsys.readouterr().err


def test_settings_come_from_the_environment(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOCALBOX_LIMIT_PIXELS", "1000")
    assert focalbox("plan", "coffee.jpg") == 1
    assert "1000" in capsys.readouterr().err.replace(",", "")
    monkeypatch.setenv("FOCALBOX_LIMIT_PIXELS", "many")
    monkeypatch.setenv("FOCALBOX_SPEED", "fast")
    assert focalbox("plan", "coffee.jpg") == 2
    complaint = capsys.readouterr().err
    assert "FOCALBOX_LIMIT_PIXELS" in complaint
    assert "FOCALBOX_SPEED" in complaint


def test_pipes_work_both_ways(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "focalbox", "crop", "-", "-s", "80x60", "--format", "webp", "-o", "-"],
        input=(folder / "coffee.jpg").read_bytes(),
        capture_output=True,
        check=True,
        env=os.environ,
    )
    assert done.stderr == b""
    assert done.stdout[8:12] == b"WEBP"


def test_no_more_of_a_pipe_is_read_than_a_picture_may_have() -> None:
    with Path("/dev/zero").open("rb") as endless:
        done = subprocess.run(
            [sys.executable, "-m", "focalbox", "plan", "-"],
            stdin=endless,
            capture_output=True,
            check=False,
            env={**os.environ, "FOCALBOX_LIMIT_BYTES": "1000000"},
            timeout=60,
        )
    assert done.returncode == 1
    assert done.stderr == b"focalbox: -: a picture may have at most 1000000 bytes, but this one has 1000001 or more\n"


def test_nothing_but_focalboxs_own_sentences_is_written_to_standard_error(tmp_path: Path) -> None:
    Image.new("1", (9500, 9500)).save(tmp_path / "large.tif", compression="group4")  # Pillow warns above 89 MP
    done = subprocess.run(
        [sys.executable, "-m", "focalbox", "plan", tmp_path / "large.tif", "-s", "1:1"], capture_output=True, check=True
    )
    assert done.stderr == b""


def test_links_that_lead_nowhere_are_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "loop.jpg").symlink_to("loop.jpg")
    assert focalbox("crop", "loop.jpg", "-s", "1:1", "-o", "out.jpg") == 1
    assert "loop.jpg" in capsys.readouterr().err


def test_a_model_or_detector_file_that_is_missing_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert focalbox("plan", "coffee.jpg", "chelsea.jpg", "--model", "own.onnx") == 2
    assert capsys.readouterr().err == "focalbox: there is no model file own.onnx\n"
    assert focalbox("plan", "coffee.jpg", "chelsea.jpg", "--yunet", "faces.onnx") == 2
    assert capsys.readouterr().err == "focalbox: there is no detector file faces.onnx\n"


def test_a_plan_names_the_model_that_was_asked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert focalbox("plan", "coffee.jpg", "--model", "spectral-residual", "--json") == 0
    assert json.loads(capsys.readouterr().out)["model"] == "spectral-residual"
