"""Which storage an address belongs to."""

from __future__ import annotations

import pytest

from focalbox.storage.fsspec_store import FsspecStore
from focalbox.storage.local import LocalFolder
from focalbox.storage.open import storage_of


@pytest.mark.parametrize("address", ["cats", "/srv/cats", "./a b", "c:cats", "a/b://c"[:3]])
def test_paths_are_local(address: str) -> None:
    assert isinstance(storage_of(address), LocalFolder)


@pytest.mark.parametrize("address", ["s3://bucket/cats", "gs://bucket", "memory://cats/tom.jpg"])
def test_addresses_with_a_scheme_are_stores(address: str) -> None:
    assert isinstance(storage_of(address), FsspecStore)
