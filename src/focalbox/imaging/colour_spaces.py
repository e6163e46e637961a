"""Colour spaces by their numbers: primaries and curves, as PNG, AVIF and HEIC name them, made into ICC profiles."""

from __future__ import annotations

import struct
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from focalbox.imaging.headers.png import Png

__all__ = ["grey_profile", "profile_of_cicp", "profile_of_png", "rgb_profile"]

_D65 = (0.3127, 0.3290)
_SRGB = (*_D65, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
"""x and y of white, red, green and blue (IEC 61966-2-1)."""
_PRIMARIES = {
    1: _SRGB,
    4: (0.310, 0.316, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08),
    5: (*_D65, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06),
    6: (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    7: (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    9: (*_D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    11: (0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    12: (*_D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    22: (*_D65, 0.630, 0.340, 0.295, 0.605, 0.155, 0.077),
}
"""The same by the numbers of ITU-T H.273, table 2."""
_EXPONENTS = {4: 2.2, 5: 2.8, 8: 1.0, 17: 2.6}
"""Transfers of ITU-T H.273, table 3, that are a power function. Those of television (1, 6, 14, 15) are treated as sRGB, as
in browsers: pictures that carry them were made on sRGB screens."""
_PQ, _HLG = 16, 18
_REFERENCE_WHITE = 203.0
"""cd/m2 of what is white in a picture without highlights (ITU-R BT.2408, section 2)."""
_HLG_PEAK, _HLG_GAMMA = 1000.0, 1.2  # cd/m2 and exponent of the display that HLG is made for (ITU-R BT.2100, table 5)
_KNEE = 0.6
"""Light, with reference white at 1, above which highlights are compressed instead of clipped: a judgement."""
_STEPS = 4096
"""Entries of a curve that is not a power function: far finer than 8 bits."""
_GAMMA, _GAMMA_NEAR = 1 / 2.2, 0.01
"""The gAMA that writers of sRGB have to write (PNG, section 11.3.2.2), and the difference up to which another means the
same."""
_PRIMARY_NEAR = 0.002
"""Difference up to which chromaticities mean the same: those of sRGB are written with 2 to 4 digits."""
_D50 = (0.9642, 1.0, 0.8249)  # ICC.1:2022, section 7.2.16
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
"""From XYZ to the cone responses that a change of white scales (ICC.1:2022, annex E)."""
_KEPT = 16

Curve = float | tuple[float, ...]
"""From numbers to light: an exponent, or values at even steps from 0 to 1."""


def profile_of_png(png: Png) -> bytes | None:
    """Return the ICC profile that a PNG's pixels are in, that of greys where they are greys of 16 bits; None for sRGB.

    cICP comes before iCCP, that before sRGB, and that before gAMA and cHRM (PNG third edition, section 4.3).
    """
    if png.cicp is not None:
        return profile_of_cicp(png.cicp[0], png.cicp[1], grey=png.deep)
    if png.profile is not None:
        return png.profile
    if png.srgb or (png.gamma is None and png.chromaticities is None):
        return None
    places = _SRGB if png.deep else png.chromaticities or _SRGB
    usual = max(abs(found - srgb) for found, srgb in zip(places, _SRGB, strict=True)) < _PRIMARY_NEAR
    gamma = png.gamma or _GAMMA
    if abs(gamma - _GAMMA) < _GAMMA_NEAR * _GAMMA:
        return None if usual else rgb_profile(places, _srgb_curve())
    return grey_profile(1 / gamma) if png.deep else rgb_profile(_SRGB if usual else places, 1 / gamma)


def profile_of_cicp(primaries: int, transfer: int, *, grey: bool = False) -> bytes | None:
    """Return the ICC profile for code points of ITU-T H.273; None for sRGB, and for what is unknown or unspecified.

    The curves of PQ and HLG compress highlights into the range of a standard screen.
    """
    places = _SRGB if grey else _PRIMARIES.get(primaries, _SRGB)
    curve: Curve | None = _EXPONENTS.get(transfer)
    if transfer in {_PQ, _HLG}:
        curve = _press(_pq_light() if transfer == _PQ else _hlg_light())
    if curve is None and places is not _SRGB:
        curve = _srgb_curve()
    if curve is None:
        return None
    return grey_profile(curve) if grey else rgb_profile(places, curve)


@lru_cache(_KEPT)
def rgb_profile(places: tuple[float, ...], curve: Curve) -> bytes | None:
    """Build an ICC profile of three primaries and one curve.

    Parameters
    ----------
    places : tuple of float
        x and y of white, red, green and blue.
    curve : float or tuple of float
        From numbers to light.

    Returns
    -------
    bytes or None
        None when the primaries do not form a triangle around white.
    """
    matrix = _colorants(places)
    if matrix is None or not np.isfinite(matrix).all() or np.abs(matrix).max() > 2:  # noqa: PLR2004 - beyond any light
        return None
    tags = {name: _xyz(tuple(column)) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), matrix.T, strict=True)}
    return _profile(b"RGB ", tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), _response(curve)))


@lru_cache(_KEPT)
def grey_profile(curve: Curve) -> bytes:
    """Build an ICC profile of greys from a curve as in `rgb_profile`."""
    return _profile(b"GRAY", {b"kTRC": _response(curve)})


def _response(curve: Curve) -> bytes:
    if isinstance(curve, float):
        return b"para" + bytes(8) + _fixed_point(curve)
    values: NDArray[np.uint16] = np.rint(np.clip(np.array(curve), 0, 1) * 65535).astype(">u2")
    return b"curv" + bytes(4) + struct.pack(">I", len(values)) + values.tobytes()


def _profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    """Put tags together as the profile of a display (ICC.1:2022, section 7)."""
    tags = {b"desc": _text("RGB"), b"cprt": _text("none"), b"wtpt": _xyz(_D50)} | tags
    table, body, start = b"", b"", 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        table += name + struct.pack(">II", start + len(body), len(value))
        body += value + bytes(-len(value) % 4)
    header = (
        struct.pack(">I", start + len(body)) + bytes(4) + b"\x04\x30\0\0mntr" + space + b"XYZ " + bytes(12) + b"acsp"
    )
    header += bytes(28) + b"".join(map(_fixed_point, _D50))
    return header + bytes(128 - len(header)) + struct.pack(">I", len(tags)) + table + body


def _colorants(places: tuple[float, ...]) -> NDArray[np.float64] | None:
    """Return XYZ of the primaries as columns, white adapted to D50."""
    points = np.array(places, dtype=np.float64).reshape(4, 2)
    if (points[:, 1] <= 0).any():
        return None
    xyz = np.stack([points[:, 0] / points[:, 1], np.ones(4), (1 - points.sum(axis=1)) / points[:, 1]])
    try:
        matrix = xyz[:, 1:] * np.linalg.solve(xyz[:, 1:], xyz[:, 0])
        scale = (_BRADFORD @ np.array(_D50)) / (_BRADFORD @ xyz[:, 0])
        adapted: NDArray[np.float64] = np.linalg.solve(_BRADFORD, scale[:, None] * (_BRADFORD @ matrix))
    except np.linalg.LinAlgError:
        return None
    return adapted


def _fixed_point(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _xyz(value: tuple[float, ...]) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(map(_fixed_point, value))


def _text(words: str) -> bytes:
    body = words.encode("utf-16-be")
    return b"mluc" + bytes(4) + struct.pack(">II", 1, 12) + b"enUS" + struct.pack(">II", len(body), 28) + body


def _numbers() -> NDArray[np.float64]:
    return np.linspace(0, 1, _STEPS)


def _srgb_curve() -> tuple[float, ...]:
    """Return the curve of sRGB (IEC 61966-2-1)."""
    numbers = _numbers()
    return tuple(np.where(numbers <= 0.04045, numbers / 12.92, ((numbers + 0.055) / 1.055) ** 2.4).tolist())  # noqa: PLR2004


def _pq_light() -> NDArray[np.float64]:
    """Return cd/m2 of PQ's numbers (SMPTE ST 2084; ITU-R BT.2100, table 4)."""
    power = _numbers() ** (1 / 78.84375)
    light: NDArray[np.float64] = 10_000 * (np.maximum(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)) ** (
        1 / 0.1593017578125
    )
    return light


def _hlg_light() -> NDArray[np.float64]:
    """Return cd/m2 of HLG's numbers on the display that it is made for (ITU-R BT.2100, table 5)."""
    numbers = _numbers()
    scene = np.where(numbers <= 0.5, numbers**2 / 3, (np.exp((numbers - 0.55991073) / 0.17883277) + 0.28466892) / 12)  # noqa: PLR2004
    light: NDArray[np.float64] = _HLG_PEAK * scene**_HLG_GAMMA
    return light


def _press(light: NDArray[np.float64]) -> tuple[float, ...]:
    """Compress light into 0 to 1: unchanged up to the knee, approaching white above."""
    relative = light / _REFERENCE_WHITE
    room = 1 - _KNEE
    above = _KNEE + room * (1 - np.exp(-np.maximum(relative - _KNEE, 0) / room))
    return tuple(np.where(relative <= _KNEE, relative, above).tolist())
