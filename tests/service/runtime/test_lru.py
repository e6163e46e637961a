"""The cache: never more bytes than allowed; the least recently used value is dropped first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from focalbox.service.runtime.lru import ByteLruCache


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.one_of(st.none(), st.integers(0, 12))), max_size=40))
def test_it_holds_what_a_plain_list_would(events: list[tuple[str, int | None]]) -> None:
    cache = ByteLruCache[int](10)
    model: list[tuple[str, int]] = []
    for name, size in events:
        known = next((entry for entry in model if entry[0] == name), None)
        if size is None:
            assert cache.get(name) == (None if known is None else known[1])
        else:
            cache.put(name, size, size)
        if known is not None:
            model.remove(known)
        kept = known if size is None else (name, size)
        if kept is not None and kept[1] <= 10:
            model.append(kept)
        while sum(entry[1] for entry in model) > 10:
            model.pop(0)
        assert cache.used == sum(entry[1] for entry in model) <= 10
