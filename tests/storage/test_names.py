"""Names of a disk as text: each leads back to its file, and what is text already stays what it is."""

from __future__ import annotations

import os

from hypothesis import given
from hypothesis import strategies as st

from focalbox.storage.base import FileInfo, local_path
from focalbox.storage.names import as_address, as_name, as_text

NAMES = st.binary(min_size=1, max_size=20).filter(lambda name: not {0, 47} & set(name)).map(os.fsdecode)


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
