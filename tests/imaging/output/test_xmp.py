"""Rights and focal point written as XMP are read back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from focalbox.core.target import Size
from focalbox.imaging.headers.rights import Rights, read_xmp
from focalbox.imaging.output.xmp import write_xmp

sign = st.characters(exclude_categories=["Cc", "Cs", "Cn"])
text = st.text(sign, min_size=1, max_size=20).map(str.strip).filter(bool)
rights = st.builds(
    Rights, notice=text, creators=st.lists(text, min_size=1, max_size=3).map(tuple), owner=text, credit=text
)


@given(rights=rights, x=st.floats(0, 1), y=st.floats(0, 1))
def test_what_is_written_is_read_again(rights: Rights, x: float, y: float) -> None:
    content = write_xmp(rights, (x, y), Size(400, 300))
    assert content is not None
    found, focus = read_xmp(content)
    assert (found.notice, found.creators, found.owner, found.credit) == (
        rights.notice,
        rights.creators,
        rights.owner,
        rights.credit,
    )
    assert focus is not None
    assert (focus.width, focus.height) == (400, 300)
    assert max(abs(focus.x - x), abs(focus.y - y)) < 1e-6


def test_nothing_to_say_is_no_packet() -> None:
    assert write_xmp(Rights(), None, Size(4, 3)) is None


def test_a_packet_stays_in_one_segment_of_a_jpeg() -> None:
    long = Rights("© A", tuple(f"somebody {number}" for number in range(5000)), terms="x" * 50_000)
    content = write_xmp(long, (0.5, 0.5), Size(4, 3))
    assert content is not None
    assert len(content) < 65_502
    found, focus = read_xmp(content)
    assert (found.notice, found.creators, focus is None) == ("© A", ("somebody 0",), False)
