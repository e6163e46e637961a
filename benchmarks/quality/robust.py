"""``python -m benchmarks.quality.robust``: whether the head of a portrait stays whole in 60 small edits of the picture."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path

import skimage.data
from PIL import Image, ImageEnhance, ImageOps

from benchmarks.intervals import share_of
from benchmarks.quality.stability import store
from benchmarks.tables import replace_between, table, with_interval
from benchmarks.truth import head_of
from focalbox.core.geometry import Box
from focalbox.core.target import Size
from focalbox.cropper import Cropper
from training.teachers.detectors import file_in

__all__ = ["PORTRAITS", "edits"]

PORTRAITS: Mapping[str, tuple[str, Box]] = {
    "astronaut": ("astronaut", Box(0.352, 0.113, 0.177, 0.230)),
    "camera": ("camera", Box(0.381, 0.220, 0.132, 0.165)),
    "Grace Hopper": ("mpl-data/sample_data/grace_hopper.jpg", Box(0.339, 0.204, 0.359, 0.361)),
}
"""Free portraits that scikit-image and Matplotlib (a file of it) bundle, and the face in each as CenterFace
sees it, fractions."""

_SIZES = (Size(500, 200), Size(400, 300), Size(300, 300))
_TRIMS = (4, 8, 12, 16, 20, 24)
_FRAMES = (4, 8, 16, 24)
_SCALES = (0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 1.1, 1.25, 1.5, 1.75, 2.0, 3.0)


def edits(image: Image.Image, face: Box) -> Iterator[tuple[str, bytes, Box]]:
    """Yield 60 small edits of a portrait: a name, the file, and where the face is then (fractions)."""
    width, height = image.size
    for pixels in _TRIMS:
        corners = {
            "left": (pixels, 0, width, height),
            "right": (0, 0, width - pixels, height),
            "top": (0, pixels, width, height),
            "bottom": (0, 0, width, height - pixels),
        }
        for side, box in corners.items():
            yield f"{pixels} px off the {side}", store(image.crop(box)), _within(face, image, box)
    for pixels in _FRAMES:
        for colour in ("white", "black"):
            framed = ImageOps.expand(image, pixels, colour)
            box = (-pixels, -pixels, width + pixels, height + pixels)
            yield f"{colour} frame of {pixels} px", store(framed), _within(face, image, box)
    for factor in (0.8, 0.9, 1.1, 1.2):
        yield f"brightness x {factor}", store(ImageEnhance.Brightness(image).enhance(factor)), face
    yield "grey", store(image.convert("L")), face
    for degrees in (-5, -3, 3, 5):
        turned = image.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=(128, 128, 128))
        yield f"turned by {degrees} degrees", store(turned), face
    yield "GIF", store(image.quantize(256), "GIF"), face
    for quality in (30, 60, 75, 95):
        yield f"JPEG {quality}", store(image, "JPEG", quality=quality), face
    yield "mirrored", store(ImageOps.mirror(image)), face.mirror()
    for scale in _SCALES:
        size = round(width * scale), round(height * scale)
        yield f"resized by {scale}", store(image.resize(size, Image.Resampling.LANCZOS)), face


def main() -> None:
    """Measure, print, and write the table into docs/quality.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.robust", description=__doc__)
    parser.add_argument("--write", type=Path, default=Path("docs/quality.md"), help="page to write the table into")
    wanted = parser.parse_args()
    cropper, rows = Cropper(), []
    for name, (file, face) in PORTRAITS.items():
        image = _open(file)
        kept: dict[Size, list[tuple[float, float]]] = {size: [] for size in _SIZES}
        for _, content, moved in edits(image, face):
            plan = cropper.analyze(content).plans(_SIZES)
            for size, crop in zip(_SIZES, plan, strict=True):
                pixel = 1 / min(crop.source.width, crop.source.height)
                head = head_of(moved)
                if head.width <= crop.window.width and head.height <= crop.window.height:
                    kept[size].append((float(crop.relative.contains(head, slack=pixel)), 1.0))
        rows.append([name, *(with_interval(share_of(cases)) for cases in kept.values())])
    text = table(["portrait: share of edits with the whole head", *map(str, _SIZES)], rows)
    print(text)
    replace_between(wanted.write, "robust", text)


def _open(file: str) -> Image.Image:
    if file.endswith(".jpg"):
        return Image.open(file_in("matplotlib", file)).convert("RGB")  # carried by the package, which is not imported
    return Image.fromarray(getattr(skimage.data, file)()).convert("RGB")


def _within(face: Box, image: Image.Image, box: tuple[int, int, int, int]) -> Box:
    """Return a box of a picture in fractions of a part of it, or of what is around it."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    return Box(
        (face.left * image.width - left) / width,
        (face.top * image.height - top) / height,
        face.width * image.width / width,
        face.height * image.height / height,
    )


if __name__ == "__main__":
    main()
