"""Windows that other croppers choose: libvips (attention, entropy) and smartcrop of PyPI."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pyvips
import smartcrop
from PIL import Image

from benchmarks.labels import LabelledPicture
from focalbox.core.geometry import Box, PixelBox, largest_window
from focalbox.core.target import Ratio, Size

__all__ = ["PEERS", "Peer", "Windows", "peer_windows"]

Chooser = Callable[[LabelledPicture, Size], tuple[int, int]]
"""From a picture and the sides of a window to the window's left and top, pixels."""


@dataclass(frozen=True, slots=True)
class Windows:
    """One window per ratio, fractions of the picture, and the time of one choice (CPU milliseconds)."""

    boxes: tuple[Box, ...]
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Peer:
    """A cropper by others: what to call it, its version, and how it chooses."""

    name: str
    version: str
    choose: Chooser


def _libvips(interesting: str) -> Chooser:
    def choose(picture: LabelledPicture, window: Size) -> tuple[int, int]:
        image = pyvips.Image.new_from_buffer(picture.content, "")
        found = image.smartcrop(window.width, window.height, interesting=interesting)
        return -found.xoffset, -found.yoffset

    return choose


def _smartcrop(picture: LabelledPicture, window: Size) -> tuple[int, int]:
    image: Image.Image = picture.open()
    found = smartcrop.SmartCrop().crop(image, window.width, window.height)["top_crop"]
    return found["x"], found["y"]


_LIBVIPS = ".".join(str(pyvips.version(part)) for part in range(3))

PEERS = (
    Peer("libvips attention", _LIBVIPS, _libvips("attention")),
    Peer("libvips entropy", _LIBVIPS, _libvips("entropy")),
    Peer("smartcrop.py", version("smartcrop"), _smartcrop),
)


def peer_windows(peer: Peer, picture: LabelledPicture, ratios: tuple[Ratio, ...], cache: Path | None) -> Windows:
    """Return the largest windows of some ratios where a peer places them, from the cache when they are there.

    Parameters
    ----------
    cache : path or None
        Folder of answers, one small file a peer and picture; None to ask again.
    """
    asked = hashlib.sha256(picture.content)
    asked.update(repr((peer.name, peer.version, [ratio.aspect for ratio in ratios])).encode())
    path = cache / f"{asked.hexdigest()[:32]}.json" if cache else None
    if path and path.is_file():
        saved = json.loads(path.read_text("ascii"))
        return Windows(tuple(Box(*sides) for sides in saved["boxes"]), saved["milliseconds"])
    boxes, started = [], time.process_time()
    for ratio in ratios:
        sides = PixelBox(0, 0, *_sides(picture.size, ratio))
        left, top = peer.choose(picture, Size(sides.width, sides.height))
        boxes.append(PixelBox(left, top, sides.width, sides.height).to_box(picture.size))
    found = Windows(tuple(boxes), 1000 * (time.process_time() - started) / len(ratios))
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        saved = {
            "boxes": [[box.left, box.top, box.width, box.height] for box in boxes],
            "milliseconds": found.milliseconds,
        }
        path.write_text(json.dumps(saved), "ascii")
    return found


def _sides(size: Size, ratio: Ratio) -> tuple[int, int]:
    """Sides of the largest window in whole pixels, as the product rounds them."""
    window = Box(0.0, 0.0, *largest_window(size, ratio.aspect)).to_pixels(size, ratio.aspect)
    return window.width, window.height
