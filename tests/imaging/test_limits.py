"""What is refused by the header alone: each limit holds at its number, and no sooner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

import pytest

from focalbox.core.target import Ratio, Size
from focalbox.errors import InvalidRequest, LimitExceeded
from focalbox.imaging.limits import Limits

LIMITS = Limits(bytes=1000, pixels=600, side=50, frames=3, film_pixels=100)


@pytest.mark.parametrize(
    ("right", "wrong", "sentence"),
    [
        (
            lambda: LIMITS.check_bytes(1000),
            lambda: LIMITS.check_bytes(1001),
            "at most 1000 bytes, but this one has 1001",
        ),
        (
            lambda: LIMITS.check_picture(Size(50, 12)),
            lambda: LIMITS.check_picture(Size(51, 1)),
            "at most 50 pixels, but this one is 51x1",
        ),
        (
            lambda: LIMITS.check_picture(Size(30, 20)),
            lambda: LIMITS.check_picture(Size(30, 21)),
            r"at most 600 pixels, but this one has 630 \(30x21\)",
        ),
        (
            lambda: LIMITS.check_film(Size(3, 3), 3),
            lambda: LIMITS.check_film(Size(3, 3), 4),
            "at most 3 frames, but this one has 4",
        ),
        (
            lambda: LIMITS.check_film(Size(5, 10), 2),
            lambda: LIMITS.check_film(Size(5, 10), 3),
            "at most 100 pixels, but these have 150",
        ),
        (lambda: LIMITS.check_scans(100), lambda: LIMITS.check_scans(101), "at most 100 scans, but this one has 101"),
    ],
)
def test_a_limit_holds_at_its_number(right: Callable[[], None], wrong: Callable[[], None], sentence: str) -> None:
    right()
    with pytest.raises(LimitExceeded, match=sentence):
        wrong()


@pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
@pytest.mark.parametrize("value", [0, -1, 1.5, "1", None, True, 2**63, pytest.param(10**5000, id="5,001 digits")])
def test_a_limit_is_a_whole_number_of_at_least_one(name: str, value: object) -> None:
    with pytest.raises(InvalidRequest, match=rf"the limit '{name}' needs a whole number from 1 to 2\*\*63 - 1, not "):
        Limits(**{name: value})  # type: ignore[arg-type]


def test_a_result_is_refused_by_what_was_asked_and_what_it_comes_to() -> None:
    limits = Limits(result_pixels=600)
    limits.check_targets([Size(20, 30), Ratio(1, 1), None])
    limits.check_result(Size(30, 20), Ratio(3, 2))
    with pytest.raises(InvalidRequest, match="at most 600 pixels, but 20x31 was asked for"):
        limits.check_targets([None, Size(20, 31)])
    for target, asked in ((Ratio(1, 1), "1:1"), (None, "the free-form crop")):
        with pytest.raises(LimitExceeded, match=f"but {asked} of this picture comes to 25x25: ask for a size"):
            limits.check_result(Size(25, 25), target)
