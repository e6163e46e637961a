"""The table of docs/formats.md: what focalbox, Pillow and libvips make of each file of the corpus."""

from __future__ import annotations

import sys
import warnings
from io import BytesIO
from pathlib import Path

import numpy as np
import pyvips
from PIL import Image, ImageOps

from corpus.make import Sample, samples
from focalbox.errors import FocalboxError
from focalbox.imaging.source import open_picture

_PAGE = Path(__file__).parents[2] / "docs" / "formats.md"
_NEAR = 6.0
"""Levels of the mean that lossy formats may differ by; a picture in linear light differs by 40."""

Seen = tuple[tuple[int, int], float, int, int] | str
"""Size, mean level, frames and how often they are shown, or why there are none."""


def by_focalbox(content: bytes) -> Seen:
    """Decode with focalbox."""
    try:
        picture = open_picture(content)
        pixels = np.asarray(picture.decode(picture.size).image)
        film = picture.film() if picture.animated else None
        frames, plays = (sum(1 for _ in film.draw()), film.plays) if film is not None else (1, 0)
    except FocalboxError as error:
        return str(error)
    return (picture.size.width, picture.size.height), float(pixels[..., :3].mean()), frames, plays


def by_pillow(content: bytes) -> Seen:
    """Decode with Pillow, turned as EXIF says."""
    try:
        with warnings.catch_warnings(), Image.open(BytesIO(content)) as image:
            warnings.simplefilter("ignore")
            frames = getattr(image, "n_frames", 1) if image.format != "TIFF" else 1
            plays = int(image.info.get("loop", 0)) + (image.format == "GIF" and image.info.get("loop", 0) > 0)
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except Exception as error:  # noqa: BLE001 - whatever it is goes into the table
        return str(error)
    return upright.size, float(np.asarray(upright).mean()), frames, plays


def by_libvips(content: bytes) -> Seen:
    """Decode with libvips, turned and brought to sRGB, refusing damage."""
    try:
        image = pyvips.Image.new_from_buffer(content, "", fail_on="truncated")
        frames = (
            int(image.get("n-pages")) if image.get_typeof("n-pages") and "tiff" not in image.get("vips-loader") else 1
        )
        plays = int(image.get("loop")) if image.get_typeof("loop") else 0
        image = image.autorot()
        if image.get_typeof("icc-profile-data"):
            image = image.icc_transform("srgb", embedded=True)
        image = image.colourspace("srgb")
        pixels = image.extract_band(0, n=3).numpy() if image.bands > 2 else image.numpy()
    except pyvips.Error as error:
        return str(error)
    return (image.width, image.height), float(pixels.mean()), frames, plays


def verdict(sample: Sample, seen: Seen) -> str:
    """Say in a word or two whether a decoder was right."""
    if isinstance(seen, str):
        return "refused" if sample.mean is None else "**refused**"
    size, mean, frames, plays = seen
    if sample.mean is None:
        return "**taken**"
    wrong = [
        word
        for word, is_wrong in (
            ("size", size != sample.size),
            ("colours", abs(mean - sample.mean) > _NEAR),
            ("frames", frames != sample.frames),
            ("repeats", frames > 1 and plays != sample.plays),
        )
        if is_wrong
    ]
    return f"**other {' and '.join(wrong)}**" if wrong else "right"


def page() -> str:
    """Return the page."""
    lines = [
        "# Formats",
        "",
        "What focalbox, Pillow and libvips make of small files that `tests/corpus/make.py` writes. Right is the upright",
        "picture in sRGB with all its frames, and for a cut file a refusal. Made by `make formats`; the rest is bold.",
        "",
        "| format | feature | focalbox | Pillow | libvips |",
        "|---|---|---|---|---|",
    ]
    for sample in sorted(samples(), key=lambda one: (one.format, one.feature)):
        found = [verdict(sample, decode(sample.content)) for decode in (by_focalbox, by_pillow, by_libvips)]
        lines.append(f"| {sample.format} | {sample.feature} | {' | '.join(found)} |")
    return "\n".join([*lines, ""])


def main() -> None:
    """Write the page."""
    _PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"written: {_PAGE}\n")


if __name__ == "__main__":
    main()
