"""The cache of pictures on disk: bounded, shared by processes, and never in the way when the disk is not well."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from focalbox.service.sources.disk_cache import DiskCache
from focalbox.service.sources.freshness import Freshness

SAID = Freshness({"etag": '"a"'}, 1.0)
MAX_BYTES = 4_000_000


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., DiskCache]]:
    caches: list[DiskCache] = []

    def start(most: int = MAX_BYTES, folder: Path = tmp_path) -> DiskCache:
        caches.append(DiskCache(folder, most))
        return caches[-1]

    yield start
    for cache in caches:
        cache.close()


def test_what_is_put_is_found_also_by_the_next_process(opened: Callable[..., DiskCache]) -> None:
    cache = opened()
    assert (cache.find("a"), cache.data("a")) == (None, None)
    cache.put("a", SAID, b"picture")
    cache.confirm("a", SAID, Freshness({"etag": '"b"'}, 2.0))
    cache.close()
    for again in (cache, opened()):
        assert again.find("a") == Freshness({"etag": '"b"'}, 2.0)
        assert again.data("a") == b"picture"
    cache.drop("a")
    assert (again.find("a"), again.data("a"), cache.used) == (None, None, 0)


def test_headers_of_one_version_are_not_noted_for_another_that_a_process_has_kept_meanwhile(
    opened: Callable[..., DiskCache],
) -> None:
    slow, quick = opened(), opened()
    slow.put("a", SAID, b"picture")
    known = slow.find("a")
    assert known is not None
    newer = Freshness({"etag": '"b"'}, 2.0)
    quick.put("a", newer, b"another version")
    slow.confirm("a", known, known.renew(Freshness({"etag": '"a"', "cache-control": "max-age=60"}, 3.0)))
    assert (slow.find("a"), slow.data("a")) == (newer, b"another version")


def test_when_somebody_empties_the_folder_it_is_empty_and_begins_anew(
    opened: Callable[..., DiskCache], tmp_path: Path
) -> None:
    cache, other = opened(), opened()
    for turn in range(3):
        cache.put("a", SAID, b"picture %d" % turn)
        assert other.data("a") == b"picture %d" % turn
        for path in tmp_path.iterdir():
            path.unlink()
        assert (other.find("a"), cache.find("a"), cache.data("a")) == (None, None, None)
    cache.put("b", SAID, b"another")
    assert other.data("b") == b"another"
    assert (tmp_path / "pictures-1.sqlite").is_file()


@pytest.mark.skipif(sys.platform != "linux", reason="open files are listed there")
def test_what_was_removed_is_not_kept_open_and_takes_no_place_on_the_disk(
    opened: Callable[..., DiskCache], tmp_path: Path
) -> None:
    caches = opened(), opened()
    for cache in caches:
        cache.put("a", SAID, b"picture")
    for names in (["pictures-1.sqlite"], sorted(file.name for file in tmp_path.iterdir())) * 3:
        for name in names:
            (tmp_path / name).unlink(missing_ok=True)
        for cache in caches:
            cache.put("a", SAID, b"picture")
        assert [cache.data("a") for cache in caches] == [b"picture"] * 2
    files = [str(file.readlink()) for file in Path("/proc/self/fd").iterdir() if file.is_symlink()]
    assert [file for file in files if file.startswith(str(tmp_path)) and file.endswith(".sqlite (deleted)")] == []


def test_what_a_clock_that_was_wrong_has_noted_does_not_stay_for_ever(
    opened: Callable[..., DiskCache], tmp_path: Path
) -> None:
    cache, content = opened(), bytes(range(256)) * 1000
    for name in ("seen again", "never again"):
        cache.put(name, SAID, content)
    with sqlite3.connect(tmp_path / "pictures-1.sqlite") as connection:
        connection.execute("UPDATE facts SET used = used + 1e9")  # as if the clock had been put back by 30 years
    connection.close()
    assert cache.find("seen again") == SAID
    for number in range(16):
        cache.put(str(number), SAID, content)
    assert cache.find("never again") is None
    assert cache.find("15") == SAID


def test_it_stays_within_its_bound_and_the_least_used_go_first(
    opened: Callable[..., DiskCache], tmp_path: Path
) -> None:
    cache, content = opened(), bytes(range(256)) * 1000
    for number in range(100):
        cache.put(str(number), SAID, content)
        assert cache.used <= MAX_BYTES
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 3 * MAX_BYTES, "the log of SQLite is another file"
    cache.close()
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 1.1 * MAX_BYTES
    found = [number for number in range(100) if cache.data(str(number)) is not None]
    assert found == list(range(100 - len(found), 100))
    assert len(found) > 10


def test_what_is_too_large_is_not_kept_and_pushes_nothing_out(opened: Callable[..., DiskCache]) -> None:
    cache = opened()
    cache.put("small", SAID, b"picture")
    cache.put("large", SAID, bytes(MAX_BYTES // 2))
    assert cache.find("large") is None
    assert cache.data("small") == b"picture"


@pytest.mark.slow
def test_several_processes_write_at_once(opened: Callable[..., DiskCache], tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from focalbox.service.sources.disk_cache import DiskCache;"
        "from focalbox.service.sources.freshness import Freshness; cache = DiskCache(Path(sys.argv[1]), 4_000_000)\n"
        "for n in range(60): cache.put(f'{sys.argv[2]}-{n}', Freshness({}, 1.0), bytes(100_000))\n"
        "cache.close()"
    )
    writers = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path), name]) for name in "ab"]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    cache = opened()
    assert cache.find("a-0") is None
    assert 0.5 * MAX_BYTES < cache.used <= MAX_BYTES
    for name in "ab":
        found = cache.data(f"{name}-59")
        assert found is None or found == bytes(100_000)
    assert any(cache.data(f"{name}-59") for name in "ab"), "the very last one is there"


def test_a_disk_that_is_not_well_is_no_failure(
    opened: Callable[..., DiskCache], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    failures: list[int] = []
    gone = DiskCache(tmp_path / "gone", MAX_BYTES, lambda: failures.append(1))
    gone.put("a", SAID, b"picture")
    assert (gone.find("a"), gone.data("a"), gone.used) == (None, None, 0)
    assert len(failures) == 3
    assert [record.getMessage() for record in caplog.records] == ["the cache of pictures does not work"]
    cache = opened()
    cache.put("a", SAID, b"picture")
    cache.close()
    (file,) = tmp_path.glob("*.sqlite")
    file.write_bytes(b"not a database, but long enough to be taken for one" * 100)
    cache.put("a", SAID, b"picture")
    assert cache.find("a") is None


@pytest.mark.parametrize(
    "said",
    ["", "[]", "[[], 1, false]", '[{"etag": 1}, 1, false]', '[{"etag": "a"}, "b", false]', "[" * 100_000, None, b"1"],
)
@pytest.mark.parametrize("data", [None, 5, "text"])
def test_what_nobody_here_has_written_is_not_found(
    opened: Callable[..., DiskCache], tmp_path: Path, said: object, data: object
) -> None:
    cache = opened()
    cache.put("a", SAID, b"picture")
    (file,) = tmp_path.glob("*.sqlite")
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("UPDATE facts SET said = ?", (said,))
        other.execute("UPDATE contents SET data = ?", (data,))
    assert (cache.find("a"), cache.data("a")) == (None, None)
    cache.put("a", SAID, b"picture")
    assert (cache.find("a"), cache.data("a")) == (SAID, b"picture")


def test_a_full_disk_is_still_read(small_disk: Path) -> None:
    failures: list[int] = []
    cache = DiskCache(small_disk, MAX_BYTES, lambda: failures.append(1))
    cache.put("a", SAID, b"picture")
    with sqlite3.connect(small_disk / "pictures-1.sqlite") as connection:
        connection.execute("UPDATE facts SET used = used - 1000")  # so that a use is noted
    connection.close()
    with (small_disk / "rest").open("wb", buffering=0) as rest, suppress(OSError):
        while True:
            rest.write(bytes(4096))
    for _ in range(2):
        assert (cache.find("a"), cache.data("a")) == (SAID, b"picture")
    cache.put("b", SAID, bytes(range(256)) * 1000)
    assert (cache.find("b"), cache.data("a")) == (None, b"picture")
    assert len(failures) >= 3, "there was room"
    cache.close()
