"""imgproxy's sizes: laws that hold for every picture and every set of options."""

from __future__ import annotations

from typing import Any

from hypothesis import given, reject
from hypothesis import strategies as st

from focalbox.core.target import Size
from focalbox.errors import InvalidRequest
from focalbox.imaging.output.effects import Effect, size_after
from focalbox.service.shape.gravity import Gravity
from focalbox.service.shape.scaling import Scaling

SIDES = st.integers(1, 1500)
KINDS = st.sampled_from(["fit", "fill", "fill-down", "force", "auto"])
SOURCES = st.builds(Size, SIDES, SIDES)
SCALINGS = st.builds(
    Scaling,
    st.integers(0, 1500),
    st.integers(0, 1500),
    kind=KINDS,
    enlarge=st.booleans(),
    zoom=st.tuples(st.floats(0.2, 3), st.floats(0.2, 3)),
    density=st.floats(0.5, 3),
    turn=st.sampled_from([0, 90, 180, 270]),
    mirrored=st.tuples(st.booleans(), st.booleans()),
    gravity=st.builds(Gravity, st.tuples(st.floats(0, 1), st.floats(0, 1))),
)


def made(scaling: Scaling, source: Size) -> Size:
    """Return the size of what comes out."""
    try:
        size = scaling.size(source)
    except InvalidRequest:  # too large, which is refused
        reject()
    for effect in scaling.finish((Effect("rotate", (float(-scaling.turn % 360),)),), source):
        size = size_after(size, effect)
    return size


@given(SCALINGS, SOURCES)
def test_nothing_is_enlarged_unasked_and_no_side_is_lost(scaling: Scaling, source: Size) -> None:
    turned = Size(source.height, source.width) if scaling.turn % 180 else source
    result = made(scaling, source)
    assert result.width >= 1
    assert result.height >= 1
    if not scaling.enlarge:
        assert result.width <= turned.width
        assert result.height <= turned.height
    cut = scaling.size(source)
    if not scaling.enlarge:
        assert cut.width <= source.width
        assert cut.height <= source.height


@given(SCALINGS, SOURCES)
def test_the_cut_is_centred_inside_the_picture(scaling: Scaling, source: Size) -> None:
    made(scaling, source)  # what is too large is no case
    focus = scaling.focus(source)
    assert focus is not None
    assert all(0 <= side <= 1 for side in focus)


@given(SOURCES, SIDES, SIDES, st.sampled_from(["fill", "force"]))
def test_an_enlarged_fill_is_just_as_large_as_asked_for(source: Size, width: int, height: int, kind: str) -> None:
    result = made(Scaling(width, height, kind=kind, enlarge=True), source)
    assert abs(result.width - width) <= 1  # no side falls below a pixel of the source
    assert abs(result.height - height) <= 1


@given(SOURCES, SIDES, SIDES, st.integers(0, 50), st.floats(0.5, 3))
def test_what_is_extended_and_padded_grows_by_just_that(
    source: Size, width: int, height: int, room: int, density: float
) -> None:
    common: dict[str, Any] = {"enlarge": False, "density": density}
    extended = Scaling(width, height, extend=Gravity((0.5, 1.0)), **common)
    inner, outer = made(Scaling(width, height, **common), source), made(extended, source)
    assert outer.width >= inner.width * min(1, density) - 1
    padded = made(Scaling(width, height, extend=Gravity((0.5, 1.0)), padding=(room, 0, room, room), **common), source)
    assert padded.width - outer.width in range(2 * int(room * density) + 3)
    assert (padded.height - outer.height) * 2 in range(padded.width - outer.width - 1, padded.width - outer.width + 2)
