"""The scales: enough pixels for what is wanted and for the look, which has one scale whatever else is wanted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.core.target import Size
from focalbox.imaging.scales import decode_scale, looking_scale, looking_size

sides = st.integers(1, 12_000)
sizes = st.builds(Size, sides, sides)


@given(sizes, st.none() | sizes)
def test_what_is_decoded_serves_the_target_and_the_look(source: Size, needed: Size | None) -> None:
    scale = decode_scale(source, needed)
    for least in (needed, looking_size(source)):
        if least is not None and scale > 1:
            assert source.width / scale > least.width - 1
            assert source.height / scale > least.height - 1


@given(sizes, st.none() | sizes)
def test_the_scale_of_the_look_can_be_made_from_whatever_was_decoded(source: Size, needed: Size | None) -> None:
    assert decode_scale(source, None) % decode_scale(source, needed) == 0


@given(sizes)
def test_what_is_looked_at_is_a_multiple_of_what_is_decoded_and_never_huge(source: Size) -> None:
    scale, look = looking_scale(source), looking_size(source)
    assert scale % decode_scale(source, None) == 0
    assert source.pixels <= 2**21 * scale**2 or source.width < 2 * scale * look.width


@pytest.mark.parametrize("size", [Size(1, 1), Size(1, 2000), Size(4000, 3000), Size(30000, 1), Size(512, 512)])
def test_the_looking_copy_has_the_same_area_for_every_picture(size: Size) -> None:
    look = looking_size(size)
    assert look.width % 32 == 0
    assert look.height % 32 == 0
    assert 0.6 < look.pixels / 192**2 < 1.5
