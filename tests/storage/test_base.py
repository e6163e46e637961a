"""What all storages share: limits, and addresses within each other."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.errors import LimitExceeded
from focalbox.storage.base import read_limited, within


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
