"""The croppers that are measured, each from the bytes of a file to the bytes of a JPEG, as its users would call it.

Every import stands in the function that needs it, so that a process measuring one cropper's memory holds no other.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["CANDIDATES", "OURS", "QUALITY", "Candidate", "candidate"]

QUALITY = 80
"""JPEG quality of every result."""

OURS = "focalbox"

Candidate = Callable[[bytes, tuple[int, int]], bytes]
"""From a file and a size to a file."""


def _focalbox() -> Candidate:
    from focalbox.cropper import Cropper

    cropper = Cropper()

    def crop(content: bytes, size: tuple[int, int]) -> bytes:
        return cropper.results(content, [size], upscale=True)[0].encode("jpeg", quality=QUALITY)

    return crop


def _pillow(*, draft: bool) -> Candidate:
    from PIL import Image, ImageOps

    def crop(content: bytes, size: tuple[int, int]) -> bytes:
        with Image.open(BytesIO(content)) as image:
            if draft:  # twice the pixels of the result along each side
                scale = 2 * max(size[0] / image.width, size[1] / image.height)
                image.draft("RGB", (max(1, int(image.width * scale)), max(1, int(image.height * scale))))
            return _jpeg(ImageOps.fit(image.convert("RGB"), size, Image.Resampling.LANCZOS))

    return crop


def _libvips(interest: str) -> Candidate:
    import pyvips

    pyvips.cache_set_max(0)

    def crop(content: bytes, size: tuple[int, int]) -> bytes:
        thumbnail = pyvips.Image.thumbnail_buffer(content, size[0], height=size[1], crop=interest)
        written: bytes = thumbnail.jpegsave_buffer(Q=QUALITY, strip=True)
        return written

    return crop


def _smartcrop() -> Candidate:
    from PIL import Image
    from smartcrop import SmartCrop

    cropper = SmartCrop()

    def crop(content: bytes, size: tuple[int, int]) -> bytes:
        with Image.open(BytesIO(content)) as image:
            picture = image.convert("RGB")
        best = cropper.crop(picture, *size)["top_crop"]
        box = best["x"], best["y"], best["x"] + best["width"], best["y"] + best["height"]
        return _jpeg(picture.crop(box).resize(size, Image.Resampling.LANCZOS))

    return crop


def _jpeg(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


CANDIDATES: dict[str, Callable[[], Candidate]] = {
    OURS: _focalbox,
    "Pillow fit": lambda: _pillow(draft=False),
    "Pillow draft + fit": lambda: _pillow(draft=True),
    "libvips centre": lambda: _libvips("centre"),
    "libvips attention": lambda: _libvips("attention"),
    "libvips entropy": lambda: _libvips("entropy"),
    "smartcrop": _smartcrop,
}
"""How each cropper is made ready, by the name that the report calls it."""


def candidate(name: str) -> Candidate:
    """Return a cropper, imported and ready."""
    return CANDIDATES[name]()
