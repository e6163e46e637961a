"""At most so many bytes: kept where a quality achieves it, and the best of those."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from focalbox.imaging.output.encoding import encode
from focalbox.service.render.max_bytes import encode_within
from laws import cases

NOISE = Image.fromarray(np.random.default_rng(1).integers(0, 255, (60, 80, 3), dtype=np.uint8))
ENCODED = {quality: encode(NOISE, "jpeg", quality=quality) for quality in range(10, 101)}
SHORTEST = len(ENCODED[10])


@settings(deadline=None, max_examples=cases(20))
@given(st.integers(SHORTEST, 30_000), st.integers(20, 100))
def test_the_bound_is_kept_with_the_best_quality(most: int, quality: int) -> None:
    best = max(tried for tried, content in ENCODED.items() if tried <= quality and len(content) <= most)
    assert encode_within(NOISE, "jpeg", quality, most) == ENCODED[best]


def test_without_a_bound_or_a_quality_nothing_changes() -> None:
    assert encode_within(NOISE, "jpeg", 80, 0) == encode(NOISE, "jpeg", quality=80)
    assert encode_within(NOISE, "png", 80, 10) == encode(NOISE, "png", quality=80)
    assert len(encode_within(NOISE, "jpeg", 80, 10)) == SHORTEST
