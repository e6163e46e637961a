"""Real photographs for the tests, the freely licensed ones that scikit-image bundles; and which tests are slow."""

from __future__ import annotations

import signal
from collections.abc import Generator, Mapping
from functools import cache
from pathlib import Path

import hypothesis
import numpy as np
import pytest
import skimage.data
from _pytest.doctest import DoctestModule
from PIL import Image

from laws import QUICK_CASES

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # begun by a shell with "&": what tests start would ignore it too
    signal.signal(signal.SIGINT, signal.default_int_handler)

PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "rocket")

SLOW = (
    "batch/test_from_manifest.py",
    "batch/test_names.py",
    "batch/test_remote.py",
    "batch/test_report.py",
    "batch/test_resume.py",
    "batch/test_runner.py",
    "batch/workers",
    "benchmarks/test_quality.py",
    "cli/test_completion.py",
    "corpus/test_combinations.py",
    "corpus/test_four_ways.py",
    "corpus/test_fuzz.py",
    "docs",
    "imaging/decoders/test_avif.py",
    "imaging/test_fuzz.py",
    "imaging/test_look.py",
    "integrations",
    "release",
    "service/dialects/filestack/test_address.py",
    "service/page",
    "service/render/test_analysis_cache.py",
    "service/render/test_answers.py",
    "service/server/test_activation.py",
    "service/server/test_health.py",
    "service/server/test_http11.py",
    "service/server/test_lingering.py",
    "service/server/test_malformed.py",
    "service/server/test_process.py",
    "service/server/test_unix_socket.py",
    "service/server/test_workers.py",
    "service/sources/test_fetched_disk.py",
    "service/sources/test_hanging_disks.py",
    "service/sources/test_http_fetch.py",
    "service/sources/test_uploads.py",
    "service/test_access.py",
    "service/test_app.py",
    "service/test_http_caching.py",
    "service/test_logs.py",
    "service/test_openapi.py",
    "service/test_overload.py",
    "service/test_sharing.py",
    "service/test_trimming.py",
    "test_light.py",
    "training",
)
"""Files and folders of tests that start Ray, a browser, Redis, Node, a server or another framework, or take long."""

_QUICK = "not slow"
"""What `make check` selects tests with."""


def pytest_configure(config: pytest.Config) -> None:
    hypothesis.settings.register_profile("patient", deadline=None)  # a busy machine is no mistake of ours
    hypothesis.settings.load_profile("patient")
    if config.option.markexpr == _QUICK:
        hypothesis.settings.register_profile("quick", max_examples=QUICK_CASES, deadline=None)
        hypothesis.settings.load_profile("quick")


_SLOW_PATHS = frozenset(str(Path(__file__).parent / name) for name in SLOW)


@cache
def is_slow(path: Path) -> bool:
    """Tell whether a file of tests is one of the slow ones."""
    return not _SLOW_PATHS.isdisjoint(map(str, (path, *path.parents)))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even import slow files for `make check`: what they need may not be installed."""
    return True if config.option.markexpr == _QUICK and is_slow(collection_path) else None


@pytest.hookimpl(wrapper=True)
def pytest_collect_file() -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Look for no examples in docstrings of tests: there are none, and looking would import every test twice."""
    return [found for found in (yield) if not isinstance(found, DoctestModule)]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if is_slow(item.path):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def photographs() -> Mapping[str, np.ndarray]:
    """Arrays of uint8, shape (h, w, 3), by name."""
    return {name: getattr(skimage.data, name)() for name in PHOTOGRAPHS}


@pytest.fixture
def folder(tmp_path: Path, photographs: Mapping[str, np.ndarray], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of photographs as JPEG files, which is also the working folder."""
    for name, picture in photographs.items():
        Image.fromarray(picture).save(tmp_path / f"{name}.jpg", quality=90)
    monkeypatch.chdir(tmp_path)
    return tmp_path
