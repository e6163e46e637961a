"""Hostile bytes: whatever is done to real files of every format, only a `FocalboxError` comes out."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from focalbox.core.geometry import PixelBox
from focalbox.core.target import Size
from focalbox.errors import FocalboxError
from focalbox.imaging.output.encoding import encode
from focalbox.imaging.output.render import render
from focalbox.imaging.source import Limits, open_picture
from laws import cases

LIMITS = Limits(pixels=2_000_000, frames=50)
EXAMPLES = 250


@st.composite
def damages(draw: st.DrawFn) -> list[tuple[str, float, float, int]]:
    """What is done to a file: kinds of damage, places as shares of its length, and a number."""
    share = st.floats(0, 1, exclude_max=True)
    header = st.floats(0, 0.1)  # most decisions are made on the first bytes
    kinds = st.sampled_from(["flip", "set", "cut", "remove", "repeat", "swap", "insert", "zero"])
    one = st.tuples(kinds, share | header, share | header, st.integers(0, 255))
    return draw(st.lists(one, min_size=1, max_size=6))


def damaged(data: bytes, changes: list[tuple[str, float, float, int]]) -> bytes:
    content = bytearray(data)
    for kind, first, second, number in changes:
        if not content:
            break
        at, other = int(first * len(content)), int(second * len(content))
        low, high = min(at, other), min(max(at, other), min(at, other) + 64)
        if kind == "flip":
            content[at] ^= 1 << number % 8
        elif kind == "set":
            content[at] = number
        elif kind == "cut":
            del content[max(1, at) :]
        elif kind == "remove":
            del content[low:high]
        elif kind == "repeat":
            content[high:high] = content[low:high]
        elif kind == "swap":
            content[at], content[other] = content[other], content[at]
        elif kind == "insert":
            content[at:at] = bytes([number]) * 4
        else:
            content[low:high] = bytes(high - low)
    return bytes(content)


def through(data: bytes) -> None:
    """Take bytes all the way."""
    picture = open_picture(data, LIMITS)
    working = picture.decode(Size(40, 40), keep_profile=True)
    working.look()
    box = PixelBox(0, 0, picture.size.width, picture.size.height)
    encode(render(working, box, Size(20, 20)), "jpeg", metadata=working.metadata)


@given(changes=damages(), pick=st.integers(0, 1000))
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_only_focalbox_errors_come_out(
    changes: list[tuple[str, float, float, int]], pick: int, seeds: dict[str, bytes]
) -> None:
    names = sorted(seeds)
    name = names[pick % len(names)]
    try:
        through(damaged(seeds[name], changes))
    except FocalboxError as error:
        assert "\n" not in str(error)  # noqa: PT017 - the point is that there may be none


@given(
    st.binary(max_size=300),
    st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"II*\0", b"BM", b"RIFF"]),
)
@settings(max_examples=cases(100), deadline=None)
def test_noise_behind_a_signature(noise: bytes, signature: bytes) -> None:
    with pytest.raises(FocalboxError):
        through(signature + noise)
