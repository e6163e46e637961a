"""A new size by the analyses that an earlier manifest keeps."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Literal

import pytest

from batch.albums import read_manifest
from focalbox import Cropper, InvalidRequest
from focalbox.batch import run
from focalbox.batch.compact import MAX_TEXT, unpack
from focalbox.batch.row import SCHEMA


def test_a_new_size_is_planned_without_the_pictures_and_a_collision_is_a_row(album: Path, tmp_path: Path) -> None:
    shutil.copytree(album, tmp_path / "in")
    (tmp_path / "in" / "summer" / "broken.jpg").unlink()
    first = tmp_path / "first.jsonl"
    run(tmp_path / "in", "1:1", plan_only=True, manifest=first, workers=1)
    run(tmp_path / "in", "4:5", plan_only=True, manifest=tmp_path / "looked.jsonl", workers=1)
    assert {0 < len(row["analysis"]) <= MAX_TEXT for row in read_manifest(first)} == {True}
    shutil.rmtree(tmp_path / "in")
    summary = run((), "4:5", from_manifest=first, workers=1)
    assert (summary.done, summary.failed, summary.analysed) == (6, 0, 0)
    assert summary.manifest == str(tmp_path / "first-4-5.jsonl")
    stored, looked = read_manifest(tmp_path / "first-4-5.jsonl"), read_manifest(tmp_path / "looked.jsonl")
    assert [row["source"] for row in stored] == [row["source"] for row in looked]
    assert all(abs(one["kept"] - other["kept"]) < 0.02 for one, other in zip(stored, looked, strict=True))
    shutil.copytree(album, tmp_path / "in")
    flat = run(
        [tmp_path / "in" / "coffee.jpg", tmp_path / "in"], "40x40", f"{tmp_path}/o/{{size}}{{ext}}", workers=1, limit=1
    )
    assert flat.failed > 0
    rows = read_manifest(tmp_path / "o" / "manifest.parquet")
    assert "holds a result of" in next(row["message"] for row in rows if row["error"] == "OutputError")


@pytest.fixture
def looked(album: Path, tmp_path: Path) -> Path:
    """Return a manifest with stored analyses of three pictures, which are in the folder `in` beside it."""
    (tmp_path / "in").mkdir()
    for name in ("astronaut", "coffee", "rocket"):
        shutil.copy(album / f"{name}.jpg", tmp_path / "in")
    run(tmp_path / "in", "1:1", plan_only=True, manifest=tmp_path / "looked.jsonl", workers=1)
    return tmp_path / "looked.jsonl"


def test_a_replaced_picture_is_looked_at_and_one_that_is_gone_is_a_row(looked: Path, tmp_path: Path) -> None:
    shutil.copy(tmp_path / "in" / "rocket.jpg", tmp_path / "in" / "coffee.jpg")
    (tmp_path / "in" / "astronaut.jpg").unlink()
    summary = run((), "80x40", f"{tmp_path}/o/{{stem}}-{{width}}{{ext}}", from_manifest=looked, workers=1)
    assert (summary.done, summary.failed) == (3, 1)
    rows = {row["source"]["name"]: row for row in read_manifest(tmp_path / "o" / "manifest.parquet")}
    assert "there is no file" in rows["astronaut.jpg"]["message"]
    # What a manifest keeps of a map is coarser: the same picture by its manifest may get a slightly other window.
    crop = Cropper().analyze(tmp_path / "in" / "coffee.jpg").plan((80, 40))
    assert rows["coffee.jpg"]["box"] == asdict(crop.box)
    assert rows["coffee.jpg"]["content"] == rows["rocket.jpg"]["content"]
    assert sorted(path.name for path in (tmp_path / "o").glob("*.jpg")) == ["coffee-80.jpg", "rocket-80.jpg"]


def test_a_manifest_of_an_older_version_is_read_and_one_of_a_later_is_refused(looked: Path, tmp_path: Path) -> None:
    rows = read_manifest(looked)

    def rewritten(name: str, version: int, *lacking: str) -> Path:
        path = tmp_path / name
        kept = ({key: value for key, value in row.items() if key not in lacking} for row in rows)
        path.write_text("".join(json.dumps({**row, "schema": version}) + "\n" for row in kept))
        return path

    for version, lacking, analysed in ((1, ("analysis", "alternatives"), 3), (2, ("alternatives",), 0)):
        old = rewritten(f"{version}.jsonl", version, *lacking)
        new = tmp_path / f"new{version}.jsonl"
        summary = run((), "4:5", from_manifest=old, manifest=new, workers=1)
        assert (summary.done, summary.failed, summary.analysed) == (3, 0, analysed)
        assert {(row["schema"], row["alternatives"]) for row in read_manifest(new)} == {(SCHEMA, None)}
        resumed = run(tmp_path / "in", ["1:1", "4:5"], plan_only=True, manifest=old, resume=True, workers=1)
        assert (resumed.done, resumed.failed) == (3, 0)
        assert {row["schema"] for row in read_manifest(old)} == {SCHEMA}
    with pytest.raises(InvalidRequest, match="version"):
        run((), "4:5", from_manifest=rewritten("late.jsonl", 99), manifest=tmp_path / "no.jsonl", workers=1)


def test_the_free_form_crop_and_alternatives_need_no_picture(looked: Path, tmp_path: Path) -> None:
    run(tmp_path / "in", "free", plan_only=True, manifest=tmp_path / "seen.jsonl", workers=1)
    shutil.rmtree(tmp_path / "in")
    summary = run((), ["free", "1:2"], from_manifest=looked, manifest=tmp_path / "free.jsonl", workers=1)
    assert (summary.done, summary.failed, summary.analysed) == (3, 0, 0)
    rows = read_manifest(tmp_path / "free.jsonl")
    found = {row["source"]["name"]: row["box"] for row in rows if row["size"] == "free"}
    for row in read_manifest(tmp_path / "seen.jsonl"):
        near = [
            abs(row["box"][side] - found[row["source"]["name"]][side]) for side in ("left", "top", "width", "height")
        ]
        assert max(near) <= max(row["source"]["width"], row["source"]["height"]) / 16
    for text in {row["analysis"] for row in rows if row["analysis"]}:
        best, *others = unpack(text).alternatives("1:2", 3)
        assert best.box == unpack(text).plan("1:2").box
        assert best.box not in [other.box for other in others]


def test_a_sample_is_cropped_and_logged(looked: Path, tmp_path: Path) -> None:
    log = tmp_path / "run.log"
    summary = run(tmp_path / "in", "40x40", tmp_path / "o", sample=2, log=log, workers=1)
    assert (summary.listed, summary.done) == (3, 2)
    assert len(list((tmp_path / "o").rglob("*.jpg"))) == 2
    assert "2" in log.read_text().splitlines()[-1]
    assert looked.exists()


def test_a_name_that_is_no_utf_8_is_cropped(album: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    name = os.fsencode(tmp_path / "in") + b"/caf\xe9.jpg"
    with open(name, "wb") as file:  # noqa: PTH123 - a name of bytes, which `Path` has not
        file.write((album / "coffee.jpg").read_bytes())
    summary = run(tmp_path / "in", "40x40", tmp_path / "o", workers=1)
    assert (summary.done, summary.failed) == (1, 0)
    assert [os.fsencode(path.name) for path in (tmp_path / "o").glob("*.jpg")] == [b"caf%E9-40x40.jpg"]


@pytest.mark.parametrize("made_with", [None, "top-left"])
def test_a_border_that_was_or_was_not_trimmed_is_looked_at_again(
    looked: Path, tmp_path: Path, made_with: Literal["top-left"] | None
) -> None:
    first, both = tmp_path / "first.jsonl", ("top-left", None)
    run(tmp_path / "in", "1:1", plan_only=True, manifest=first, workers=1, trim=made_with)
    for wanted in both:
        then = tmp_path / f"{wanted}.jsonl"
        summary = run((), "4:5", from_manifest=first, manifest=then, workers=1, trim=wanted)
        assert (summary.done, summary.failed, summary.analysed) == (3, 0, 0 if wanted == made_with else 3)


def test_a_stored_analysis_that_cannot_be_read_is_made_again(looked: Path, tmp_path: Path) -> None:
    for number, text in enumerate(("1:AAAA", "9:AAAA", "1:", "x")):
        path, rows = tmp_path / f"{number}.jsonl", read_manifest(looked)
        path.write_text("".join(json.dumps({**row, "analysis": text}) + "\n" for row in rows))
        summary = run((), "4:5", from_manifest=path, workers=1)
        assert (summary.done, summary.failed, summary.analysed) == (3, 0, 3)


def test_a_folder_is_no_manifest(looked: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match=rf"ends with .parquet or .jsonl, not '{tmp_path}/in'"):
        run((), "4:5", from_manifest=tmp_path / "in")
