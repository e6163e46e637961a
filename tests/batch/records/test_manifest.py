"""The manifest of a run: parts while it goes on, one file at its end, and what an interrupted run leaves."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from focalbox.batch.job import Job, Task
from focalbox.batch.records.ledger import Ledger
from focalbox.batch.records.manifest import Manifest
from focalbox.batch.row import blank_row
from focalbox.errors import InvalidRequest, OutputError

JOB = Job(("1:1",), "/crops")


def task(number: int) -> Task:
    return Task(number, f"/in/{number:05d}.jpg", f"{number:05d}.jpg", 1, "x", ("1:1",))


def row(number: int) -> dict[str, Any]:
    return blank_row(JOB, task(number), "1:1")


def pieces(address: Path) -> list[Path]:
    """Return the files of a run that goes on, but for what is being written."""
    return sorted(piece for piece in Path(f"{address}.parts").iterdir() if not piece.name.startswith("."))


def names(address: Path) -> list[str]:
    return [piece.name.split("-")[0] for piece in pieces(address)]


def loaded(address: Path, said: list[str]) -> list[dict[str, Any]]:
    with Ledger() as ledger:
        Manifest(str(address)).load(ledger, said.append)
        return list(ledger.rows())


def test_rows_are_in_parts_until_the_end_and_in_one_file_after_it(tmp_path: Path) -> None:
    address, said = tmp_path / "m.jsonl", list[str]()
    manifest = Manifest(str(address))
    assert not manifest.exists()
    manifest.add([row(2), row(0)])
    manifest.flush()
    assert (names(address), manifest.is_interrupted(), manifest.complete()) == (["part"], True, False)
    manifest.add([row(1)])
    with Ledger() as ledger:
        manifest.flush()
        manifest.load(ledger, said.append)
        manifest.finish(ledger)
    assert (manifest.is_interrupted(), manifest.complete()) == (False, True)
    assert not Path(f"{address}.parts").exists()
    assert [one["source"]["name"] for one in loaded(address, said)] == ["00000.jpg", "00001.jpg", "00002.jpg"]
    assert said == []


def test_what_is_about_to_be_done_is_written_down_a_thousand_at_a_time(tmp_path: Path) -> None:
    manifest = Manifest(str(tmp_path / "m.jsonl"))
    announced = manifest.announce(task(number) for number in range(1500))
    assert next(announced).number == 0
    assert names(tmp_path / "m.jsonl") == ["begun"]
    assert [one.number for one in announced] == list(range(1, 1500))
    assert names(tmp_path / "m.jsonl") == ["begun", "begun"]


def test_a_part_is_written_when_there_are_rows_enough(tmp_path: Path) -> None:
    manifest = Manifest(str(tmp_path / "m.jsonl"))
    manifest.add(row(number) for number in range(2000))
    assert names(tmp_path / "m.jsonl") == ["part"]


def test_a_damaged_part_is_said_and_left_out(tmp_path: Path) -> None:
    address, said = tmp_path / "m.jsonl", list[str]()
    manifest = Manifest(str(address))
    for number in (1, 2):
        manifest.add([row(number)])
        manifest.flush()
    first, _ = pieces(address)
    first.write_bytes(first.read_bytes()[:-9])
    assert [one["source"]["name"] for one in loaded(address, said)] == ["00002.jpg"]
    (sentence,) = said
    assert sentence.endswith("is damaged: line 1 is not a row; its pictures are done again")


def test_without_a_temporary_folder_the_parts_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = Manifest(str(tmp_path / "m.jsonl"))
    with Ledger() as ledger:
        manifest.add([row(1)])
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
        with pytest.raises(
            OutputError, match=r"put together in the temporary folder: No such file .*; --resume does it"
        ):
            manifest.finish(ledger)
    assert names(tmp_path / "m.jsonl") == ["part"]


class WatchedLedger(Ledger):
    """A ledger that looks, while its rows are written, what lies in the temporary folder."""

    def rows(self, order: str = "address, size", limit: int | None = None) -> Iterator[dict[str, Any]]:
        for row in super().rows(order, limit):
            self.seen = list(Path(tempfile.gettempdir()).iterdir())
            yield row


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux leads to a file without a name")
@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_a_run_that_is_killed_leaves_nothing_in_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    manifest = Manifest(str(tmp_path / f"m.{ending}"))
    with WatchedLedger() as ledger:
        ledger.add_rows([row(1)], fresh=True)
        manifest.finish(ledger)
        assert ledger.seen == []
    assert len(loaded(tmp_path / f"m.{ending}", [])) == 1


def test_two_runs_do_not_write_one_manifest(tmp_path: Path) -> None:
    pytest.importorskip("fcntl", reason="only POSIX locks files")
    first, second = Manifest(str(tmp_path / "m.jsonl")), Manifest(str(tmp_path / "m.jsonl"))
    first.lock()
    with pytest.raises(InvalidRequest, match="another run is writing the manifest"):
        second.lock()
    first.close()
    second.lock()
    second.close()
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_an_error_of_output(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        Manifest(str(tmp_path / "file" / "m.jsonl")).lock()


def test_a_run_that_is_refused_leaves_the_lock_of_another_where_it_is(tmp_path: Path) -> None:
    pytest.importorskip("fcntl", reason="only POSIX locks files")
    first, second, third = (Manifest(str(tmp_path / "m.jsonl")) for _ in range(3))
    first.lock()
    with pytest.raises(InvalidRequest), closing(second):
        second.lock()
    with pytest.raises(InvalidRequest, match="another run is writing the manifest"), closing(third):
        third.lock()
    first.close()
    assert list(tmp_path.iterdir()) == []
