"""Colours by what a profile or a chunk does to them, whatever it is called: within one level of the formula."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PIL.Image import Image as Picture

from focalbox.imaging.animation.apng import png_chunk
from focalbox.imaging.colour_spaces import grey_profile, profile_of_cicp, rgb_profile
from focalbox.imaging.headers.png import SIGNATURE
from imaging.decoding import pixels_of
from pictures import encoded

SRGB = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
P3 = (0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060)
RAMP = np.stack(np.meshgrid(np.arange(0, 256, 17), np.arange(0, 256, 17), [0, 60, 128, 200, 255]), axis=-1).astype(
    np.uint8
)
PICTURE = Image.fromarray(RAMP.reshape(16, -1, 3))


def to_light(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.where(numbers <= 0.04045, numbers / 12.92, ((numbers + 0.055) / 1.055) ** 2.4)
    return found


def from_light(light: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.where(
        light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 0) ** (1 / 2.4) - 0.055
    )
    return found


def matrix(places: tuple[float, ...]) -> NDArray[np.float64]:
    """From linear RGB to XYZ, from the definition of chromaticities."""
    points = np.array(places).reshape(4, 2)
    xyz = np.stack([points[:, 0] / points[:, 1], np.ones(4), (1 - points.sum(axis=1)) / points[:, 1]])
    found: NDArray[np.float64] = xyz[:, 1:] * np.linalg.solve(xyz[:, 1:], xyz[:, 0])
    return found


def expected(light: NDArray[np.float64], places: tuple[float, ...] = SRGB) -> NDArray[np.float64]:
    """Return the levels in sRGB of light in other primaries, what is outside of it cut off."""
    srgb = np.linalg.solve(matrix(SRGB), matrix(places) @ light.reshape(-1, 3).T).T.reshape(light.shape)
    found: NDArray[np.float64] = np.rint(255 * from_light(np.clip(srgb, 0, 1)))
    return found


def png_with(image: Picture, *chunks: bytes) -> bytes:
    content = encoded(image, "PNG")
    at = content.index(b"IDAT") - 4
    return content[:at] + b"".join(chunks) + content[at:]


def gama(value: float) -> bytes:
    return png_chunk(b"gAMA", struct.pack(">I", round(value * 100_000)))


def chrm(places: tuple[float, ...]) -> bytes:
    return png_chunk(b"cHRM", struct.pack(">8I", *(round(value * 100_000) for value in places)))


NUMBERS = np.asarray(PICTURE) / 255


@pytest.mark.parametrize("form", ["PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("gamma", [1.0, 1.8, 2.6])
@pytest.mark.parametrize("places", [SRGB, P3], ids=["sRGB", "P3"])
def test_profiles_count_by_their_numbers(form: str, gamma: float, places: tuple[float, ...]) -> None:
    profile = rgb_profile(places, gamma)
    assert profile is not None
    called_srgb = profile.replace("RGB".encode("utf-16-be"), "sRGB"[1:].encode("utf-16-be"))
    options: dict[str, object] = {"lossless": True} if form == "WEBP" else {}
    found = pixels_of(encoded(PICTURE, form, icc_profile=called_srgb, **options))
    assert np.abs(found - expected(NUMBERS**gamma, places)).max() <= 1


def test_a_linear_profile_that_is_called_srgb_is_linear() -> None:
    profile = rgb_profile(SRGB, 1.0)
    assert profile is not None
    short, long = (words.encode("utf-16-be") for words in ("RGB", "GIMP built-in Linear sRGB"))
    at = profile.index(b"mluc") + 20
    assert profile[at:].index(short) < 20
    named = profile[: at - 20] + profile[at - 20 :].replace(short, long[: len(short)], 1)  # its length stays
    assert np.abs(pixels_of(encoded(PICTURE, "PNG", icc_profile=named)) - expected(NUMBERS)).max() <= 1


@pytest.mark.parametrize("gamma", [1.0, 1 / 1.8, 0.7])
@pytest.mark.parametrize("places", [None, P3], ids=["no cHRM", "P3"])
def test_gama_and_chrm_of_a_png_bring_its_colours_to_srgb(gamma: float, places: tuple[float, ...] | None) -> None:
    chunks = [gama(gamma)] if places is None else [gama(gamma), chrm(places)]
    found = pixels_of(png_with(PICTURE, *chunks))
    assert np.abs(found - expected(NUMBERS ** (1 / gamma), places or SRGB)).max() <= 1


def test_a_grey_png_has_a_gamma_too() -> None:
    ramp = np.arange(256, dtype=np.uint8)[None].repeat(4, axis=0)
    found = pixels_of(png_with(Image.fromarray(ramp), gama(1.0)))
    light = (ramp / 255)[..., None].repeat(3, axis=2)
    assert np.abs(found - expected(light)).max() <= 1


@pytest.mark.parametrize(
    "chunks",
    [
        [gama(0.45455)],
        [gama(0.45455), chrm(SRGB)],
        [png_chunk(b"sRGB", b"\0"), gama(1.0)],
        [png_chunk(b"cICP", bytes([1, 13, 0, 1])), gama(1.0)],
        [png_chunk(b"cICP", bytes([2, 2, 0, 1]))],
    ],
)
def test_what_says_srgb_changes_nothing(chunks: list[bytes]) -> None:
    np.testing.assert_array_equal(pixels_of(png_with(PICTURE, *chunks)), np.asarray(PICTURE))


@pytest.mark.parametrize(("transfer", "exponent"), [(13, None), (8, 1.0), (4, 2.2)])
def test_cicp_of_a_png_brings_its_colours_to_srgb(transfer: int, exponent: float | None) -> None:
    found = pixels_of(png_with(PICTURE, png_chunk(b"cICP", bytes([12, transfer, 0, 1]))))
    light = to_light(NUMBERS) if exponent is None else NUMBERS**exponent
    assert np.abs(found - expected(light, P3)).max() <= 1


@pytest.mark.parametrize(("transfer", "white"), [(16, 0.5806888), (18, 0.75)])
def test_pq_and_hlg_are_pressed_into_the_screen(transfer: int, white: float) -> None:
    ramp = np.arange(256, dtype=np.uint8)[None].repeat(4, axis=0)[..., None].repeat(3, axis=2)
    found = pixels_of(png_with(Image.fromarray(ramp), png_chunk(b"cICP", bytes([9, transfer, 0, 1]))))[0, :, 0]
    assert (np.diff(found) >= 0).all()
    assert found[0] == 0
    assert 205 <= found[round(255 * white)] <= 245  # reference white is light, and highlights have room above
    assert found[-1] >= 250


def test_primaries_that_are_none_have_no_profile() -> None:
    assert rgb_profile((0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3), 1.0) is None
    assert rgb_profile((0.3, 0.0, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06), 1.0) is None
    assert profile_of_cicp(1, 13) is None
    assert profile_of_cicp(250, 250) is None


def test_nclx_of_an_avif_brings_its_colours_to_srgb() -> None:
    content = encoded(PICTURE.resize((160, 160), Image.Resampling.NEAREST), "AVIF", quality=100, subsampling="4:4:4")
    at = content.index(b"nclx") + 4
    plain = pixels_of(content)
    wide = pixels_of(content[:at] + struct.pack(">HH", 12, 13) + content[at + 4 :])
    assert np.abs(wide - expected(to_light(plain / 255), P3)).max() <= 1
    assert np.abs(wide - plain).max() > 20


def deep_grey(*chunks: bytes) -> tuple[bytes, NDArray[np.float64]]:
    """Write every 16th number of 16 bits as a grey PNG, and return them between 0 and 1 too."""
    numbers = np.arange(0, 2**16, 16, dtype=">u2").reshape(64, 64)
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 16, 0, 0, 0, 0))
    codes = png_chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row.tobytes() for row in numbers)))
    levels: NDArray[np.float64] = (numbers / 65535)[..., None].repeat(3, axis=2)
    return SIGNATURE + header + b"".join(chunks) + codes + png_chunk(b"IEND", b""), levels


@pytest.mark.parametrize("gamma", [1.0, 1 / 1.8, 0.7])
def test_greys_of_16_bits_have_all_of_them_when_their_curve_counts(gamma: float) -> None:
    content, levels = deep_grey(gama(gamma), chrm(P3))  # primaries say nothing of greys
    assert np.abs(pixels_of(content) - expected(levels ** (1 / gamma))).max() <= 1


def test_greys_of_16_bits_in_light_itself() -> None:
    content, levels = deep_grey(png_chunk(b"cICP", bytes([9, 8, 0, 1])))
    assert np.abs(pixels_of(content) - expected(levels)).max() <= 1
    plain, _ = deep_grey(png_chunk(b"cICP", bytes([9, 13, 0, 1])))
    assert np.abs(pixels_of(plain) - np.rint(255 * levels)).max() == 0


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_a_profile_of_greys_counts_with_all_16_bits(form: str) -> None:
    numbers = np.arange(0, 2**16, 16, dtype=np.uint16).reshape(64, 64)
    content = encoded(Image.fromarray(numbers), form, icc_profile=grey_profile(1.0))
    assert np.abs(pixels_of(content) - expected((numbers / 65535)[..., None].repeat(3, axis=2))).max() <= 1


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("alpha", [False, True], ids=["grey", "grey and alpha"])
def test_a_profile_of_greys_counts_at_every_depth_of_a_png(bits: int, alpha: bool) -> None:  # noqa: FBT001
    greys = np.arange(256).reshape(16, 16)
    values = np.dstack([greys, 255 - greys]) if alpha else greys
    numbers = (values * (257 if bits == 16 else 1)).astype(">u2" if bits == 16 else ">u1")
    codes = zlib.compress(b"".join(b"\0" + row.tobytes() for row in numbers))
    header = struct.pack(">IIBBBBB", 16, 16, bits, 4 if alpha else 0, 0, 0, 0)
    profile = b"greys\0\0" + zlib.compress(grey_profile(1.0))
    chunks = ((b"IHDR", header), (b"iCCP", profile), (b"IDAT", codes), (b"IEND", b""))
    found = pixels_of(SIGNATURE + b"".join(png_chunk(*one) for one in chunks))
    assert np.abs(found[..., :3] - expected((greys / 255)[..., None].repeat(3, axis=2))).max() <= 1
    if alpha:
        np.testing.assert_array_equal(found[..., 3], 255 - greys)
