"""Where the time of a crop goes: the shares of the path's steps, and of the libraries in them, by a profiler."""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

__all__ = ["DECODERS", "PARTS", "Shares", "shares"]

PARTS = {
    "decode": ("imaging/picture.py", "decode"),
    "look": ("focalbox/looking.py", "look_at"),
    "place": ("focalbox/analysis.py", "plans"),
    "cut and resize": ("output/render.py", "render"),
    "write": ("output/encoding.py", "encode"),
}
"""The parts of the path by the file and the name of the function that does each."""

DECODERS = {
    "libjpeg-turbo": ("decoders/jpeg.py", "decode_jpeg"),
    "Pillow": ("'decode' of 'ImagingDecoder'",),
    "kornia-rs": ("decode_image_png",),
    "imagecodecs": ("decoders/webp.py", "decode_webp"),
    "libwebp": ("WebPAnimDecoder' objects", "get_next"),
    "libavif": ("'get_frame' of 'AvifDecoder'",),
}
"""Whoever turns codes into pixels, by parts of how the profiler calls the compiled function that does it, or, where it sees
none, the function around it."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Where the time of one crop went.

    Parameters
    ----------
    parts : dict
        Share of each of `PARTS`, 0 to 1; the rest is the path itself.
    decoder : str
        Which of `DECODERS` turned codes into pixels.
    coded : float
        Its share.
    network : float
        The share of onnxruntime, which is a part of the look.
    """

    parts: dict[str, float]
    decoder: str
    coded: float
    network: float


def shares(work: Callable[[], object], rounds: int = 3) -> Shares:
    """Return where the time of a piece of work goes, the mean over a few rounds."""
    work()
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(rounds):
        work()
    profile.disable()
    stats: Any = pstats.Stats(profile)  # its typed form does not tell functions of one name in two files apart
    total, raw = stats.total_tt, stats.stats
    found, coded = dict.fromkeys(PARTS, 0.0), dict.fromkeys(DECODERS, 0.0)
    network = 0.0
    for (file, _, function), (_, _, own, cumulative, _) in raw.items():
        for part, (ending, name) in PARTS.items():
            if file.replace("\\", "/").endswith(ending) and function == name:
                found[part] += cumulative / total
        for decoder, words in DECODERS.items():
            if _is(f"{file} {function}", words):
                coded[decoder] += own / total
        network += own / total if "onnxruntime_pybind11_state" in function and "run" in function else 0.0
    decoder = max(coded, key=coded.__getitem__)
    return Shares(found, decoder, coded[decoder], network)


def _is(called: str, words: Iterable[str]) -> bool:
    return all(word in called for word in words)
