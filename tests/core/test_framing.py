"""What a caller may ask of a window."""

import pytest

from focalbox.core.framing import Framing
from focalbox.core.geometry import Box
from focalbox.errors import InvalidRequest


@pytest.mark.parametrize(
    "wrong",
    [
        {"fit": "stretch"},
        {"zoom": 1.1},
        {"retain": -0.1},
        {"zoom": float("nan")},
        {"fit": "pad", "zoom": 0.5},
        {"focus": (1.2, 0.5)},
        {"keep": (Box(0.5, 0, 0.6, 1),)},
    ],
)
def test_options_out_of_range_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest):
        Framing(**wrong)  # type: ignore[arg-type]
