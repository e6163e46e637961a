"""The scales: enough pixels for both looks, and one coarse grid whatever was decoded."""

from hypothesis import given
from hypothesis import strategies as st

from focalbox.core.geometry import Size
from focalbox.imaging.scales import decode_scale, finer_size, grid_step, looking_size

sides = st.integers(1, 12_000)
sizes = st.builds(Size, sides, sides)


@given(sizes, st.none() | sizes)
def test_what_is_decoded_serves_the_target_and_both_looks(source: Size, needed: Size | None) -> None:
    scale = decode_scale(source, needed)
    for least in (needed, looking_size(source), finer_size(source)):
        if least is not None and scale > 1:
            assert source.width / scale > least.width - 1
            assert source.height / scale > least.height - 1


@given(sizes, st.none() | sizes)
def test_the_coarse_grid_does_not_depend_on_what_was_decoded(source: Size, needed: Size | None) -> None:
    for copy in (looking_size(source), finer_size(source)):
        if copy is not None:
            assert grid_step(source, copy) % decode_scale(source, needed) == 0


@given(sizes)
def test_a_finer_copy_shows_more_and_never_much_more_than_there_is(source: Size) -> None:
    finer = finer_size(source)
    if finer is not None:
        assert finer.pixels > looking_size(source).pixels
        assert finer.width % 32 == finer.height % 32 == 0
        assert finer.pixels <= 2 * source.pixels
