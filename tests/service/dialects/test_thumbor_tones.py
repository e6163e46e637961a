"""thumbor's tones: arguments as thumbor's pages write them, and a sentence for all others."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.errors import InvalidRequest
from focalbox.imaging.output.effects import Effect
from focalbox.imaging.output.tones import natural_curve
from focalbox.service.dialects import thumbor_tones as tones

READERS = [getattr(tones, name) for name in tones.__all__]


def test_arguments_become_the_values_of_effects() -> None:
    assert tones.read_rgb("20, -15,0") == Effect("rgb", (20.0, -15.0, 0.0))
    assert tones.read_noise("400") == Effect("noise", (255.0, 0.0))
    assert tones.read_convolution("1;0;1,1") == Effect("convolution", (1.0, 0.5, 0.0, 0.5))
    # There is nothing to divide by.
    assert tones.read_convolution("-1;0;1,3,true") == Effect("convolution", (3.0, -1.0, 0.0, 1.0))
    assert tones.read_saturation("0.5").values == (0.5,)
    assert tones.read_equalize("") == Effect("equalize")
    assert tones.read_colorize("1,2,3,00FF10").values == (1.0, 2.0, 3.0, 0.0, 255.0, 16.0)
    points = [(0, 0), (40, 59), (255, 255)]
    straight = "[(0,0),(255,255)]"
    curve = tones.read_curve(f"{straight},{str(points).replace(' ', '')},{straight},{straight}")
    assert curve.values[:256] == tuple(map(float, natural_curve(points)))
    assert curve.values[256:] == tuple(float(tone) for tone in range(256)) * 2


@pytest.mark.parametrize(
    ("reader", "argument"),
    [
        (tones.read_curve, "[(0,0),(256,255)]," * 3 + "[(0,0)]"),
        (tones.read_curve, "[]," * 3 + "[]"),
        (tones.read_curve, "[(0,0)(1,1)]," * 3 + "[(0,0)]"),
        (tones.read_convolution, ";".join(["1"] * 81) + ",9,true"),
        (tones.read_convolution, "1;1;1,3,perhaps"),
        (tones.read_convolution, "1;;1,3"),
        (tones.read_colorize, "1,2,-1,ffffff"),
        (tones.read_noise, "1,2,3"),
        (tones.read_noise, ""),
        (tones.read_rgb, "1.5,2,3"),
    ],
)
def test_what_makes_no_sense_is_refused(reader: object, argument: str) -> None:
    assert callable(reader)
    with pytest.raises(InvalidRequest, match=r"the filter [a-z]+ takes"):
        reader(argument)


@given(st.sampled_from(READERS), st.text("0123456789,;.-[]()truefals", max_size=40))
def test_anything_is_read_or_refused(reader: object, argument: str) -> None:
    assert callable(reader)
    with suppress(InvalidRequest):
        assert isinstance(reader(argument), Effect)
