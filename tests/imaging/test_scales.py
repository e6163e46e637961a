"""The scales: enough pixels for both looks, and one coarse grid whatever was decoded."""

from hypothesis import given
from hypothesis import strategies as st

from focalbox.core.target import Size
from focalbox.imaging.scales import decode_scale, grid_step, looking_size

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
def test_the_coarse_grid_does_not_depend_on_what_was_decoded(source: Size, needed: Size | None) -> None:
    assert grid_step(source) % decode_scale(source, needed) == 0
