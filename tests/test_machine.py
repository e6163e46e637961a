"""A container's share of the machine counts, as Linux writes it down; a machine without one is used as it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from focalbox.machine import machine_memory, machine_processors

THERE = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, THERE),
        ({"cpu.max": "max 100000\n"}, THERE),
        ({"cpu.max": "50000 100000\n"}, 1),
        ({"cpu.max": "100000 100000\n"}, 1),
        ({"cpu.max": "150000 100000\n"}, min(2, THERE)),
        ({"cpu.max": "99900000 100000\n"}, THERE),
        ({"cpu.max": "what"}, THERE),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, THERE),
        ({"cpu/cpu.cfs_quota_us": "80000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 1),
        ({"cpu/cpu.cfs_quota_us": "80000\n", "cpu/cpu.cfs_period_us": "0\n"}, THERE),
    ],
)
def test_a_share_of_time_is_so_many_processors(files: dict[str, str], expected: int, tmp_path: Path) -> None:
    assert machine_processors(_write(tmp_path, files), tmp_path / "nothing") == expected


@pytest.mark.parametrize("name", ["memory.max", "memory/memory.limit_in_bytes"])
def test_a_containers_memory_is_the_machines(name: str, tmp_path: Path) -> None:
    whole = machine_memory(tmp_path)
    assert 2**27 < whole < 2**50
    assert machine_memory(_write(tmp_path, {name: "134217728\n"})) == 2**27
    assert machine_memory(_write(tmp_path, {name: "max\n"})) == whole
    assert machine_memory(_write(tmp_path, {name: f"{2**63 - 4096}\n"})) == whole


UNIT = "system.slice/focalbox.service"


@pytest.mark.parametrize(
    ("said", "memory", "time"),
    [
        (f"0::/{UNIT}\n", f"{UNIT}/memory.max", f"{UNIT}/cpu.max"),
        (f"0::/{UNIT}/worker\n", f"{UNIT}/memory.max", "system.slice/cpu.max"),
        (
            f"4:memory:/{UNIT}\n3:cpu,cpuacct:/{UNIT}\n1:name=systemd:/\n0::/",
            f"memory/{UNIT}/memory.limit_in_bytes",
            "",
        ),
        ("4:memory:/docker/far away\n0::/../..\n", "memory/memory.limit_in_bytes", "cpu.max"),
        ("what\n", "memory.max", "cpu.max"),
    ],
)
def test_the_limits_of_a_unit_and_of_the_groups_around_it_count(
    said: str, memory: str, time: str, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    own.write_text(said)
    groups = _write(tmp_path / "groups", {memory: "134217728\n"})
    assert machine_memory(groups, own) == 2**27
    older = {f"cpu/{UNIT}/cpu.cfs_{name}_us": "100000\n" for name in ("quota", "period")}
    assert machine_processors(_write(groups, {time: "50000 100000\n"} if time else older), own) == 1
