"""The figures of the batch benchmarks: each replaces its own, and keeps those of the other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.batch.figures import keep
from benchmarks.batch.run import RUNS, Run
from benchmarks.speed.candidates import OURS

COMPARED = {
    "pictures": 200,
    "megapixels": 1297.0,
    "source_bytes": 693_731,
    "speed_up": 1.9,
    "speed_up_pictures": 1000,
    "runs": {run.name: {"cpu_seconds": 5.0, "seconds": 3.0} for run in RUNS},
}
SOAKED = {"pictures": 20_000, "seconds": 190.0, "cpu_seconds": 150.0, "early_mb": 130.0, "most_mb": 140.0}


@pytest.mark.parametrize("order", [("batch", "soak"), ("soak", "batch"), ("soak", "batch", "soak")])
def test_each_benchmark_keeps_the_figures_of_the_other(tmp_path: Path, order: tuple[str, ...]) -> None:
    for benchmark in order:
        keep(COMPARED if benchmark == "batch" else {"soak": SOAKED}, tmp_path)
    assert json.loads((tmp_path / "benchmarks-batch.json").read_text()) == COMPARED | {"soak": SOAKED}
    page = (tmp_path / "scale.md").read_text()
    assert "20,000 pictures in one run: the parent has 130 MB after 1,000 and at most 140 MB later" in page
    assert "| libvips attention, default threads, 2 workers | 5.00 |" in page


def test_what_a_benchmark_measures_anew_replaces_all_that_was_known(tmp_path: Path) -> None:
    keep({"soak": {"note": "carried over by hand"}}, tmp_path)
    keep({"soak": SOAKED}, tmp_path)
    assert json.loads((tmp_path / "benchmarks-batch.json").read_text()) == {"soak": SOAKED}


def test_every_run_has_one_thread_a_worker_but_the_one_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIPS_CONCURRENCY", "7")
    threads = {run.name: run.environment().get("VIPS_CONCURRENCY") for run in RUNS}
    assert threads.pop("libvips attention, default threads, 2 workers") is None
    assert set(threads.values()) == {"1"}
    assert Run(OURS, 2).name in threads
