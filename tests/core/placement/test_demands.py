"""What a window is placed for."""

from focalbox.core.placement.demands import NO_DEMANDS, Demands


def test_the_points_are_those_that_are_given() -> None:
    assert NO_DEMANDS.points == ()
    assert Demands(near=(0.5, 0.5)).points == ((0.5, 0.5),)
    assert Demands(focus=(0.1, 0.2), near=(0.5, 0.5)).points == ((0.1, 0.2), (0.5, 0.5))
