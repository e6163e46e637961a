"""The work on one picture: what its rows say."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from albums import command, read_manifest
from focalbox import Cropper, InvalidRequest
from focalbox.batch import run
from focalbox.batch.job import Job, Task
from focalbox.batch.records.files import read_rows
from focalbox.batch.workers.worker import Worker


@pytest.fixture
def pictures(album: Path, tmp_path: Path) -> Path:
    """Return a folder of three pictures."""
    (tmp_path / "in").mkdir()
    for name in ("astronaut", "coffee", "rocket"):
        shutil.copy(album / f"{name}.jpg", tmp_path / "in")
    return tmp_path / "in"


def rows_of(manifest: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the rows of a manifest by name and size, as focalbox reads them."""
    rows = read_rows(manifest.read_bytes(), manifest.name)
    return {(row["source"]["name"], row["size"]): row for row in rows}


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_rows_keep_the_best_windows_as_the_library_finds_them(pictures: Path, tmp_path: Path, ending: str) -> None:
    manifest = tmp_path / f"m.{ending}"
    done = command(pictures, "-s", "1:2", "-s", "free", "--plan-only", "--manifest", manifest, "--alternatives", "3")
    assert done.returncode == 0, done.stderr
    rows = rows_of(manifest)
    assert len(rows) == 6
    several = 0
    for (name, size), row in rows.items():
        if size == "free":
            assert row["alternatives"] is None
            continue
        analysis = Cropper().analyze(pictures / name)
        assert row["alternatives"] == analysis.alternatives("1:2", 3).to_dict()["crops"]
        best, *others = row["alternatives"]
        assert best["box"] == row["box"]
        assert all(set(crop["score"]) == {"saliency", "whole", "cut", "top"} for crop in (best, *others))
        several += len(others)
    assert several >= 2


def test_another_size_from_a_manifest_has_alternatives_without_a_look(pictures: Path, tmp_path: Path) -> None:
    first, stored, written = tmp_path / "m.parquet", tmp_path / "n.parquet", tmp_path / "out" / "manifest.parquet"
    run(pictures, "1:1", plan_only=True, manifest=first, workers=1)
    assert {row["alternatives"] for row in rows_of(first).values()} == {None}
    by_command = command("--from", first, "-s", "1:2", "--alternatives", "2", "--manifest", stored)
    assert by_command.returncode == 0, by_command.stderr
    looked = run((), "1:2", tmp_path / "out", from_manifest=first, alternatives=2, workers=1)
    assert (looked.done, looked.analysed) == (3, 0)
    for key, row in rows_of(stored).items():
        assert 1 <= len(row["alternatives"]) <= 2
        assert row["alternatives"][0]["box"] == row["box"]
        assert row["alternatives"] == rows_of(written)[key]["alternatives"]


def test_a_run_that_goes_on_with_alternatives_does_again_what_has_none(pictures: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "m.jsonl"
    for count, done in ((1, 3), (1, 0), (2, 3), (2, 0)):
        summary = run(
            pictures, "1:2", plan_only=True, manifest=manifest, alternatives=count, resume=manifest.exists(), workers=1
        )
        assert summary.done == done, count
    assert all(row["alternatives"] for row in read_manifest(manifest))
    with pytest.raises(InvalidRequest, match="alternatives are at least 1, the crop itself, not 0"):
        run(pictures, "1:2", plan_only=True, manifest=manifest, alternatives=0)


def test_equal_pictures_of_which_other_sizes_are_left_have_all_their_rows(pictures: Path) -> None:
    worker = Worker(Job(("1:1", "1:2")))
    path = pictures / "coffee.jpg"
    stamp = str(path.stat().st_mtime_ns)
    for number, size in enumerate(("1:1", "1:2")):
        task = Task(number, str(path), path.name, path.stat().st_size, stamp, (size,), group=7)
        (row,) = worker(task).rows
        assert (row["error"], row["size"]) == (None, size)
