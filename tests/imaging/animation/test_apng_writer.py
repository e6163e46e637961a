"""X"""

from __future__ import annotations

from fractions import Fraction

from focalbox.imaging.animation.encoding import encode_animation
from focalbox.imaging.animation.film import open_film
from imaging.animation.films import discs


def test_fractions_of_a_second_are_exact_in_a_png() -> None:
    times = [Fraction(1, 30), Fraction(1001, 30_000), Fraction(0), Fraction(70_000)]
    content = encode_animation(zip(discs(), times, strict=False), "png", alpha=False)
    assert [time for _, time in open_film("PNG", content, 100).draw()] == [*times[:3], Fraction(65_535)]
