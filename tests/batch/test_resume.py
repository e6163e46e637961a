"""Runs that are interrupted or repeated: what is proved done is not done again, and nothing is lost."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from batch.albums import arguments_of, command, contents, lasting, read_manifest
from focalbox import InvalidRequest
from focalbox.batch import Summary, run
from focalbox.batch.records.files import read_rows
from focalbox.batch.records.manifest import Manifest
from focalbox.batch.row import SCHEMA

KILLS = 5
PICTURES = 400
QUICK = "frequency-tuned"
"""The model that looks quickest, where it is not what is tested and pictures are many."""


def proved(manifest: Path) -> dict[str, int]:
    """Return the outputs that the parts of a killed run prove done, with what tells a file from its successor."""
    found = {}
    for part in sorted(Path(f"{manifest}.parts").glob("part-*")):
        for row in read_rows(part.read_bytes(), part.name):
            if row["output"]:
                found[row["output"]] = Path(row["output"]).stat().st_ino
    return found


def wait_for(process: subprocess.Popen[bytes], folder: Path, results: int) -> None:
    """Wait until a run has made so many results, or has ended."""
    for _ in range(3000):
        # `os.walk`, which passes over a folder that the run takes away meanwhile; `rglob` fails on it.
        if sum(name.endswith(".jpg") for _, _, names in os.walk(folder) for name in names) >= results:
            break
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.01)
            break


def kill_after(process: subprocess.Popen[bytes], folder: Path, results: int) -> None:
    """Kill a run, the parent alone, as soon as so many results are there."""
    wait_for(process, folder, results)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


@pytest.fixture
def control_c_heard() -> Iterator[None]:
    """Undo what a shell does to the jobs that it starts in the background: they, and what they start, ignore SIGINT."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("control_c_heard")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_says_how_to_go_on_and_loses_nothing(
    make_small: Callable[[Path, int], None], tmp_path: Path, number: signal.Signals, code: int
) -> None:
    make_small(tmp_path / "in", PICTURES)
    call = arguments_of(tmp_path / "in", "-s", "48x48", "--out", tmp_path / "o", "--workers", "2", "--model", QUICK)
    process = subprocess.Popen(call, stderr=subprocess.PIPE, start_new_session=True)
    wait_for(process, tmp_path / "o", 20)
    os.killpg(process.pid, number)  # as a terminal does: the workers hear it too
    while process.poll() is None:  # somebody is impatient
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.01)
    _, said = process.communicate(timeout=60)
    assert process.returncode == code
    assert b"Traceback" not in said
    assert b"--resume" in said
    kept = proved(tmp_path / "o" / "manifest.parquet")
    assert kept
    summary = run(tmp_path / "in", "48x48", tmp_path / "o", resume=True, workers=2, model=QUICK)
    assert (summary.skipped, summary.skipped + summary.done) == (len(kept), PICTURES)


@pytest.mark.parametrize("ending", ["parquet", "jsonl"])
def test_killed_at_five_random_moments_and_resumed_equals_undisturbed(
    make_small: Callable[[Path, int], None], tmp_path: Path, ending: str
) -> None:
    make_small(tmp_path / "in", PICTURES)
    calm = tmp_path / f"calm.{ending}"
    run(tmp_path / "in", ["48x48", "2:1"], tmp_path / "calm", manifest=calm, workers=2, model=QUICK)
    manifest = tmp_path / f"torn.{ending}"
    call = arguments_of(
        tmp_path / "in",
        "-s",
        "48x48",
        "-s",
        "2:1",
        "--out",
        tmp_path / "torn",
        "--manifest",
        manifest,
        "--workers",
        "2",
        "--model",
        QUICK,
    )
    moments = sorted(np.random.default_rng(len(ending)).choice(np.arange(1, 2 * PICTURES - 100), KILLS, replace=False))
    before: dict[str, int] = {}
    for moment in moments:
        process = subprocess.Popen([*call, "--resume"], stderr=subprocess.DEVNULL)
        kill_after(process, tmp_path / "torn", moment)
        before |= proved(manifest)
    ended = subprocess.run([*call, "--resume"], capture_output=True, text=True, check=True, timeout=120)
    roots = {tmp_path / "calm": "OUT", tmp_path / "torn": "OUT"}
    assert lasting(read_manifest(manifest), roots) == lasting(read_manifest(calm), roots), ended.stderr
    assert contents(tmp_path / "torn") == contents(tmp_path / "calm")
    assert before
    assert {output: Path(output).stat().st_ino for output in before} == before
    assert not Path(f"{manifest}.parts").exists()


@pytest.fixture
def finished(album: Path, tmp_path: Path) -> Path:
    """A finished batch of a copy of the album in ``in``, with results in ``out``."""
    shutil.copytree(album, tmp_path / "in")
    (tmp_path / "in" / "summer" / "broken.jpg").unlink()
    run(tmp_path / "in", ["60x40"], tmp_path / "out", manifest=tmp_path / "m.parquet", workers=1)
    return tmp_path


def again(folder: Path, sizes: tuple[str, ...] = ("60x40",), **options: Any) -> Summary:
    return run(
        folder / "in", list(sizes), folder / "out", manifest=folder / "m.parquet", resume=True, workers=1, **options
    )


def test_what_is_proved_done_is_not_done_again(finished: Path) -> None:
    before = (finished / "m.parquet").stat().st_mtime_ns
    summary = again(finished)
    assert (summary.done, summary.skipped) == (0, 6)
    assert (finished / "m.parquet").stat().st_mtime_ns == before


def test_what_a_killed_run_left_half_written_is_removed(finished: Path) -> None:
    for folder in ("m.parquet.parts/.focalbox", "out/.focalbox"):
        (finished / folder).mkdir(parents=True)
        (finished / folder / "0123456789abcdef").write_bytes(b"half of it")
    again(finished)
    assert not (finished / "m.parquet.parts").exists()
    assert not (finished / "out" / ".focalbox").exists()


def test_a_changed_source_is_done_again(finished: Path) -> None:
    shutil.copy(finished / "in" / "chelsea.jpg", finished / "in" / "coffee.jpg")
    os.utime(finished / "in" / "coffee.jpg", ns=(1, 1))
    summary = again(finished)
    assert (summary.done, summary.skipped) == (1, 5)
    made = contents(finished / "out")
    assert made["coffee-60x40.jpg"] == made["chelsea-60x40.jpg"]


def test_a_result_that_is_gone_or_of_another_length_is_done_again(finished: Path) -> None:
    whole = contents(finished / "out")
    (finished / "out" / "coffee-60x40.jpg").unlink()
    (finished / "out" / "rocket-60x40.jpg").write_bytes(b"cut")
    assert again(finished).done == 2
    assert contents(finished / "out") == whole


def test_other_options_do_all_again_and_another_size_only_itself(finished: Path) -> None:
    assert again(finished, ("60x40", "1:1")).done == 6
    assert len(read_manifest(finished / "m.parquet")) == 12
    assert again(finished, ("60x40", "1:1"), quality=30).done == 6


def test_new_pictures_are_added_and_old_rows_stay(finished: Path) -> None:
    shutil.copy(finished / "in" / "coffee.jpg", finished / "in" / "new.jpg")
    (finished / "in" / "rocket.jpg").unlink()
    summary = again(finished)
    assert (summary.listed, summary.done, summary.skipped) == (6, 1, 5)
    assert {row["source"]["name"] for row in read_manifest(finished / "m.parquet")} >= {"new.jpg", "rocket.jpg"}


def test_a_manifest_of_another_version_is_refused(album: Path, tmp_path: Path) -> None:
    run(album / "coffee.jpg", "1:1", tmp_path / "o", manifest=tmp_path / "m.jsonl", workers=1)
    text = (tmp_path / "m.jsonl").read_text().replace(f'"schema": {SCHEMA}', '"schema": 7')
    (tmp_path / "m.jsonl").write_text(text)
    ended = command(
        album / "coffee.jpg", "-s", "1:1", "--out", tmp_path / "o", "--manifest", tmp_path / "m.jsonl", "--resume"
    )
    assert ended.returncode == 2
    assert "has rows of version 7, and this focalbox reads versions 1 to 3" in ended.stderr
    assert (tmp_path / "m.jsonl").read_text() == text


@pytest.mark.parametrize("name", ["m.jsonl", "m.parquet"])
def test_a_damaged_manifest_is_refused(album: Path, tmp_path: Path, name: str) -> None:
    run(album / "coffee.jpg", "1:1", tmp_path / "o", manifest=tmp_path / name, workers=1)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InvalidRequest, match="is damaged"):
        run(album / "coffee.jpg", "1:1", tmp_path / "o", manifest=tmp_path / name, resume=True, workers=1)


def test_a_damaged_part_is_named_and_its_pictures_are_done_again(finished: Path) -> None:
    parts = finished / "m.parquet.parts"
    parts.mkdir()
    whole = (finished / "m.parquet").read_bytes()
    (finished / "m.parquet").unlink()
    (parts / "part-000001-0.parquet").write_bytes(whole[: len(whole) // 2])
    begun = "".join(f'"{path}"\n' for path in sorted((finished / "in").rglob("*.*g")))
    (parts / "begun-000001-0.jsonl").write_text(begun)
    told = io.StringIO()
    summary = again(finished, progress=told)
    assert "part-000001-0.parquet is damaged" in told.getvalue()
    assert "its pictures are done again" in told.getvalue()
    assert (summary.done, summary.failed) == (6, 0)


def test_two_runs_do_not_write_one_manifest(album: Path, tmp_path: Path) -> None:
    other = Manifest(str(tmp_path / "m.jsonl"))
    other.lock()
    with pytest.raises(InvalidRequest, match="another run is writing the manifest"):
        run(album, "1:1", tmp_path / "o", manifest=tmp_path / "m.jsonl")
    other.close()
    assert contents(tmp_path) == {}
