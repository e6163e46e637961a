"""The formats that results are written in, by name, and their qualities."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from focalbox.amounts import as_whole
from focalbox.errors import InvalidRequest, show_value

__all__ = ["FORMATS", "QUICK_FRAME", "FileFormat", "check_quality", "film_writer_takes", "format_of", "writer_takes"]

_QUALITIES = range(1, 101)
_SCANS = 5
"""Bytes of a pixel that a JPEG of several passes takes besides: all coefficients (3 at 4:2:0) and a file held whole (2)."""
_PIXEL = 4
"""Bytes of a pixel, as Pillow keeps RGB and RGBA."""


@dataclass(frozen=True, slots=True)
class FileFormat:
    """How one format is written.

    Parameters
    ----------
    ending : str
        What names of such files end with, the dot included.
    mime : str
        The media type.
    alpha : bool
        Whether transparent parts are kept; else they are composited on white.
    lossy : bool
        Whether ``quality`` applies.
    tagged : bool
        Whether it can be said whose picture it is.
    profiled : bool
        Whether a colour profile can be kept; else the colours are brought to sRGB.
    plugin : str
        The module of Pillow that writes it.
    memory : int
        Bytes for each pixel that its writer takes besides the picture, rounded up (24 MP of a photograph, 2026-11-25).
    film : int
        Bytes for each pixel of a frame that its writer of animations takes, besides the frame and the file itself (1.4 MP,
        20 frames of noise, 2026-11-26); 0 for formats without animation.
    options : dict
        What the writer is told besides.
    """

    ending: str
    mime: str
    alpha: bool
    lossy: bool
    tagged: bool
    profiled: bool
    plugin: str
    memory: int
    film: int = 0
    options: dict[str, Any] = field(default_factory=dict)


FORMATS = {
    "jpeg": FileFormat(
        ".jpg", "image/jpeg", alpha=False, lossy=True, tagged=True, profiled=True, plugin="JpegImagePlugin", memory=1
    ),
    "png": FileFormat(
        ".png",
        "image/png",
        alpha=True,
        lossy=False,
        tagged=True,
        profiled=True,
        plugin="PngImagePlugin",
        memory=2,
        film=25,
    ),
    "webp": FileFormat(
        ".webp",
        "image/webp",
        alpha=True,
        lossy=True,
        tagged=True,
        profiled=True,
        plugin="WebPImagePlugin",
        memory=15,
        film=35,
    ),
    "avif": FileFormat(
        ".avif",
        "image/avif",
        alpha=True,
        lossy=True,
        tagged=True,
        profiled=True,
        plugin="AvifImagePlugin",
        memory=30,
        film=290,
    ),
    "gif": FileFormat(
        ".gif",
        "image/gif",
        alpha=True,
        lossy=False,
        tagged=True,
        profiled=False,
        plugin="GifImagePlugin",
        memory=9,
        film=75,
    ),
    "tiff": FileFormat(
        ".tiff",
        "image/tiff",
        alpha=True,
        lossy=False,
        tagged=True,
        profiled=True,
        plugin="TiffImagePlugin",
        memory=5,
        options={"compression": "tiff_adobe_deflate"},
    ),
    "bmp": FileFormat(
        ".bmp", "image/bmp", alpha=False, lossy=False, tagged=False, profiled=False, plugin="BmpImagePlugin", memory=4
    ),
}
"""Every format that can be asked for, by the name it is asked for with."""
QUICK_FRAME = 1_000_000
"""Pixels of a frame above which films of AVIF are coded quickly, in a quarter of the memory and a seventh of the time,
and keep less (37 dB in half the bytes, where the slow way keeps 40; 12 frames of 400x300, 2026-11-26)."""
_QUICK = 70
"""Bytes for each pixel that the quick way takes (0.6 MP, 8 frames)."""
_OTHER_NAMES = {"jpg": "jpeg", "jpe": "jpeg", "jfif": "jpeg", "tif": "tiff"}


def format_of(name: str) -> str:
    """Return the format that a name or an ending means.

    Raises
    ------
    InvalidRequest
        When there is no such format.

    Examples
    --------
    >>> format_of(".JPG")
    'jpeg'
    """
    given: object = name
    if not isinstance(given, str):
        message = f"a format is one of {', '.join(FORMATS)}, not {show_value(given)}"
        raise InvalidRequest(message)
    plain = name.lower().removeprefix(".")
    plain = _OTHER_NAMES.get(plain, plain)
    if plain not in FORMATS:
        message = f"a format is one of {', '.join(FORMATS)}, not {name!r}"
        raise InvalidRequest(message)
    return plain


def check_quality(quality: Any) -> int:
    """Return a quality as Python's own number.

    Raises
    ------
    InvalidRequest
        When it is no whole number from 1 to 100.
    """
    whole = as_whole(quality)
    if whole is None or whole not in _QUALITIES:
        message = f"a quality is 1 to 100, not {show_value(quality)}"
        raise InvalidRequest(message)
    return whole


def writer_takes(name: str, *, several: bool = False, clear: bool = False) -> int:
    """Return the bytes of a pixel that writing a format takes besides the picture.

    Parameters
    ----------
    name : str
        A format of `FORMATS`; of any other name, what the writer takes that takes the most.
    several : bool
        Whether a JPEG is progressive or compressed, which takes several passes.
    clear : bool
        Whether parts may be transparent: a format that keeps none takes a second picture, of white.

    Examples
    --------
    >>> writer_takes("jpeg"), writer_takes("jpeg", several=True), writer_takes("png", several=True)
    (1, 6, 2)
    >>> writer_takes("jpeg", clear=True), writer_takes("png", clear=True)
    (5, 2)
    """
    if name not in FORMATS:
        return max(form.memory for form in FORMATS.values())
    form = FORMATS[name]
    white = _PIXEL if clear and not form.alpha else 0
    return form.memory + white + (_SCANS if several and name == "jpeg" else 0)


def film_writer_takes(name: str, pixels: int) -> int:
    """Return the bytes of a pixel that the writer of films in a format takes besides a frame of so many pixels.

    Examples
    --------
    >>> film_writer_takes("avif", 300_000), film_writer_takes("avif", 2_000_000)
    (290, 70)
    """
    return _QUICK if name == "avif" and pixels > QUICK_FRAME else FORMATS[name].film
