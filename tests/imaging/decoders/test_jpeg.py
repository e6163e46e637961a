"""The second decoder gives the pixels that Pillow gives, or leaves the file to it."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from skimage import data

from focalbox.core.target import Size
from focalbox.imaging.decoders.jpeg import decode_jpeg, is_damaged, share_memory
from focalbox.imaging.source import open_picture
from pictures import encoded

COFFEE = Image.fromarray(data.coffee())  # type: ignore[no-untyped-call]


def written(image: Image.Image, **options: object) -> bytes:
    return encoded(image, "JPEG", quality=90, **options)


def by_pillow(content: bytes, size: tuple[int, int]) -> np.ndarray:
    with Image.open(BytesIO(content)) as image:
        image.draft(None, size)
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("scale", [1, 2, 4, 8])
@pytest.mark.parametrize(
    "options", [{}, {"progressive": True}, {"subsampling": 0}, {"restart_marker_rows": 1}], ids=str
)
def test_the_pixels_are_those_of_pillow(scale: int, options: dict[str, object]) -> None:
    content = written(COFFEE.crop((0, 0, 451, 302)), **options)
    size = -(-451 // scale), -(-302 // scale)
    pixels = decode_jpeg(content, size)
    assert pixels is not None
    assert pixels.shape == (size[1], size[0], 4)
    np.testing.assert_array_equal(pixels[..., :3], by_pillow(content, (451 // scale, 302 // scale)))


def test_a_shared_picture_lies_in_the_memory_of_the_array() -> None:
    pixels = np.zeros((20, 30, 4), dtype=np.uint8)
    image = share_memory(pixels)
    pixels[5, 7] = 10, 20, 30, 40
    assert (image.mode, image.size, image.readonly) == ("RGB", (30, 20), 1)
    assert image.getpixel((7, 5)) == (10, 20, 30)


def test_a_shared_picture_outlives_the_array() -> None:
    image = share_memory(np.full((200, 300, 4), 77, dtype=np.uint8))
    np.full((200, 300, 4), 1, dtype=np.uint8)  # whatever is allocated next would take its place
    assert image.getextrema() == ((77, 77),) * 3


def test_a_cut_file_is_left_to_pillow() -> None:
    content = written(COFFEE)
    assert decode_jpeg(content[: len(content) // 2], (600, 400)) is None


def test_another_size_than_the_header_says_is_refused() -> None:
    assert decode_jpeg(written(Image.new("RGB", (64, 48))), (63, 47)) is None


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_grey_and_ink_go_through_pillow(mode: str) -> None:
    image = COFFEE.convert(mode)
    working = open_picture(written(image)).decode()
    assert working.image.mode == "RGB"


@pytest.mark.parametrize("options", [{}, {"progressive": True}], ids=["baseline", "progressive"])
def test_of_ultra_hdr_and_motion_photos_the_base_picture_is_taken(options: dict[str, object]) -> None:
    """What says that there is more stands in APP1 and APP2, and the gain map or the film behind EOI."""
    base = Image.fromarray(np.random.default_rng(5).integers(0, 256, (60, 80, 3), dtype=np.uint8))
    plain = written(base, **options)
    gains = written(Image.new("L", (20, 15), 200), progressive=True)
    xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'>hdrgm:Version='1.0'</x:xmpmeta>"
    index = b"MPF\0MM\0*\0\0\0\x08\0\x01\xb0\x01\0\x04\0\0\0\x01\0\0\0\x02\0\0\0\0"
    more = b"".join(
        marker + (len(body) + 2).to_bytes(2, "big") + body
        for marker, body in ((b"\xff\xe1", xmp), (b"\xff\xe2", index))
    )
    film = b"\0\0\0\x18ftypmp42" + b"\xff\xda\xff\xd8" * 300
    content = plain[:2] + more + plain[2:] + gains + film
    picture = open_picture(content)
    assert (picture.size, picture.frames) == (Size(80, 60), 1)
    assert picture.decode(picture.size).image.tobytes() == open_picture(plain).decode(Size(80, 60)).image.tobytes()


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_grey_to_the_last_row_is_no_damage(mode: str) -> None:
    levels = (127, 127, 127, 127) if mode == "CMYK" else (128,) * len(mode)
    content = written(Image.new(mode, (64, 48), levels if len(levels) > 1 else levels[0]))
    with Image.open(BytesIO(content)) as image:
        image.load()
        assert not is_damaged(content, image)
        cut = content[:-30] + b"\xff\xd9"
        with pytest.raises(OSError, match="truncated"):
            is_damaged(cut, image)
