"""The files in which processes count together: reserved in advance; gauges of an ended process are removed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from focalbox.service.runtime import shared_metrics
from service.servers import SECONDS, Running


def test_a_user_says_where_temporary_files_go(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)
    memory = Path("/dev/shm")  # noqa: S108 - nothing is written there
    assert shared_metrics.place_for() == (memory if os.access(memory, os.W_OK) else None)
    monkeypatch.setenv("TMPDIR", "/somewhere")
    assert shared_metrics.place_for() is None


def test_where_nothing_can_be_written_each_process_counts_by_itself(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "none"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))  # a system without any place for temporary files
    with shared_metrics.common_folder() as folder:
        assert folder is None
    (warning,) = caplog.records
    assert warning.getMessage() == "a process counts by itself: /metrics is not the sum"
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with shared_metrics.common_folder() as folder:
        assert folder is not None
        assert folder.parent == tmp_path
    assert list(tmp_path.iterdir()) == []


def test_what_only_a_living_process_has_goes_with_it(tmp_path: Path) -> None:
    shared_metrics.reserve(tmp_path)
    shared_metrics.forget(tmp_path, os.getpid() + 1)
    assert len(list(tmp_path.iterdir())) == 3
    shared_metrics.forget(tmp_path, os.getpid())
    assert sorted(file.name.rpartition("_")[0] for file in tmp_path.iterdir()) == ["counter", "histogram"]


def test_what_an_ended_process_has_counted_stays_and_takes_no_room(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from focalbox.service.runtime import shared_metrics as shared\n"
        "folder = Path(sys.argv[1]); shared.reserve(folder); os.environ[shared.VARIABLE] = str(folder)\n"
        "from focalbox.service.runtime.metrics import Metrics; metrics = Metrics(folder); ended = os.getpid()\n"
        "for _ in range(7): metrics.requests.labels('native', 'crop', '200').inc(); metrics.seconds.observe(1)\n"
        "if not os.fork(): shared.forget(folder, ended); print(metrics.text().decode()); sys.stdout.flush(); os._exit(0)\n"
        "os.wait()"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    text = subprocess.run(command, check=True, timeout=SECONDS, capture_output=True, text=True).stdout
    assert 'focalbox_requests_total{answer="crop",dialect="native",status="200"} 7.0' in text
    assert "focalbox_request_seconds_count 7.0" in text
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 2**14


def test_all_that_is_counted_fits_into_what_is_reserved(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from focalbox.service.runtime import shared_metrics as shared\n"
        "folder = Path(sys.argv[1]); shared.reserve(folder); os.environ[shared.VARIABLE] = str(folder)\n"
        "sizes = lambda: {file.name: file.stat().st_size for file in folder.iterdir()}\n"
        "before = sizes()\n"
        "from focalbox.service.runtime.metrics import Metrics; metrics = Metrics(folder)\n"
        "for n in range(600): metrics.requests.labels(f'filestack{n}', 'thumbor-meta', '500').inc()\n"
        "for n in range(20): metrics.stage(f'prepare{n}').__enter__(); metrics.watch(f'focalbox_{n}', 'x', lambda: 1.0)\n"
        "for n in range(20): metrics._stages.labels(f'prepare{n}').observe(1)\n"
        "assert b'filestack599' in metrics.text()\n"
        "assert sizes() == before, (sizes(), before)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, timeout=SECONDS)


def _fill(disk: Path, left: int = 0) -> None:
    with (disk / "rest").open("wb", buffering=0) as rest:
        with suppress(OSError):
            while True:
                rest.write(bytes(4096))
        rest.truncate(rest.tell() - left)


@pytest.mark.slow
@pytest.mark.parametrize("full_at_start", [False, True])
def test_a_full_disk_of_temporary_files_ends_no_process(
    running: Callable[..., Running],
    pictures: Path,
    small_disk: Path,
    tmp_path: Path,
    full_at_start: bool,  # noqa: FBT001 - a case
) -> None:
    if full_at_start:
        _fill(small_disk, 2**16)  # where nothing fits at all, Python itself looks for another place
    service = running("--allow-unsigned", "--root", str(pictures), "--workers", "2", TMPDIR=str(small_disk))
    _fill(small_disk)
    for _ in range(4):
        for path, status in (
            ("/v1/crop/60x40/coffee.jpg", b"200"), ("/unsafe/60x40/coffee.jpg", b"200"), ("/v1/nothing", b"400"),
            ("/resize=w:60/coffee.jpg", b"200"), ("/v1/plan/1:1/coffee.jpg", b"200"), ("/metrics", b"200"),
        ):  # fmt: skip
            assert service.get(path).split(b" ")[1] == status, path
    lines = [json.loads(line) for line in (tmp_path / "log-0").read_text().splitlines()]
    assert not any("worker ended" in line["message"] for line in lines)
    assert any("counts by itself" in line["message"] for line in lines) == full_at_start
    if not full_at_start:
        metrics = service.get("/metrics").decode()
        assert re.search(r'focalbox_requests_total\{[^}]*dialect="thumbor"[^}]*\} 4.0', metrics)


@pytest.mark.slow
def test_where_the_folder_is_cleaned_up_each_process_reports_what_it_has_counted(
    running: Callable[..., Running], tmp_path: Path
) -> None:
    service = running("--allow-unsigned", "--workers", "2")
    (folder,) = tmp_path.glob("focalbox-metrics-*")
    shutil.rmtree(folder)
    for _ in range(6):
        answer = service.get("/metrics")
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b"focalbox_connections 1.0" in answer
    assert service.stop() == 0
    lines = [json.loads(line) for line in (tmp_path / "log-0").read_text().splitlines()]
    assert {line["level"] for line in lines} == {"info", "warning"}
    assert 1 <= sum("not the sum" in line["message"] for line in lines) <= 2, "once in each process"
