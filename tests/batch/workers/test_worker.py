"""The work on one picture: rows, results, and what becomes of errors."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from focalbox import Cropper
from focalbox.batch.job import Job, Task
from focalbox.batch.workers.worker import Worker, preview
from focalbox.errors import LimitExceeded
from focalbox.imaging.limits import Limits
from focalbox.options import CropOptions
from saliency.test_yunet import answering

SIZES = ("60x40", "1:1")


def job(out: Path | None, **changes: Any) -> Job:
    return Job(SIZES, None if out is None else str(out), model="classical", **changes)


pytestmark = pytest.mark.slow  # every test starts workers


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "cat.png"
    path.parent.mkdir()
    image = Image.new("RGB", (160, 90), (90, 90, 90))
    image.paste((220, 60, 30), (100, 30, 130, 60))
    image.save(path)
    return path


def task(path: Path, **changes: Any) -> Task:
    length = path.stat().st_size if path.exists() else 0
    return Task(
        **{
            "number": 5,
            "address": str(path),
            "name": path.name,
            "bytes": length,
            "stamp": "x",
            "sizes": SIZES,
            **changes,
        }
    )


def test_a_picture_becomes_its_results_and_a_row_for_each(picture: Path, tmp_path: Path) -> None:
    result = Worker(job(tmp_path / "out"))(task(picture))
    assert (result.number, result.pixels, result.analysed, result.fatal) == (5, 160 * 90, True, None)
    first, second = result.rows
    assert [row["size"] for row in result.rows] == list(SIZES)
    assert first["content"] == hashlib.sha256(picture.read_bytes()).hexdigest()
    assert (first["analysis"] is None, second["analysis"] is None) == (False, True)
    crop = Cropper(model="classical").plan(picture, "60x40")
    assert first["box"] == crop.box.to_dict()
    written = Path(first["output"])
    assert written == tmp_path / "out" / "cat-60x40.png"
    with Image.open(written) as image:
        assert (image.size, written.stat().st_size) == ((60, 40), first["bytes"])


def test_an_equal_picture_of_the_same_group_is_not_looked_at_again(picture: Path, tmp_path: Path) -> None:
    worker, other = Worker(job(tmp_path / "out")), picture.with_name("dog.png")
    other.write_bytes(picture.read_bytes())
    assert worker(task(picture, group=1)).analysed
    again = worker(task(other, group=1))
    assert not again.analysed
    assert Path(again.rows[0]["output"]).read_bytes() == (tmp_path / "out" / "cat-60x40.png").read_bytes()
    assert worker(task(other, group=2)).analysed


def test_only_plans_write_nothing(picture: Path) -> None:
    rows = Worker(job(None))(task(picture)).rows
    assert [row["output"] for row in rows] == [None, None]
    assert all(row["box"] and row["error"] is None for row in rows)


def test_a_stored_analysis_is_planned_from_without_reading_the_picture(picture: Path) -> None:
    (first, second) = Worker(job(None))(task(picture)).rows
    picture.unlink()
    stored = {name: first[name] for name in ("content", "salient_box", "jaccard", "focal_point", "model", "analysis")}
    again = Worker(job(None))(task(picture, stored=stored))
    assert not again.analysed
    assert [row["box"] for row in again.rows] == [first["box"], second["box"]]


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda path: path.write_bytes(b"no picture"), "DecodeError"),
        (lambda path: path.write_bytes(b""), "DecodeError"),
        (lambda path: path.unlink(), "FetchError"),
    ],
)
def test_a_picture_that_fails_is_rows_with_a_sentence(spoil: Any, error: str, picture: Path, tmp_path: Path) -> None:
    spoil(picture)
    result = Worker(job(tmp_path / "out"))(task(picture))
    assert {(row["error"], row["output"]) for row in result.rows} == {(error, None)}
    assert all(row["message"] and "\n" not in row["message"] for row in result.rows)
    assert result.fatal is None
    assert not (tmp_path / "out").exists()


def test_a_model_that_cannot_be_loaded_is_no_fault_of_a_picture(picture: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no network")
    for given in (Job(SIZES, model=str(broken)), Job(SIZES, yunet=str(broken))):
        done = Worker(given)(task(picture))
        assert (done.rows, done.fatal is not None and "broken.onnx is not a model" in done.fatal) == ([], True)


def test_a_picture_that_a_model_cannot_look_at_is_a_row(picture: Path, tmp_path: Path) -> None:
    small = answering(tmp_path / "small.onnx", {}, side=32)
    done = Worker(job(None, yunet=str(small)))(task(picture))
    assert ({row["error"] for row in done.rows}, done.fatal) == ({"ModelError"}, None)


def test_a_size_that_fails_does_not_take_the_others_with_it(picture: Path, tmp_path: Path) -> None:
    done = Worker(job(tmp_path / "out", limits=Limits(result_pixels=90 * 90 - 1)))(task(picture))
    small, ratio = done.rows
    assert (small["error"], small["analysis"] is None, done.pixels) == (None, False, 160 * 90)
    assert (ratio["error"], ratio["output"], ratio["source"]["width"]) == ("LimitExceeded", None, 160)
    assert "1:1 of this picture comes to 90x90" in ratio["message"]
    assert [path.name for path in (tmp_path / "out").glob("cat*")] == ["cat-60x40.png"]


def test_a_place_that_cannot_be_written_ends_the_run(picture: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file where the folder should be")
    result = Worker(job(tmp_path / "out"))(task(picture))
    assert result.rows == []
    assert result.fatal
    assert "\n" not in result.fatal


def test_options_and_quality_are_those_of_the_job(picture: Path, tmp_path: Path) -> None:
    options = CropOptions(fit="contain", fill="white")
    rows = Worker(job(tmp_path / "out", options=options, format="jpeg", quality=20))(task(picture)).rows
    assert {row["fit"] for row in rows} == {"contain"}
    with Image.open(rows[1]["output"]) as written:
        assert written.format == "JPEG"
        assert written.size[0] == written.size[1]


def test_a_preview_is_small_and_of_the_whole_picture(picture: Path) -> None:
    found = Image.open(io.BytesIO(preview(str(picture), 40, Limits())))
    assert (found.format, max(found.size)) == ("WEBP", 40)
    with pytest.raises(LimitExceeded):
        preview(str(picture), 40, Limits(pixels=100))


@pytest.mark.parametrize("name", ["n" * 250 + ".png", "folder"])
def test_a_name_that_cannot_be_written_ends_its_picture_alone(name: str, picture: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "folder-1-1.jpg").mkdir(parents=True)
    result = Worker(job(tmp_path / "out"))(task(picture, name=name))
    assert {row["error"] for row in result.rows} == {"OutputError"}
    assert result.fatal is None
