"""Whole runs on one machine: results, rows of the manifest, limits, and what is refused before any work."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from batch.albums import command, contents, lasting, read_manifest
from focalbox import Cropper, InvalidRequest, Limits
from focalbox.batch import Stopped, run

SIZES = ["120x80", "1:1"]


@pytest.fixture(scope="module")
def done(album: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The album, cropped once without disturbance."""
    out = tmp_path_factory.mktemp("done")
    run(album, SIZES, out / "crops", manifest=out / "manifest.parquet", workers=2)
    return out


def test_results_keep_folders_and_names_and_are_what_the_library_crops(album: Path, done: Path) -> None:
    found = contents(done / "crops")
    pictures = [
        ("astronaut", "jpg"),
        ("chelsea", "jpg"),
        ("coffee", "jpg"),
        ("rocket", "jpg"),
        ("summer/cat", "png"),
        ("summer/sea/again", "jpg"),
    ]
    assert set(found) == {f"{name}-{size}.{ending}" for name, ending in pictures for size in ("120x80", "1-1")}
    results = Cropper().results(str(album / "coffee.jpg"), SIZES)
    assert found["coffee-120x80.jpg"] == results[0].encode("jpeg")


def test_a_row_a_picture_and_size_says_what_was_decided(album: Path, done: Path) -> None:
    rows = read_manifest(done / "manifest.parquet")
    assert len(rows) == 2 * 7
    by = {(row["source"]["name"], row["size"]): row for row in rows}
    crop = Cropper().results(str(album / "coffee.jpg"), SIZES)[0].crop
    row = by["coffee.jpg", "120x80"]
    assert row["box"] == crop.box.to_dict()
    assert row["salient_box"] == crop.salient_box.to_dict()
    assert row["kept"] == pytest.approx(crop.kept)
    assert (row["source"]["width"], row["source"]["height"]) == (crop.source.width, crop.source.height)
    assert row["target"] == {"width": 120, "height": 80}
    assert Path(row["output"]).stat().st_size == row["bytes"]
    assert by["rocket.jpg", "1:1"]["content"] == by["summer/sea/again.jpg", "1:1"]["content"]
    broken = by["summer/broken.jpg", "1:1"]
    assert broken["error"] == "DecodeError"
    assert "cannot be decoded" in broken["message"]
    assert broken["output"] is None


def test_json_lines_say_the_same_as_parquet_and_equal_pictures_are_looked_at_once(
    album: Path, done: Path, tmp_path: Path
) -> None:
    summary = run(album, SIZES, tmp_path / "crops", manifest=tmp_path / "m.jsonl", workers=1)
    assert (summary.listed, summary.done, summary.failed) == (7, 7, 1)
    assert summary.analysed == 5  # two are equal, one is damaged
    roots = {done / "crops": "OUT", tmp_path / "crops": "OUT"}
    assert lasting(read_manifest(tmp_path / "m.jsonl"), roots) == lasting(
        read_manifest(done / "manifest.parquet"), roots
    )
    assert contents(tmp_path / "crops") == contents(done / "crops")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["crops", "m.jsonl"]


def test_planning_only_writes_no_picture(album: Path, tmp_path: Path) -> None:
    run(album, SIZES, plan_only=True, manifest=tmp_path / "plan.jsonl", workers=1)
    rows = read_manifest(tmp_path / "plan.jsonl")
    assert len(rows) == 14
    assert all(row["output"] is None for row in rows)
    assert sum(row["box"] is not None for row in rows) == 12
    assert list(tmp_path.iterdir()) == [tmp_path / "plan.jsonl"]


def test_format_and_options_reach_the_work(album: Path, tmp_path: Path) -> None:
    run(album / "astronaut.jpg", (64, 32), tmp_path / "o", format="webp", fit="contain", fill="#000000", workers=1)
    (row,) = read_manifest(tmp_path / "o" / "manifest.parquet")
    assert row["fit"] == "contain"
    with Image.open(tmp_path / "o" / "astronaut-64x32.webp") as image:
        assert image.size == (64, 32)


def test_a_limit_does_a_few_and_resume_the_rest(album: Path, tmp_path: Path) -> None:
    first = run(album, "1:1", tmp_path / "o", limit=3, workers=1)
    assert (first.done, first.skipped) == (3, 0)
    rest = run(album, "1:1", tmp_path / "o", resume=True, workers=1)
    assert (rest.done, rest.skipped) == (4, 3)


def test_limits_refuse_pictures_that_are_too_large(album: Path, tmp_path: Path) -> None:
    summary = run(album, "1:1", tmp_path / "o", limits=Limits(pixels=1000), workers=1)
    assert summary.failed == summary.done == 7
    assert "LimitExceeded" in {row["error"] for row in read_manifest(tmp_path / "o" / "manifest.parquet")}


def test_fail_fast_stops_and_keeps_what_is_done(album: Path, tmp_path: Path) -> None:
    with pytest.raises(Stopped, match=r"first failure: .*broken\.jpg"):
        run([album / "coffee.jpg", album / "summer"], "1:1", tmp_path / "o", fail_fast=True, workers=1)
    summary = run([album / "coffee.jpg", album / "summer"], "1:1", tmp_path / "o", resume=True, workers=1)
    assert summary.skipped >= 1
    assert summary.failed == 1


@pytest.mark.parametrize(
    ("sources", "options", "sentence"),
    [
        (["nowhere"], {}, "there is no folder, picture or prefix"),
        (["empty"], {}, "no pictures were found"),
        (["album"], {"out": "album/crops"}, "would crop the crops"),
        (["album"], {"manifest": "m.csv"}, r"ends with .parquet or .jsonl"),
        (["album"], {"out": None}, "needs a place for its results"),
        (["album"], {"workers": 0}, "at least one worker"),
        (["album"], {"model": "guess"}, "a model is one of"),
        (["album"], {"fit": "squeeze"}, "squeeze"),
        (["album"], {"quality": 0}, "a quality is 1 to 100"),
        (["album"], {"fill": "no colour"}, "a fill is a colour"),
        (["album"], {"address": "1.2.3.4:5"}, "belongs to the engine ray"),
        (["@missing.txt"], {}, "cannot be read"),
        (["nosuch://bucket/prefix"], {}, "nosuch://"),
    ],
)
def test_a_wrong_call_is_refused_before_any_work(
    album: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    sources: list[str],
    options: dict[str, Any],
    sentence: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "twin").mkdir()
    shutil.copytree(album, tmp_path / "album")
    shutil.copy(album / "coffee.jpg", tmp_path / "twin" / "coffee.jpg")
    before = contents(tmp_path)
    with pytest.raises(InvalidRequest, match=sentence):
        run(sources, "1:1", **({"out": "crops"} | options))
    assert contents(tmp_path) == before


def test_nothing_that_another_made_is_overwritten(album: Path, tmp_path: Path) -> None:
    (tmp_path / "o" / "summer").mkdir(parents=True)
    mine = tmp_path / "o" / "summer" / "cat-1-1.png"
    mine.write_bytes(b"a drawing of mine")
    with pytest.raises(InvalidRequest, match=r"cat-1-1\.png is there and was not made by this job"):
        run(album, "1:1", tmp_path / "o", manifest=tmp_path / "m.jsonl")
    assert contents(tmp_path) == {"o/summer/cat-1-1.png": b"a drawing of mine"}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become one who may not read")
def test_a_folder_that_may_not_be_read_is_a_wrong_call(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret").chmod(0o700)
    open_to_all = [path for path in (tmp_path, *tmp_path.parents) if path.stat().st_uid == 0 and path != Path("/")]
    before = {path: path.stat().st_mode for path in open_to_all if path.name.startswith(("pytest-", "popen-", "test_"))}
    for path in before:
        path.chmod(0o755)
    os.seteuid(65534)
    try:
        with pytest.raises(InvalidRequest, match=r"secret cannot be listed: Permission denied"):
            run(tmp_path / "secret", "1:1", tmp_path / "o")
    finally:
        os.seteuid(0)
        for path, mode in before.items():
            path.chmod(mode)


def test_a_second_run_needs_resume(album: Path, tmp_path: Path) -> None:
    run(album / "coffee.jpg", "1:1", tmp_path / "o", workers=1)
    with pytest.raises(InvalidRequest, match="--resume"):
        run(album / "coffee.jpg", "1:1", tmp_path / "o", workers=1)


def test_lists_and_globs_name_pictures(album: Path, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text(f"# the album\n{album}/coffee.jpg\n\n{album}/summer/cat.png\n{album}/gone.jpg\n")
    summary = run(tmp_path / "list.txt", "1:1", plan_only=True, manifest=tmp_path / "list.jsonl", workers=1)
    assert (summary.listed, summary.failed) == (3, 1)
    assert run(f"{album}/**/*.jpg", "1:1", plan_only=True, manifest=tmp_path / "all.jsonl", workers=1).listed == 6
    assert run(f"{album}/*.jpg", "1:1", plan_only=True, manifest=tmp_path / "top.jsonl", workers=1).listed == 4
    rows = read_manifest(tmp_path / "all.jsonl")
    assert {row["source"]["name"] for row in rows} >= {"coffee.jpg", "summer/sea/again.jpg"}


def test_the_command_ends_with_1_and_the_count_of_failures(album: Path, tmp_path: Path) -> None:
    ended = command(album, "-s", "60x60", "--out", tmp_path / "o", "--workers", "1")
    assert ended.returncode == 1
    assert "broken.jpg" in ended.stderr
    assert "1 of 7 pictures failed" in ended.stderr
    assert ended.stdout == ""
    assert "\x1b" not in ended.stderr


def test_the_command_ends_with_0_when_all_is_well_and_2_for_a_wrong_call(album: Path, tmp_path: Path) -> None:
    well = command(album / "coffee.jpg", "-s", "60x60", "--out", tmp_path / "o", "--workers", "1")
    *told, last = well.stderr.splitlines()
    assert (well.returncode, last.split(" in ")[0]) == (0, "focalbox: 1 picture done")
    assert all("1/1 pictures, 0 failed" in line for line in told)  # on a busy machine the work is told of before
    wrong = command(album, "-s", "60", "--out", tmp_path / "p")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("focalbox: a size looks like")
    assert not (tmp_path / "p").exists()


def test_a_script_without_a_guard_can_run_a_batch(album: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    call = f"run({str(album / 'coffee.jpg')!r}, '1:1', {str(tmp_path / 'o')!r})"
    script.write_text(f"import focalbox.batch\nprint(focalbox.batch.{call}.done)\n")
    ended = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True, timeout=60)
    assert ended.stdout == "1\n"


def test_a_terminal_is_left_without_a_bar(album: Path, tmp_path: Path) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    run(album / "coffee.jpg", "1:1", tmp_path / "o", workers=1, progress=out)
    assert out.getvalue().endswith("\r\x1b[K")
