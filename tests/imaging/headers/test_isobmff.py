"""Colours that HEIC and AVIF name by numbers (ITU-T H.273) are brought to sRGB as a profile of the same numbers is."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from focalbox.imaging.colour_spaces import profile_of_cicp
from focalbox.imaging.headers.isobmff import nclx_of
from focalbox.imaging.source import can_read, open_picture

P3, BT709, BT2020 = 12, 1, 9
SRGB, LINEAR, PQ, HLG = 13, 8, 16, 18
needs_heic = pytest.mark.skipif(not can_read("heic"), reason="needs the extra heic")


def chart() -> Image.Image:
    """Draw patches large enough that no coding blurs them."""
    image = Image.new("RGB", (192, 128))
    colours = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (128, 128, 128), (200, 120, 60), (255, 255, 255))
    for number, colour in enumerate(colours):
        left, top = 64 * (number % 3), 64 * (number // 3)
        image.paste(colour, (left, top, left + 64, top + 64))
    return image


def heic(primaries: int, transfer: int) -> bytes:
    from pillow_heif import from_pillow  # noqa: PLC0415 - an extra

    file = BytesIO()
    from_pillow(chart()).save(
        file,
        quality=-1,
        chroma=444,
        matrix_coefficients=0,
        color_primaries=primaries,
        transfer_characteristics=transfer,
        save_nclx_profile=True,
    )
    return file.getvalue()


def patches(image: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    pixels = np.asarray(image.convert("RGB")).astype(np.int16)
    return pixels[32::64, 32::64]


@needs_heic
@pytest.mark.parametrize(
    ("primaries", "transfer"), [(BT709, SRGB), (P3, SRGB), (BT2020, SRGB), (BT709, LINEAR), (BT2020, PQ), (BT2020, HLG)]
)
def test_a_heic_looks_as_a_png_with_the_same_numbers(primaries: int, transfer: int) -> None:
    content = heic(primaries, transfer)
    assert nclx_of(content) == (primaries, transfer)
    file = BytesIO()
    chart().save(file, "PNG", icc_profile=profile_of_cicp(primaries, transfer))
    expected = open_picture(file.getvalue()).decode(open_picture(file.getvalue()).size).image
    found = open_picture(content).decode(open_picture(content).size).image
    assert np.abs(patches(found) - patches(expected)).max() <= 2  # HEVC of 8 bits rounds by itself


@needs_heic
def test_p3_is_more_than_srgb() -> None:
    wide = open_picture(heic(P3, SRGB)).decode().image
    plain = open_picture(heic(BT709, SRGB)).decode().image
    assert np.abs(patches(wide) - patches(plain)).max() > 10


@given(st.binary(max_size=300))
def test_noise_names_no_colours(noise: bytes) -> None:
    found = nclx_of(b"\0\0\0\x14ftypavif\0\0\0\0avif" + noise)
    assert found is None or len(found) == 2
