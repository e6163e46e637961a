"""The options of imgproxy that have no equivalent: one reason each, and none of them is done."""

from __future__ import annotations

from focalbox.service.dialects.imgproxy.options import NAMES
from focalbox.service.dialects.imgproxy.refused import REASONS, REFUSED


def test_each_name_has_one_reason_and_none_is_done() -> None:
    assert sum(len(names.split()) for names in REASONS.values()) == len(REFUSED)
    assert not REFUSED.keys() & NAMES.keys()
