"""Colour: any mode that a file may hold becomes RGB or RGBA, and any embedded profile becomes sRGB."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

__all__ = ["Conversion", "describes_rgb", "has_alpha", "prepare", "profile_of", "settles", "to_srgb"]

Conversion = Callable[[Image.Image], Image.Image]
"""A conversion of a strip of rows of a picture to RGB or RGBA."""

_PROFILES_KEPT = 16
"""Transforms kept: a site's pictures come from a handful of cameras; each transform takes about 0.3 MB."""
_FLAGS = ImageCms.Flags.BLACKPOINTCOMPENSATION
_INTENT = ImageCms.Intent.RELATIVE_COLORIMETRIC
"""As browsers and colour-managed editors do (ICC.1:2022, section 0.3)."""
_SPACES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}
"""Modes of Pillow for the colour spaces of a profile (ICC.1:2022, table 19)."""
_GREYS = {"1", "L", "LA", "La", "I", "F"}
"""Modes of Pillow that hold only greys, except those of 16 bits. Decoders set ``"grey"`` in the info of RGBA pictures that
do too."""
_LEVELS = np.arange(256, dtype=np.uint8)
_PROBE = np.stack(
    [_LEVELS[:, None].repeat(3, axis=1)]
    + [
        np.stack([_LEVELS, np.full(256, first, np.uint8), np.full(256, second, np.uint8)], axis=1)[:, order]
        for order in ([0, 1, 2], [1, 0, 2], [1, 2, 0])
        for first in (0, 128, 255)
        for second in (0, 128, 255)
    ]
)
"""Colours by which profiles are compared: all greys, and ramps of each channel among others; shape (28, 256, 3)."""
_ROWS = 256
"""Rows converted at once: no more than some MB."""
_UNABRIDGED = ImageCms.Flags.NOOPTIMIZE
"""Without this flag, a curve of greys is sampled at a few places only, 10 levels off in linear shadows."""
_MAX_16 = 65535
_MAX_8 = 255
_MAX_32 = 2.0**32
"""The greatest 32-bit integer, as near as 32-bit floating-point numbers hold it."""
_BITS, _DEEP_BITS = 8, 16


def has_alpha(image: Image.Image) -> bool:
    """Tell whether a picture of any mode has transparent parts, or may have."""
    if image.mode in {"RGBA", "LA", "PA", "RGBa", "La"}:
        return True
    if image.mode == "P" and image.palette is not None and image.palette.mode == "RGBA":
        return True
    if image.mode.startswith("I;16"):
        return isinstance(image.info.get("transparency"), int)
    return "transparency" in image.info and image.mode in {"1", "L", "P", "RGB"}


def profile_of(image: Image.Image, profile: bytes | None = None) -> bytes | None:
    """Return the ICC profile that a picture's pixels are in when it is whole and fits the picture's mode, else None.

    Parameters
    ----------
    image : PIL.Image.Image
    profile : bytes, optional
        A profile from parts of the file that Pillow does not read; one that Pillow found comes first.
    """
    embedded = image.info.get("icc_profile")
    found = embedded if isinstance(embedded, bytes) and embedded else profile
    if not found or image.mode == "LAB":
        return None
    grey = image.mode in _GREYS or image.mode.startswith("I;16") or image.info.get("grey") is True
    fitting = {"CMYK"} if image.mode == "CMYK" else {"L", "RGB"} if grey else {"RGB"}
    return found if _describe(found)[0] in fitting else None


def describes_rgb(profile: bytes) -> bool:
    """Tell whether a profile says what RGB pixels mean."""
    return _describe(profile)[0] == "RGB"


def prepare(image: Image.Image, profile: bytes | None) -> tuple[str, Conversion]:
    """Decide once how the strips of a decoded picture become RGB or RGBA.

    Parameters
    ----------
    image : PIL.Image.Image
        The decoded picture in any mode that Pillow reads; its ``info`` has ``"white_is_zero"`` when numbers of more than 8
        bits run from white to black.
    profile : bytes or None
        Its ICC profile, needed here only where `settles`.

    Returns
    -------
    mode : str
        ``"RGB"`` or ``"RGBA"``.
    convert : callable
        The conversion; a strip that has the mode already is returned as it is.
    """
    mode = "RGBA" if has_alpha(image) else "RGB"
    order = -1 if image.info.get("white_is_zero") is True else 1  # a text chunk may have this key too
    if image.mode in {"I", "F"}:
        low, high = _range(image)[::order]
        return mode, lambda strip: _from_numbers(strip, low, high)
    if image.mode.startswith("I;16"):
        clear = image.info["transparency"] if mode == "RGBA" else None
        table = _table_of_greys(profile, _DEEP_BITS) if profile is not None and settles(image, profile) else None
        ends = (0.0, float(_MAX_16)) if order > 0 else (float(_MAX_16), 0.0)
        return mode, lambda strip: _from_16_bits(strip, clear, ends if table is None else table[::order])
    transform = _lab() if image.mode == "LAB" else None
    if image.mode == "CMYK" and profile:
        transform = _transform(profile, "CMYK", "RGB")
    if transform is not None:
        return mode, lambda strip: _apply(transform, strip)
    if image.mode == mode:
        return mode, lambda strip: strip
    if image.mode in {"RGBa", "La"}:  # premultiplied: Pillow converts them to nothing else
        straight = image.mode.upper()
        return mode, lambda strip: strip.convert(straight).convert(mode)
    info = {"transparency": image.info["transparency"]} if "transparency" in image.info else {}

    def convert(strip: Image.Image) -> Image.Image:
        strip.info.update(info)
        converted = strip.convert(mode)
        converted.info.clear()
        return converted

    return mode, convert


def settles(image: Image.Image, profile: bytes | None) -> bool:
    """Tell whether `prepare` brings a picture to sRGB by itself, while its pixels have all their bits or channels.

    CMYK cannot be converted to RGB without its profile, and 8 bits would lose the dark tones of a linear 16-bit picture.
    """
    if profile is None:
        return False
    mode, standard = _describe(profile)
    return mode == "CMYK" or (mode == "L" and not standard and image.mode.startswith("I;16"))


def to_srgb(image: Image.Image, profile: bytes | None, *, in_place: bool = False) -> Image.Image:
    """Bring an RGB or RGBA picture from its profile to sRGB.

    Parameters
    ----------
    image : PIL.Image.Image
        Mode RGB or RGBA.
    profile : bytes or None
        An RGB or grey profile; None and broken ones mean sRGB already.
    in_place : bool
        Change the picture itself, which takes no memory, instead of a copy.

    Returns
    -------
    PIL.Image.Image
        The same mode; the same object when there is nothing to do, or ``in_place``.
    """
    source, standard = (None, True) if profile is None else _describe(profile)
    if profile is None or standard or source not in {"RGB", "L"}:
        return image
    transform = _transform(profile, image.mode, image.mode) if source == "RGB" else None
    table = _table_of_greys(profile, _BITS) if source == "L" else None
    if transform is None and table is None:
        return image
    converted = image if in_place else image.copy()
    if transform is not None:
        transform.apply_in_place(converted)
    if table is not None:
        for top in range(0, image.height, _ROWS):
            rows = converted.crop((0, top, image.width, min(image.height, top + _ROWS)))
            coloured = Image.fromarray(table[np.asarray(rows.getchannel(0))])
            if image.mode == "RGBA":
                coloured.putalpha(rows.getchannel("A"))
            converted.paste(coloured, (0, top))
    converted.info.clear()
    return converted


@lru_cache(_PROFILES_KEPT)
def _describe(profile: bytes) -> tuple[str | None, bool]:
    """Return the mode that a profile describes, None for a broken one, and whether it does to colours what sRGB does.

    Names lie: there are linear profiles and Display P3 that are called sRGB. So colours are converted and compared.
    """
    try:
        opened = ImageCms.ImageCmsProfile(BytesIO(profile)).profile
        mode = _SPACES.get(str(opened.xcolor_space))
    except Exception:  # noqa: BLE001 - a foreign C library on hostile bytes; a broken profile is no profile
        return None, False
    transform = _transform(profile, mode, "RGB") if mode in {"RGB", "L"} else None
    if mode is None or transform is None:
        return mode, False
    probe = Image.fromarray(_PROBE) if mode == "RGB" else Image.fromarray(_PROBE[0, :, 0][None])
    found = np.asarray(_apply(transform, probe)).astype(np.int16)
    return mode, bool(np.abs(found - np.asarray(probe.convert("RGB"))).max() <= 1)


@lru_cache(_PROFILES_KEPT)
def _transform(
    profile: bytes, source: str, target: str, flags: ImageCms.Flags = _FLAGS
) -> ImageCms.ImageCmsTransform | None:
    """Build the transform to sRGB, None when the profile cannot be used."""
    try:
        return ImageCms.ImageCmsTransform(
            ImageCms.ImageCmsProfile(BytesIO(profile)),
            ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")),
            source,
            target,
            _INTENT,
            flags=flags,
        )
    except Exception:  # noqa: BLE001 - as above: many profiles open and cannot be used
        return None


@lru_cache(_PROFILES_KEPT)
def _table_of_greys(profile: bytes, bits: int) -> NDArray[np.uint8] | None:
    """Return what each grey of 8 or 16 bits is in sRGB, shape (2 ** bits, 3); None when the profile cannot be used."""
    transform = _transform(profile, "L" if bits == _BITS else "I;16", "RGB", _FLAGS | _UNABRIDGED)
    if transform is None:
        return None
    numbers = np.arange(2**bits, dtype=np.uint8 if bits == _BITS else np.uint16).reshape(-1, 256)
    return np.asarray(_apply(transform, Image.fromarray(numbers))).reshape(-1, 3)


@lru_cache(1)
def _lab() -> ImageCms.ImageCmsTransform:
    return ImageCms.ImageCmsTransform(
        ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")),
        ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")),
        "LAB",
        "RGB",
        _INTENT,
    )


def _apply(transform: ImageCms.ImageCmsTransform, image: Image.Image) -> Image.Image:
    converted = transform.apply(image)
    converted.info.clear()
    return converted


def _range(image: Image.Image) -> tuple[float, float]:
    """Return the numbers that become black and white in a picture of 32-bit or floating-point numbers.

    Files do not say which, so the smallest usual range that holds all numbers is taken: 0..1, 0..255, 0..65535 or 32 bits;
    else the range of the numbers themselves.
    """
    low, high = math.inf, -math.inf
    for top in range(0, image.height, _ROWS):
        values = np.asarray(image.crop((0, top, image.width, min(image.height, top + _ROWS))))
        finite = values[np.isfinite(values)]
        if finite.size:
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    if low > high:
        return 0.0, 1.0
    if low < 0.0 or high > _MAX_16:
        return (0.0, _MAX_32) if low >= 0.0 and _MAX_32 / 2 < high <= _MAX_32 else (low, high)
    if image.mode == "F" and high <= 1.0:
        return 0.0, 1.0
    return 0.0, float(_MAX_8 if high <= _MAX_8 else _MAX_16)


def _from_16_bits(
    strip: Image.Image, clear: int | None, levels: tuple[float, float] | NDArray[np.uint8]
) -> Image.Image:
    """Bring a strip of 16 bits to RGB, between two numbers or by a table of all.

    A transparent value, if any, is compared in all 16 bits (PNG, section 11.3.1.1).
    """
    grey = _from_numbers(strip, *levels) if isinstance(levels, tuple) else Image.fromarray(levels[np.asarray(strip)])
    if clear is not None:
        grey.putalpha(Image.fromarray(np.where(np.asarray(strip) == clear, 0, _MAX_8).astype(np.uint8)))
    return grey


def _from_numbers(strip: Image.Image, low: float, high: float) -> Image.Image:
    """Scale numbers to grey, ``low`` to black and ``high`` to white, so that 16 bits lose precision and not highlights."""
    values = np.asarray(strip).astype(np.float32)  # 24 bits of precision for 8 that are kept
    with np.errstate(over="ignore", invalid="ignore"):  # the largest 32-bit numbers become infinite, which is white
        values -= low
        values *= _MAX_8 / (high - low) if math.isfinite(high - low) and high != low else 0.0
    np.nan_to_num(values, copy=False, nan=0.0, posinf=_MAX_8, neginf=0.0)
    np.clip(values, 0, _MAX_8, out=values)
    return Image.fromarray(np.rint(values, out=values).astype(np.uint8)).convert("RGB")
