"""The pictures of the documentation, made from free photographs: crops beside the middle and libvips, and the method."""

from __future__ import annotations

import argparse
from io import BytesIO
from pathlib import Path

import skimage.data
from PIL import Image

from benchmarks.speed.candidates import OURS, candidate
from benchmarks.speed.pictures import PHOTOGRAPHS
from focalbox.cropper import Cropper

__all__ = ["CROPPERS", "SIZES", "draw_gallery"]

SIZES = ((500, 200), (300, 300), (225, 400))
"""A banner, a square, and a telephone's screen, pixels."""
CROPPERS = {"middle": "libvips centre", "libvips": "libvips attention", "focalbox": OURS}
"""What a column of the gallery is called, and the cropper in it."""
_STRIP = (500, 200)
_QUALITY = 82


def draw_gallery(folder: Path) -> list[Path]:
    """Write all pictures as WebP.

    Parameters
    ----------
    folder : path
        Where they go; it is made.

    Returns
    -------
    list of path
        ``NAME.webp``, ``NAME-WxH-COLUMN.webp`` and ``NAME-method.webp``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    croppers = {column: candidate(name) for column, name in CROPPERS.items()}
    written = []

    def keep(image: Image.Image, name: str) -> None:
        path = folder / f"{name}.webp"
        image.save(path, quality=_QUALITY)
        written.append(path)

    for name in PHOTOGRAPHS:
        picture = Image.fromarray(getattr(skimage.data, name)())
        file = BytesIO()
        picture.save(file, "png")
        keep(picture, name)
        keep(Cropper().explain(picture, _STRIP), f"{name}-method")
        for size in SIZES:
            for column, crop in croppers.items():
                keep(Image.open(BytesIO(crop(file.getvalue(), size))), f"{name}-{size[0]}x{size[1]}-{column}")
    return written


def main() -> None:
    """Write the pictures and say how many there are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(".cache/gallery"), help="folder for the pictures")
    out: Path = parser.parse_args().out
    print(f"{len(draw_gallery(out))} pictures are in {out}")


if __name__ == "__main__":
    main()
