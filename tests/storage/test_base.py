"""What all storages share: limits, names as text, and addresses within each other."""

from __future__ import annotations

import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.errors import LimitExceeded
from focalbox.storage.base import FileInfo, as_address, as_name, as_text, local_path, read_limited, within

NAMES = st.binary(min_size=1, max_size=20).filter(lambda name: not {0, 47} & set(name)).map(os.fsdecode)


@given(content=st.binary(max_size=50), limit=st.integers(0, 50), length=st.none() | st.integers(0, 60))
def test_never_more_than_the_limit_is_read(content: bytes, limit: int, length: int | None) -> None:
    file = io.BytesIO(content)
    try:
        read = read_limited(file, limit, "it", length)
    except LimitExceeded:
        assert max(len(content), length or 0) > limit
    else:
        assert len(read) <= limit
        assert content.startswith(read)
        assert read == content or length is not None  # a file that grew past its length is cut one byte behind it
    assert file.tell() <= limit + 1


@given(folder=NAMES, name=NAMES)
def test_every_name_of_a_disk_becomes_text_that_leads_back_to_it(folder: str, name: str) -> None:
    path = f"/{folder}/{name}"
    found = as_text(FileInfo(path, name, 3, "s"))
    found.address.encode()
    found.name.encode()
    assert os.path.normpath(local_path(found.address)) == os.path.normpath(path)
    assert (found.bytes, found.stamp) == (3, "s")


def test_an_address_that_is_text_already_stays_what_it_is() -> None:
    for place in ("cats/tom.jpg", "s3://bucket/tom.jpg", "file:///caf%E9.jpg", "caf\u00e9.jpg"):
        assert as_address(place) == as_name(place) == place


@given(NAMES)
def test_text_stays_what_it_is(name: str) -> None:
    found = FileInfo(f"/{name}", name, 0, "")
    try:
        name.encode()
    except UnicodeEncodeError:
        assert as_text(found) != found
    else:
        assert as_text(found) is found


@pytest.mark.parametrize(
    ("inner", "outer", "inside"),
    [
        ("/a/b", "/a", True),
        ("/a", "/a", True),
        ("/ab", "/a", False),
        ("s3://x/a", "/x/a", False),
        ("s3://x/a/", "s3://x/a", True),
    ],
)
def test_what_lies_within_what(inner: str, outer: str, inside: bool) -> None:  # noqa: FBT001 - a column of the table
    assert within(inner, outer) is inside


class Dripping:
    """A file that gives a few bytes at a time, as pipes and sockets do."""

    def __init__(self, content: bytes, most: int) -> None:
        self._file, self._most = io.BytesIO(content), most

    def read(self, count: int) -> bytes:
        return self._file.read(min(count, self._most))


@given(st.binary(max_size=50), st.integers(1, 9), st.integers(0, 60))
def test_a_file_that_gives_a_few_bytes_at_a_time_is_read_to_its_end(content: bytes, most: int, limit: int) -> None:
    file = Dripping(content, most)
    if len(content) > limit:
        with pytest.raises(LimitExceeded):
            read_limited(file, limit, "it")
    else:
        assert read_limited(file, limit, "it") == content
