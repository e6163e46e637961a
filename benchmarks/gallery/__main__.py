"""``python -m benchmarks.gallery``: freely licensed photographs cropped by the middle, libvips and focalbox."""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import skimage.data
from PIL import Image, ImageDraw

from benchmarks.croppers import RATIOS, centre
from benchmarks.labels import LabelledPicture
from benchmarks.peers import PEERS, peer_windows
from focalbox.core.geometry import Box
from focalbox.core.target import Ratio, Size
from focalbox.cropper import Cropper
from training.teachers.detectors import file_in

__all__ = ["PHOTOGRAPHS", "photograph"]

PHOTOGRAPHS = (
    ("astronaut", "5:2"),
    ("chelsea", "9:16"),
    ("rocket", "5:2"),
    ("camera", "5:2"),
    ("matplotlib/mpl-data/sample_data/grace_hopper.jpg", "16:9"),
    ("sklearn/datasets/images/china.jpg", "9:16"),
    ("sklearn/datasets/images/flower.jpg", "9:16"),
)
"""Photographs that scikit-image draws, or that packages of requirements/photographs.txt carry, and a ratio to crop each to.
Their licences stand below the gallery in docs/gallery.md."""

_HEIGHT = 130
"""Height of a panel, pixels."""

_GAP, _CAPTION = 8, 14
_ATTENTION = PEERS[0]


def main() -> None:
    """Draw the gallery."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gallery", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/gallery.webp"), help="picture to draw")
    wanted = parser.parse_args()
    rows, cropper = [], Cropper()
    for name, ratio in PHOTOGRAPHS:
        picture = photograph(name)
        plan = cropper.analyze(picture.content).plan(ratio)
        assert isinstance(plan.target, Ratio)  # noqa: S101 - the table says ratios
        middle = _middle(picture, plan.target)
        (libvips,) = peer_windows(_ATTENTION, picture, (plan.target,), None).boxes
        rows.append((picture.open(), [("centre", middle), ("libvips", libvips), ("focalbox", plan.relative)]))
    draw_gallery(rows).save(wanted.out, "WEBP", quality=78)


def photograph(name: str) -> LabelledPicture:
    """Return one of the photographs."""
    package, _, inside = name.partition("/")
    image = Image.open(file_in(package, inside)) if inside else Image.fromarray(getattr(skimage.data, name)())
    stored = io.BytesIO()
    image.convert("RGB").save(stored, "PNG")
    return LabelledPicture(name, "free", stored.getvalue(), Size(*image.size))


def draw_gallery(rows: list[tuple[Image.Image, list[tuple[str, Box]]]]) -> Image.Image:
    """Draw a line for each picture: the picture, and what each window shows, under its name."""
    lines = []
    for picture, windows in rows:
        size = Size(*picture.size)
        shown = ((name, picture.crop(box.to_pixels(size).corners)) for name, box in windows)
        panels = [("picture", picture), *shown]
        lines.append([(name, panel.resize((_HEIGHT * panel.width // panel.height, _HEIGHT))) for name, panel in panels])
    width = max(sum(panel.width + _GAP for _, panel in line) for line in lines) - _GAP
    gallery = Image.new("RGB", (width, len(lines) * (_HEIGHT + _CAPTION + _GAP)), "white")
    draw = ImageDraw.Draw(gallery)
    for row, line in enumerate(lines):
        left, top = 0, row * (_HEIGHT + _CAPTION + _GAP)
        for name, panel in line:
            draw.text((left, top), name, fill="black")
            gallery.paste(panel, (left, top + _CAPTION))
            left += panel.width + _GAP
    return gallery


def _middle(picture: LabelledPicture, ratio: Ratio) -> Box:
    return centre(picture).windows[RATIOS.index(ratio)]


if __name__ == "__main__":
    main()
