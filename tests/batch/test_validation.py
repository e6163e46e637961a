"""Checks of a call before any work starts: all mistakes at once, each a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from focalbox.batch.job import TEMPLATE, Job
from focalbox.batch.runner import run
from focalbox.batch.validation import absolute_address, as_size_list, check_call, manifest_address, split_output
from focalbox.core.target import Size
from focalbox.errors import InvalidRequest

RIGHT: dict[str, Any] = {
    "from_manifest": None,
    "plan_only": False,
    "workers": None,
    "limit": None,
    "sample": None,
    "engine": "local",
    "address": None,
}


def check(sources: list[str], out: str | None = "/crops", *, job: dict[str, Any] | None = None, **changes: Any) -> None:
    check_call(sources, Job(("1:1",), out, **(job or {})), **{**RIGHT, **changes})


def test_a_call_that_makes_sense_passes() -> None:
    check(["/in"])
    check([], from_manifest="/crops/manifest.parquet")
    check(["/in"], None, plan_only=True)
    check(["/in"], "s3://bucket/crops", job={"cache_control": "public", "storage_class": "STANDARD_IA"})
    check(["/in"], engine="ray", address="head:6379", workers=1, limit=1, sample=1)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"sources": []}, r"a batch needs at least one source, or a manifest \(--from\)"),
        ({"sources": ["/in", " "]}, "an empty one is none of them"),
        ({"sources": ["", "/in"], "out": str(Path.cwd())}, "^a source is a folder[^;]*$"),
        ({"sources": ["memory://in"]}, "memory:// is seen by one process alone"),
        ({"out": "memory://crops"}, "memory:// is seen by one process alone"),
        ({"out": "simplecache::memory://crops"}, "memory:// is seen by one process alone"),
        ({"from_manifest": "/m.jsonl"}, "from sources or from a manifest, not both"),
        ({"out": None}, r"a place for its results \(--output\), or only plans \(--plan-only\)"),
        ({"workers": 0}, "at least one worker, not 0"),
        ({"limit": 0}, "a limit is at least one picture, not 0"),
        ({"sample": -1}, "a sample is at least one picture, not -1"),
        ({"engine": "spark"}, "an engine is one of local, ray, not spark"),
        ({"address": "head:6379"}, "an address belongs to the engine ray"),
        ({"job": {"cache_control": "public"}}, "cache control is told to objects at s3:// and gs:// only"),
        ({"job": {"storage_class": "X"}, "out": "gs://b/c"}, "a storage class is told to objects at s3:// only"),
        ({"out": "/in/crops"}, "/in/crops lies in /in: the next run would crop the crops"),
        ({"out": "/in/crops", "sources": ["/in/**/*.jpg"]}, "lies in /in/"),
    ],
)
def test_a_mistake_is_named(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        check(**{"sources": ["/in"], **changes})


def test_all_mistakes_are_named_at_once() -> None:
    with pytest.raises(InvalidRequest) as caught:
        check([], None, workers=0, limit=0)
    assert str(caught.value).count("; ") == 3


@pytest.mark.parametrize(
    ("sizes", "listed"),
    [
        (None, [None]),
        ("1:1", ["1:1"]),
        (Size(3, 4), [Size(3, 4)]),
        ((500, 200), [(500, 200)]),
        ([500, 200], [(500, 200)]),
        (["1:1", (5, 4)], ["1:1", (5, 4)]),
        ([], []),
    ],
)
def test_one_size_is_a_list_of_one(sizes: Any, listed: list[Any]) -> None:
    assert as_size_list(sizes) == listed


def test_addresses_mean_the_same_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert absolute_address("in/../cats") == str(tmp_path / "cats")
    assert absolute_address("@list.txt") == f"@{tmp_path / 'list.txt'}"
    assert absolute_address("@file:///cats/a%20list.txt") == "@/cats/a list.txt"
    assert [absolute_address(same) for same in ("-", "s3://b/k", "/cats")] == ["-", "s3://b/k", "/cats"]


@pytest.mark.parametrize(
    ("out", "parts"),
    [
        ("crops", ("crops", TEMPLATE)),
        (Path("crops"), ("crops", TEMPLATE)),
        ("crops/{stem}{ext}", ("crops", "{stem}{ext}")),
        ("crops/a-{stem}/x{ext}", ("crops", "a-{stem}/x{ext}")),
        ("/{stem}{ext}", ("/", "{stem}{ext}")),
        ("{stem}{ext}", (".", "{stem}{ext}")),
        ("file:///my%20crops/a%20{stem}{ext}", ("/my crops", "a {stem}{ext}")),
        ("s3://b/{folder}/{stem}{ext}", ("s3://b", "{folder}/{stem}{ext}")),
    ],
)
def test_a_template_begins_at_the_first_part_with_a_field(out: str | Path, parts: tuple[str, str]) -> None:
    assert split_output(out) == parts


def test_the_manifest_lies_with_the_results_or_beside_the_earlier_one() -> None:
    job = Job(("4:5", "500x200"))
    assert manifest_address("/m.jsonl", "/crops", None, job) == "/m.jsonl"
    assert manifest_address(None, "/crops", None, job) == "/crops/manifest.parquet"
    assert manifest_address(None, None, "/old/m.parquet", job) == "/old/m-4-5-500x200.parquet"
    assert manifest_address(None, None, None, job) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"sizes": 5},
        {"sizes": [True, False]},
        {"sources": 5},
        {"sources": b"in"},
        {"sources": [None]},
        {"sources": "a\0b"},
        {"out": 5},
        {"out": "a\0b"},
        {"manifest": 5},
        {"report": 5},
        {"log": 5},
        {"quality": True},
        {"quality": 80.5},
        {"alternatives": "3"},
        {"alternatives": 2.5},
        {"limit": "3"},
        {"limit": True},
        {"workers": "2"},
        {"sample": 1.5},
        {"model": 5},
        {"yunet": 5},
        {"format": 5},
        {"limits": 5},
    ],
)
def test_a_value_of_another_kind_is_refused_in_a_sentence(wrong: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jpg").touch()
    call = {"sources": tmp_path / "in", "sizes": ["1:1"], "out": tmp_path / "out", **wrong}
    with pytest.raises(InvalidRequest, match=r"^[^\n]+$"):
        run(**call)


def test_a_size_may_be_of_numbers_of_numpy() -> None:
    assert as_size_list(np.array([500, 200])) == [(500, 200)]
