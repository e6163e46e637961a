"""The pictures of the stored decisions: drawn by formulas or taken from scikit-image, never looked at by a network.

A change of weights changes nothing here: what is found in a picture is drawn, or comes from the classical model and from
faces that are given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
import skimage.data

from focalbox.analysis import Analysis
from focalbox.core.evidence import SaliencyMap, Subject
from focalbox.core.geometry import Box, PixelBox
from focalbox.core.target import Size
from focalbox.cropper import Cropper
from focalbox.options import CropKeywords

__all__ = ["REQUESTS", "decide", "scenes"]

REQUESTS: tuple[tuple[str, CropKeywords], ...] = (
    ("500x200", {}),
    ("200x500", {}),
    ("1:1", {}),
    ("16:9", {}),
    ("9:16", {}),
    ("250x141", {}),
    ("free", {}),
    ("4:5", {"fit": "tight"}),
    ("16:9", {"zoom": 0.5}),
    ("5:2", {"fit": "pad", "retain": 0.95}),
    ("2:5", {"fit": "contain"}),
    ("1:1", {"mode": "face"}),
    ("1:1", {"focus": (0.2, 0.8)}),
    ("3:1", {"keep": (0.1, 0.6, 0.2, 0.2), "avoid": (0.5, 0.0, 0.5, 0.3)}),
    ("1:2", {"on_doubt": "centre", "doubt": 0.9}),
    ("300x300", {"on_doubt": "pad", "doubt": 0.9}),
)
"""Sizes and options that every picture is cropped with."""

_PHOTOGRAPHS: Mapping[str, tuple[Box, ...]] = {
    "astronaut": (Box(0.34, 0.12, 0.2, 0.27),),
    "camera": (Box(0.38, 0.15, 0.1, 0.13),),
    "chelsea": (),
    "clock": (),
    "coffee": (),
    "coins": (),
    "hubble_deep_field": (),
    "rocket": (),
}
"""Pictures that scikit-image brings along, with the faces in them."""


def scenes() -> Iterator[tuple[str, Analysis]]:
    """Return every picture's name and what is found in it."""
    yield from _drawn()
    for name, faces in _PHOTOGRAPHS.items():
        yield name, _analyzed(name, faces)


def decide(analysis: Analysis) -> list[dict[str, Any]]:
    """Return what is decided for each of the requests, short enough to read in a difference."""
    decided = []
    for size, keywords in REQUESTS:
        crop = analysis.plan(size, **keywords)
        padding = crop.padding
        decided.append(
            {
                "request": " ".join([size, *(f"{name}={value}" for name, value in keywords.items())]),
                "box": [*crop.box],
                "kept": round(crop.kept, 3),
                "confidence": round(crop.confidence, 3),
                **({"padding": [padding.left, padding.top, padding.right, padding.bottom]} if padding else {}),
                **({"cut": len(crop.cut)} if crop.cut else {}),
                **({"notes": list(crop.notes)} if crop.notes else {}),
            }
        )
    return decided


@cache
def _analyzed(name: str, faces: tuple[Box, ...]) -> Analysis:
    picture = np.asarray(getattr(skimage.data, name)())
    rgb = picture if picture.ndim == 3 else np.stack([picture] * 3, axis=-1)
    found = Cropper(model="classical", detectors=[lambda _: [Subject(box) for box in faces]])
    return found.analyze(rgb)


def _blobs(rows: int, columns: int, *blobs: tuple[int, int, int, int]) -> SaliencyMap:
    """Draw discs (x, y, radius, weight), in cells, that fall off towards their edges; whole numbers alone."""
    y, x = np.mgrid[:rows, :columns]
    cells = np.zeros((rows, columns), np.int64)
    for across, down, radius, weight in blobs:
        cells += weight * np.maximum(0, radius**2 - (x - across) ** 2 - (y - down) ** 2)
    return SaliencyMap(cells)


def _analysis(size: Size, saliency: SaliencyMap, *subjects: Subject, **more: Any) -> Analysis:
    return Analysis(size, saliency, subjects, "drawn", "1", **more)


def _faces(*boxes: tuple[float, float, float, float]) -> list[Subject]:
    return [Subject(Box(*box)) for box in boxes]


def _text(*box: float) -> Subject:
    return Subject(Box(*box), kind="text")


def _drawn() -> Iterator[tuple[str, Analysis]]:
    wide, tall = Size(1600, 900), Size(800, 1200)
    disc = _blobs(36, 64, (48, 12, 9, 5))
    yield "one disc", _analysis(wide, disc)
    yield "two discs far apart", _analysis(wide, _blobs(36, 64, (8, 18, 7, 5), (56, 18, 7, 5)))
    yield "a line across", _analysis(wide, _blobs(36, 64, *((at, at // 2, 3, 1) for at in range(0, 64, 4))))
    yield "nothing", _analysis(wide, SaliencyMap(np.zeros((36, 64))))
    yield "all alike", _analysis(tall, SaliencyMap(np.ones((48, 32))))
    person = _blobs(48, 32, (16, 10, 6, 6), (16, 28, 12, 2))
    yield "a person", _analysis(tall, person, *_faces((0.4, 0.12, 0.2, 0.16)), object_map=person)
    close = _blobs(48, 32, (16, 24, 20, 3))
    yield "a face that fills the picture", _analysis(tall, close, *_faces((0.15, 0.2, 0.7, 0.6)), object_map=close)
    crowd = [(0.04 + 0.19 * place, 0.3 + 0.02 * (place % 2), 0.1, 0.2) for place in range(5)]
    yield "a crowd", _analysis(wide, _blobs(36, 64, *((6 + 12 * at, 14, 6, 2) for at in range(5))), *_faces(*crowd))
    couple = _faces((0.1, 0.2, 0.12, 0.25), (0.75, 0.3, 0.06, 0.12))
    yield "one near and one far", _analysis(wide, _blobs(36, 64, (10, 12, 8, 4), (50, 14, 5, 3)), *couple)
    poster = _blobs(48, 32, (16, 14, 10, 3), (16, 42, 5, 2))
    yield "a poster", _analysis(tall, poster, _text(0.1, 0.84, 0.8, 0.08), _text(0.2, 0.93, 0.6, 0.04))
    things = _blobs(36, 64, (12, 18, 8, 3), (34, 18, 8, 4), (54, 22, 5, 4))
    # What draws the eye most is between the things.
    between = _blobs(36, 64, (12, 18, 8, 3), (34, 18, 8, 4), (54, 22, 5, 4), (23, 18, 6, 3))
    yield "three things", _analysis(wide, between, object_map=things)
    border = PixelBox(100, 50, 1300, 800)
    yield "a border", _analysis(wide, disc, *_faces((0.68, 0.2, 0.12, 0.2)), trimmed=border)
    yield "seven by five", _analysis(Size(7, 5), _blobs(5, 7, (5, 1, 2, 1)), keep=_blobs(5, 7, (4, 2, 3, 1)))
