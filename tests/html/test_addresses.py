"""The address of a crop: the service reads whatever is written, and what it would not read is not written."""

from __future__ import annotations

import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox import CropOptions
from focalbox.core.geometry import Box
from focalbox.errors import InvalidRequest
from focalbox.html.addresses import address_of
from focalbox.options.addresses import MAX_ADDRESS, MAX_FIELDS
from focalbox.service.dialects import native, signing
from focalbox.service.dialects.signing import Key

SIZE = f"{'9' * 5}x{'9' * 5}"
"""The longest size."""
FURTHER = "format=jpeg&quality=100"
"""What may be added to the query of a crop."""
KEY = Key("k" * 32, "a secret of sixteen characters")
NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=400)


@given(name=NAMES, count=st.integers(0, MAX_FIELDS + 2), digits=st.integers(1, 9))
def test_what_is_written_is_read_back_and_fits_with_its_signature(name: str, count: int, digits: int) -> None:
    side = round(1 / 3, digits)
    options = CropOptions(keep=[Box(side, side, side, side)] * count)
    try:
        address = address_of(name, options)
    except InvalidRequest as error:
        assert str(error).startswith("an address of the service has at most ")  # noqa: PT017 - a case of two
        assert count > MAX_FIELDS or len(quote(name)) + 35 * count > MAX_ADDRESS - 1500
        return
    further = FURTHER if count <= MAX_FIELDS - 2 else ""
    path, _, query = address.replace("{size}", SIZE).partition("?")
    target = "?".join(filter(None, [path, "&".join(filter(None, [query, further]))]))
    signed = signing.sign(target, KEY, 10**12 - 1)
    assert len(signed.replace("?", "", 1)) <= MAX_ADDRESS
    path, _, query = signed.partition("?")
    rest = signing.check(path.encode(), query.encode(), [KEY], time.time())
    found = native.parse(path.replace(SIZE, "500x200", 1).encode(), rest)
    assert (found.source, found.options) == (name, options)


def test_the_most_boxes_are_written_and_one_more_is_refused() -> None:
    box = Box(0, 0, 1, 1)
    assert address_of("a.jpg", CropOptions(keep=[box] * MAX_FIELDS)).count("keep=") == MAX_FIELDS
    with pytest.raises(InvalidRequest, match=r"^an address of the service has at most 64 options, such as .*, not 65$"):
        address_of("a.jpg", CropOptions(keep=[box] * MAX_FIELDS, fit="tight"))
