"""The Ray engine on one shared cluster of two nodes of this machine; the last test kills one of them."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import ray
from ray.cluster_utils import Cluster

from batch.albums import command, contents, lasting, read_manifest
from focalbox import InvalidRequest
from focalbox.batch import run
from focalbox.batch.job import Job, Task
from focalbox.batch.workers.ray_engine import connect, crop_on_cluster

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:ray[.].*")  # Ray sets names that it has deprecated

_STORE = 80 * 2**20
"""Bytes of a node's object store: rows need little."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    cluster = Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": 1, "object_store_memory": _STORE, "include_dashboard": False},
    )
    try:
        cluster.add_node(num_cpus=1, object_store_memory=_STORE)
        connect(cluster.address)
        yield cluster
    finally:
        ray.shutdown()
        cluster.shutdown()  # type: ignore[no-untyped-call]


def test_a_cluster_gives_the_same_manifest_and_results_as_this_machine(
    cluster: Cluster, album: Path, tmp_path: Path
) -> None:
    sizes = ["64x64", "2:1"]
    here = run(album, sizes, tmp_path / "here", manifest=tmp_path / "here.parquet", workers=1)
    there = run(
        album,
        sizes,
        tmp_path / "there",
        manifest=tmp_path / "there.jsonl",
        engine="ray",
        address=cluster.address,
        workers=2,
    )
    assert (there.done, there.failed, there.analysed) == (here.done, here.failed, here.analysed)
    roots = {tmp_path / "here": "OUT", tmp_path / "there": "OUT"}
    assert lasting(read_manifest(tmp_path / "there.jsonl"), roots) == lasting(
        read_manifest(tmp_path / "here.parquet"), roots
    )
    assert contents(tmp_path / "there") == contents(tmp_path / "here")


def test_connecting_leaves_what_sigterm_does(cluster: Cluster) -> None:
    def end(*_: object) -> None:
        raise KeyboardInterrupt

    ray.shutdown()
    before = signal.signal(signal.SIGTERM, end)
    try:
        connect(cluster.address)
        assert signal.getsignal(signal.SIGTERM) is end
    finally:
        signal.signal(signal.SIGTERM, before)


def test_what_one_engine_has_done_the_other_does_not_do_again(cluster: Cluster, album: Path, tmp_path: Path) -> None:
    run(album, "64x64", tmp_path / "o", engine="ray", address=cluster.address, limit=4)
    rest = run(album, "64x64", tmp_path / "o", resume=True, workers=1)
    assert (rest.skipped, rest.done) == (4, 3)


def test_a_node_that_dies_in_mid_run_loses_nothing(
    cluster: Cluster, make_small: Callable[[Path, int], None], tmp_path: Path
) -> None:
    make_small(tmp_path / "in", 400)
    job = Job(("48x48",), str(tmp_path / "o"))
    paths = sorted((tmp_path / "in").rglob("*.jpg"))
    tasks = [
        Task(number, str(path), path.name, path.stat().st_size, "", ("48x48",), group=number)
        for number, path in enumerate(paths)
    ]
    (second,) = cluster.worker_nodes
    numbers = []
    for done in crop_on_cluster(job, tasks, 2):
        numbers.append(done.number)
        assert done.rows[0]["error"] is None
        if len(numbers) == 100:
            assert len(ray.nodes()) == 2  # type: ignore[no-untyped-call]
            cluster.remove_node(second, allow_graceful=False)
    assert second not in cluster.worker_nodes  # killed; when the cluster itself notices depends on its heartbeat
    assert sorted(numbers) == list(range(400))
    assert len(contents(tmp_path / "o")) == 400


@pytest.mark.parametrize(
    ("address", "sentence"),
    [("127.0.0.1:9", "cannot be reached: Connection refused"), ("somewhere", "is host:port")],
)
def test_a_cluster_that_cannot_be_reached_is_a_wrong_call(
    album: Path, tmp_path: Path, address: str, sentence: str
) -> None:
    ended = command(album, "-s", "1:1", "--out", tmp_path / "o", "--engine", "ray", "--address", address)
    assert ended.returncode == 2
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "o").exists()


def test_an_unknown_engine_is_a_wrong_call(album: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="an engine is one of local, ray"):
        run(album, "1:1", tmp_path / "o", engine="spark")  # type: ignore[arg-type]
