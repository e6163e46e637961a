"""A new size by the analyses that an earlier manifest keeps."""

from __future__ import annotations

import shutil
from pathlib import Path

from albums import read_manifest
from focalbox.batch import run
from focalbox.batch.compact import MAX_TEXT


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
