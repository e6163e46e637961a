"""How much memory a picture will need, told from its header before it is decoded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from focalbox.amounts import show_bytes
from focalbox.core.target import Size
from focalbox.errors import LimitExceeded
from focalbox.imaging.decoders.jpeg_scans import EIGHTH
from focalbox.imaging.decoders.png import bytes_beside

__all__ = ["CANVASES", "Need", "check_memory", "check_results", "frames_held", "results_take"]

_RGB = 4
"""Bytes of a pixel in RGB or RGBA, as Pillow keeps them."""
_MODES = {"1": 1, "L": 1, "P": 1, "LA": 4, "PA": 4, "I;16": 2, "I;16L": 2, "I;16B": 2, "I;16N": 2}
"""Bytes of a pixel as it is decoded, where they are fewer or converted; every other mode has 4."""
_DECODERS = {"WEBP": 9, "AVIF": 8, "HEIF": 4}
"""Bytes a pixel that decoders hold in addition to the picture that they return. Measured on 24 MP (2026-11-25, Pillow 13.0
and pillow-heif 1.8): libwebp holds two canvases and Pillow one as bytes, AVIF its planes and one as bytes."""
_COEFFICIENTS = 2
"""Bytes of a coefficient, which are all held while a JPEG in several scans is decoded (libjpeg's jdcoefct.c)."""
_SPARE = 24 * 2**20
"""Bytes for strips, tables, the looking copy and the look at it. With 20 MiB a WebP of 98 MP took 0.3 MB more than
estimated (2026-11-27, a processor with AVX-512)."""
_STRIPS = 16 * 2**20
"""Bytes for strips of premultiplied pixels, where there is alpha."""
CANVASES = 4
"""Pictures held while a film is drawn: canvas, what it was before, the frame by itself and the copy that is handed out."""
_HELD = 2**26
"""Bytes up to which the frames of a film are held from looking to cutting, so that they are decoded once: 54 frames of
640x480. A longer film is decoded twice, and takes no more memory however long it is."""
_ALPHA = {"RGBA", "LA", "PA"}


@dataclass(frozen=True, slots=True)
class Need:
    """The properties of a picture on which the memory of its decode depends.

    Parameters
    ----------
    format : str or None
        As `sniff` names it.
    mode : str
        Pillow's mode of the stored pixels.
    stored : Size
        Pixels of the stored picture.
    bytes : int
        Length of the file.
    scale : int
        The divisor of the decode.
    drafts : bool
        Whether the decoder itself makes the smaller picture, as for JPEG.
    held : float
        Coefficients that the decoder holds for each pixel.
    beside : int or None
        Bytes a pixel that the decoder holds besides the picture; None for the usual number of the format.
    turned : bool
        Whether turning it upright makes a second picture.
    canvases : int
        Further pictures that drawing a film takes.
    results : int
        Bytes that the results take while the decoded picture is still there, as `results_take` says.
    """

    format: str | None
    mode: str
    stored: Size
    bytes: int = 0
    scale: int = 1
    drafts: bool = False
    held: float = 0.0
    beside: int | None = None
    turned: bool = False
    canvases: int = 0
    results: int = 0

    @property
    def peak(self) -> int:
        """Bytes at the peak.

        Examples
        --------
        >>> Need("PNG", "RGB", Size(1000, 1000)).peak // 1_000_000
        29
        """
        pixels = self.stored.pixels
        small = pixels / self.scale**2
        decoded = small if self.drafts else pixels
        before = _MODES.get(self.mode, _RGB) * decoded
        after = 0.0 if self.mode in {"RGB", "RGBA"} and (self.drafts or self.scale == 1) else _RGB * small
        usual = _DECODERS.get(self.format or "", 0) if self.beside is None else self.beside
        beside = (usual + _COEFFICIENTS * self.held) * pixels
        if self.format == "PNG":
            beside += bytes_beside(self.mode, pixels, self.scale)
        upright = _RGB * small if self.turned else 0.0
        film = _RGB * self.canvases * pixels
        working = max(_RGB * small + upright, _RGB * small + self.results)
        spare = _SPARE + _STRIPS * (self.mode in _ALPHA)
        files = self.bytes * (
            2 if self.held and self.scale == EIGHTH else 1
        )  # beside the file, one without unused scans
        return int(max(before + beside, before + after, working) + film) + files + spare


def frames_held(size: Size, frames: int) -> int:
    """Return how many frames of a film are held from looking to cutting: all of them or none.

    Examples
    --------
    >>> frames_held(Size(640, 480), 40), frames_held(Size(500, 500), 500)
    (40, 0)
    """
    return frames if _RGB * size.pixels * frames <= _HELD else 0


def check_memory(name: str, need: Need, maximum: int) -> None:
    """Raise `LimitExceeded` when a decode would take more than ``maximum`` bytes."""
    if need.peak > maximum:
        message = (
            f"{name} needs about {show_bytes(need.peak)} to decode ({need.stored}), "
            f"but a picture may take at most {show_bytes(maximum)}"
        )
        raise LimitExceeded(message)


def results_take(results: Iterable[tuple[Size, Size]]) -> int:
    """Return the bytes that cutting and resizing takes besides a working image.

    All results are kept. They are made one after the other, each with an intermediate picture resized along one axis.

    Parameters
    ----------
    results : iterable of (Size, Size)
        The window in pixels of the working image, at most all of it, and the result.

    Examples
    --------
    >>> results_take([(Size(4000, 3000), Size(500, 200))])
    6400000
    """
    kept = largest = 0
    for window, size in results:
        between = max(window.width * size.height, size.width * window.height) if window != size else 0
        kept, largest = kept + size.pixels, max(largest, between)
    return _RGB * (kept + largest)


def check_results(working: Size, results: Iterable[tuple[Size, Size]], maximum: int) -> None:
    """Raise `LimitExceeded` when results, as in `results_take`, take more than ``maximum`` bytes with the working image."""
    need = _RGB * working.pixels + results_take(results)
    if need > maximum:
        message = (
            f"the results need about {show_bytes(need)} with the decoded picture of {working}, "
            f"but a picture may take at most {show_bytes(maximum)}"
        )
        raise LimitExceeded(message)
