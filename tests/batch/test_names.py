"""Names that are no UTF-8, and names that differ in case alone: what batches make of them, and say of them."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

import focalbox
from batch.albums import command, read_manifest
from focalbox.batch import run
from focalbox.storage.base import local_path
from focalbox.storage.local import folds_case

ANY_BYTES = pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")

MODEL = Path(focalbox.__file__).parent / "saliency" / "weights" / "focalbox-mit.onnx"


def named(folder: Path, name: bytes) -> Path:
    """Return a path of any bytes."""
    return Path(os.fsdecode(os.fsencode(folder) + b"/" + name))


@pytest.fixture
def workplace(tmp_path: Path, album: Path) -> Path:
    """Return a folder whose name is no UTF-8, with such a picture, one that is no picture and a model in it."""
    folder = named(tmp_path, b"work\xe9")
    (folder / "in").mkdir(parents=True)
    named(folder / "in", b"caf\xe9.jpg").write_bytes((album / "coffee.jpg").read_bytes())
    named(folder / "in", b"no\npicture\x1b[31m\xff.jpg").write_bytes(b"nothing")
    named(folder, b"m\xe9.onnx").symlink_to(MODEL)
    return folder


@ANY_BYTES
@pytest.mark.parametrize("ending", [".jsonl", ".parquet"])
def test_a_batch_works_where_names_are_no_utf_8(workplace: Path, ending: str) -> None:
    template = os.fsdecode(b"out\xe8/{stem}-{size}-\xff{ext}")
    call = ["in", "-s", "40x40", "-o", template, "--manifest", os.fsdecode(b"m\xe9") + ending, "--workers", "1"]
    call += ["--model", os.fsdecode(b"m\xe9.onnx"), "--report", os.fsdecode(b"r\xe9.html"), "--log", "run.log"]
    first = command(*call, cwd=workplace)
    assert (first.returncode, first.stderr.count("\n")) == (1, 2), first.stderr
    assert first.stderr.replace("\n", "").isprintable()
    cafe, broken = read_manifest(named(workplace, b"m\xe9" + ending.encode()))
    assert broken["error"] == "DecodeError"
    assert cafe["source"]["name"] == "caf%E9.jpg"
    assert Path(local_path(cafe["source"]["address"])).is_file()
    assert Path(local_path(cafe["output"])) == named(workplace, b"out\xe8/caf%E9-40x40-%FF.jpg")
    assert Path(local_path(cafe["output"])).is_file()
    json.dumps([broken, cafe], ensure_ascii=False).encode()
    for written in (named(workplace, b"r\xe9.html"), workplace / "run.log"):
        assert "\\ud" not in written.read_text("utf-8")
    assert all(line.startswith("20") for line in (workplace / "run.log").read_text().splitlines())
    again = command(*call, "--resume", cwd=workplace)
    assert "1 was done before" in again.stderr


def test_where_case_does_not_count_no_result_replaces_another(tmp_path: Path, album: Path) -> None:
    for folder, name in (("one", "rocket.jpg"), ("two", "ROCKET.JPG")):
        (tmp_path / "in" / folder).mkdir(parents=True)
        (tmp_path / "in" / folder / name).write_bytes((album / "rocket.jpg").read_bytes())
    (tmp_path / "crops").mkdir()
    if not folds_case(str(tmp_path / "crops")):
        (tmp_path / "CROPS").symlink_to(tmp_path / "crops")  # now the folder is there by its name in capitals too
    summary = run(
        tmp_path / "in", "40x40", tmp_path / "crops" / "{stem}{ext}", manifest=tmp_path / "m.jsonl", workers=1
    )
    assert (summary.done, summary.failed) == (2, 1)
    first, second = read_manifest(tmp_path / "m.jsonl")
    assert (first["error"], second["error"]) == (None, "OutputError")
    assert second["message"].startswith("rocket.jpg holds a result of ")
    again = run(
        tmp_path / "in",
        "40x40",
        tmp_path / "crops" / "{stem}{ext}",
        manifest=tmp_path / "m.jsonl",
        workers=1,
        resume=True,
    )
    assert (again.skipped, again.failed) == (1, 1)
