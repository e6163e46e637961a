"""What a GIF holds besides its frames, and how much of it is too much."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from focalbox import Cropper
from focalbox.errors import LimitExceeded
from focalbox.imaging.headers.gif import drop_remarks, find_gif_xmp, gif_ends, gif_frames, insert_gif_xmp
from focalbox.imaging.source import open_picture
from pictures import encoded

POINT = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/" xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#">
<rdf:Description><mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:RegionList><rdf:Bag><rdf:li>
 <rdf:Description mwg-rs:Type="Focus">
<mwg-rs:Area stArea:x="0.75" stArea:y="0.25" stArea:unit="normalized"/></rdf:Description></rdf:li></rdf:Bag>
</mwg-rs:RegionList></mwg-rs:Regions></rdf:Description></rdf:RDF>"""


def written() -> bytes:
    return encoded(np.random.default_rng(3).integers(0, 256, (60, 80), dtype=np.uint8), "GIF")


def behind_the_colours(content: bytes, extensions: bytes) -> bytes:
    colours = 13 + 3 * 2 ** ((content[10] & 7) + 1)
    return content[:colours] + extensions + content[colours:]


def test_a_gif_with_xmp_shows_the_same(tmp_path: Path) -> None:
    content = written()
    changed = insert_gif_xmp(content, POINT)
    assert find_gif_xmp(changed) == POINT
    assert find_gif_xmp(content) is None
    assert find_gif_xmp(changed[: changed.index(POINT) + 100]) is None
    with Image.open(BytesIO(content)) as before, Image.open(BytesIO(changed)) as after:
        np.testing.assert_array_equal(np.asarray(before.convert("RGB")), np.asarray(after.convert("RGB")))
    (tmp_path / "with.gif").write_bytes(changed)
    assert Cropper().open(tmp_path / "with.gif").focal_point == (0.75, 0.25)


@pytest.mark.slow
def test_remarks_before_the_first_frame_are_not_read_one_by_one() -> None:
    content = written()
    control = b"\x21\xf9\x04\x01\x05\0\x07\0"
    few, many = (behind_the_colours(content, b"\x21\xfe\1 \0" * count + control) for count in (100, 100_000))
    assert drop_remarks(few) is few
    assert drop_remarks(many) == behind_the_colours(content, control)
    assert gif_frames(many, 5) == 1
    assert gif_ends(many)
    seen = open_picture(many).decode()
    np.testing.assert_array_equal(np.asarray(seen.image), np.asarray(open_picture(few).decode().image))


@pytest.mark.slow
@pytest.mark.parametrize("block", [b"\x21\xfe\0", b"\x21\xfe\1 \0"])
def test_more_blocks_than_any_program_writes_are_refused(block: bytes) -> None:
    content = behind_the_colours(written(), block * 2_000_001)
    with pytest.raises(LimitExceeded, match="a GIF may have at most 2,000,000 blocks, but this one has more"):
        open_picture(content)
