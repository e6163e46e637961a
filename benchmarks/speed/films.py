"""Crops of animations of forty frames, compared with libvips: the files, both croppers, and the measurements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any

import numpy as np
import pyvips
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageSequence
from skimage import data

from benchmarks.speed.candidates import OURS, QUALITY, Candidate
from benchmarks.speed.measures import Timing, timings
from focalbox.cropper import Cropper

__all__ = ["FRAMES", "PEERS", "FilmResult", "measure_films"]

FRAMES = 40
_SIDES = 640, 480
"""Pixels of a frame."""
_TARGET = 500, 200
_NOISE = 4
"""Largest change of a pixel's lightness from frame to frame, in 1/255, as the sensor of a camera makes it."""
_DURATION = 80
"""Milliseconds that a frame is shown."""
_ANY_HEIGHT = 10**6
"""Pixels; that only the width decides how large libvips makes a frame."""

_PHOTOGRAPH = "astronaut"
"""Of scikit-image's."""

Save = Callable[[Any], bytes]


@dataclass(frozen=True, slots=True)
class FilmResult:
    """What one cropper did with one film.

    Parameters
    ----------
    timing : Timing
    size : int
        Bytes of its file.
    psnr : float
        PSNR of the file's frames against the same frames before they were written, in dB.
    """

    timing: Timing
    size: int
    psnr: float


PEERS: dict[str, dict[str, Save]] = {
    "GIF": {
        "libvips": lambda image: bytes(image.gifsave_buffer()),
        "libvips, effort 4": lambda image: bytes(image.gifsave_buffer(effort=4)),
        "libvips, quickest": lambda image: bytes(image.gifsave_buffer(effort=1, dither=0)),
    },
    "WebP": {"libvips": lambda image: bytes(image.webpsave_buffer(Q=QUALITY, effort=4))},
}
"""How libvips writes each format: as it does by itself (GIF of effort 7, WebP of effort 4, which is also Pillow's and so
focalbox's), and GIF with less effort."""


def measure_films(rounds: int) -> dict[tuple[str, str], dict[str, FilmResult]]:
    """Crop each film with each cropper, in turns; the answer is by kind of film and format, then by cropper."""
    cropper = Cropper()
    found: dict[tuple[str, str], dict[str, FilmResult]] = {}
    for kind, frames in (("drawn", _draw_frames), ("photographic", _photographic)):
        drawn = list(frames())
        for form, peers in PEERS.items():
            content = _write(drawn, form)
            croppers: dict[str, Candidate] = {OURS: partial(_ours, cropper, form)}
            croppers |= {name: partial(_theirs, save) for name, save in peers.items()}
            times = timings(croppers, [content], _TARGET, rounds, warm=False)
            files = {name: crop(content, _TARGET) for name, crop in croppers.items()}
            plain = {
                name: _cut_middle(content, _TARGET).numpy()[..., :3].reshape(-1, *_TARGET[::-1], 3) for name in peers
            }
            plain[OURS] = np.stack([np.asarray(frame.convert("RGB")) for frame in _cut(cropper, content)])
            found[kind, form] = {
                name: FilmResult(times[name], len(file), _psnr(file, plain[name])) for name, file in files.items()
            }
    return found


def _ours(cropper: Cropper, form: str, content: bytes, size: tuple[int, int]) -> bytes:
    return cropper.results(content, [size], upscale=True)[0].encode(form, quality=QUALITY)


def _theirs(save: Save, content: bytes, size: tuple[int, int]) -> bytes:
    return save(_cut_middle(content, size))


def _cut_middle(content: bytes, size: tuple[int, int]) -> pyvips.Image:
    """Return all frames, shrunk while they are decoded, each cut to its middle, below each other.

    ``thumbnail`` itself with ``crop`` would cut the column of all frames once: it has no frames any more.
    """
    film = pyvips.Image.new_from_buffer(content, "", n=-1)
    scale = max(size[0] / film.width, size[1] / film.get("page-height"))
    small = pyvips.Image.thumbnail_buffer(content, round(film.width * scale), height=_ANY_HEIGHT, option_string="n=-1")
    corner = (small.width - size[0]) // 2, (small.get("page-height") - size[1]) // 2
    column = pyvips.Image.arrayjoin([page.crop(*corner, *size) for page in small.pagesplit()], across=1).copy()
    column.set_type(pyvips.GValue.gint_type, "page-height", size[1])
    return column


def _cut(cropper: Cropper, content: bytes) -> Iterator[Image.Image]:
    (result,) = cropper.results(content, [_TARGET], upscale=True)
    return (frame for frame, _ in result.film.draw()) if result.film is not None else iter([result.image])


def _psnr(file: bytes, plain: NDArray[np.uint8]) -> float:
    with Image.open(BytesIO(file)) as film:
        frames = [np.asarray(frame.convert("RGB")).astype(np.int16) for frame in ImageSequence.Iterator(film)]
    if len(frames) != len(plain):
        message = f"a film of {len(plain)} frames became one of {len(frames)}"
        raise ValueError(message)
    errors = [float(np.square(one - other, dtype=np.int32).mean()) for one, other in zip(frames, plain, strict=True)]
    return 10 * float(np.log10(255**2 / max(float(np.mean(errors)), 1e-9)))


def _draw_frames() -> Iterator[Image.Image]:
    """Draw a disc that jumps along a row of boxes, in few colours, as stickers and explanations are."""
    for index in range(FRAMES):
        image = Image.new("RGB", _SIDES, (240, 236, 220))
        draw = ImageDraw.Draw(image)
        for box in range(8):
            draw.rectangle((box * 80, 400, box * 80 + 60, 480), fill=(60 + box * 20, 120, 90))
        x, y = 40 + 12 * index, 180 + round(80 * np.sin(index / 5))
        draw.ellipse((x - 40, y - 40, x + 40, y + 40), fill=(200, 40, 40))
        draw.ellipse((x - 15, y - 20, x - 5, y - 10), fill=(255, 255, 255))
        yield image


def _photographic() -> Iterator[Image.Image]:
    """Move slowly over a photograph, with new noise in every frame, as a clip from a camera."""
    photograph, random = Image.fromarray(getattr(data, _PHOTOGRAPH)()), np.random.default_rng(1)
    for index in range(FRAMES):
        window = index * 0.5, 20 + index * 0.3, 460 + index * 0.5, 365 + index * 0.3
        pixels = np.asarray(photograph.resize(_SIDES, Image.Resampling.LANCZOS, box=window)).astype(np.int16)
        noise = random.integers(-_NOISE, _NOISE + 1, (*_SIDES[::-1], 1), dtype=np.int16)
        yield Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8))


def _write(frames: list[Image.Image], form: str) -> bytes:
    file, options = BytesIO(), {"quality": 85, "method": 2} if form == "WebP" else {}
    frames[0].save(file, form, save_all=True, append_images=frames[1:], duration=_DURATION, loop=0, **options)
    return file.getvalue()
