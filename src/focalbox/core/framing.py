"""How a caller wants a window chosen, checked when it is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from focalbox.core.geometry import WHOLE, Box
from focalbox.errors import InvalidRequest, show_value

__all__ = ["FITS", "MODES", "ON_DOUBT", "Fit", "Framing", "Mode", "OnDoubt"]

Fit = Literal["cover", "tight", "pad", "contain"]
FITS: tuple[Fit, ...] = ("cover", "tight", "pad", "contain")
Mode = Literal["auto", "face"]
MODES: tuple[Mode, ...] = ("auto", "face")
OnDoubt = Literal["crop", "centre", "pad"]
ON_DOUBT: tuple[OnDoubt, ...] = ("crop", "centre", "pad")


@dataclass(frozen=True, slots=True)
class Framing:
    """How a caller wants the window chosen.

    Parameters
    ----------
    fit : {"cover", "tight", "pad", "contain"}
        ``cover``: the largest window of the target's ratio. ``tight``: the smallest window that holds the subject box
        and its heads (or ``keep``). ``pad``: as cover, but the window grows past the picture when it would keep less than
        ``retain``, or not all of ``keep``. ``contain``: the whole picture, padded.
    zoom : float
        How close to crop, from ``cover`` (0) to ``tight`` (1). The window of ``cover`` is first moved so that it holds the
        one of ``tight``; between the two, all edges move in straight lines.
    retain : float
        The share of the saliency, 0 to 1, that ``pad`` keeps at least.
    focus : (float, float), optional
        A point (x, y), in fractions of the picture, on which the window is centred as nearly as the picture allows.
    keep, avoid : tuple of Box
        Boxes, in fractions of the picture, to keep whole and to keep out of the window.
    upscale : bool
        Let ``tight`` and ``zoom`` choose a window with fewer pixels than the target, which is then enlarged. (``cover``
        takes the largest window in any case, and enlarges it when the picture is too small: the result always has the size
        asked for.)
    mode : {"auto", "face"}
        ``face`` frames the faces, with room above and around them; without a face it is the same as ``auto``.
    on_doubt : {"crop", "centre", "pad"}
        What to do when the confidence is below ``doubt``: crop all the same, take the window nearest to the middle that
        keeps the subjects, or pad as ``fit="pad"`` does. With ``focus`` or ``keep`` there is no doubt.
    doubt : float
        The confidence, 0 to 1, below which ``on_doubt`` acts; about one crop in ten is below 0.6 (docs/quality.md).

    Raises
    ------
    InvalidRequest
        When a value is out of its range.
    """

    fit: Fit = "cover"
    zoom: float = 0.0
    retain: float = 0.85
    focus: tuple[float, float] | None = None
    keep: tuple[Box, ...] = ()
    avoid: tuple[Box, ...] = ()
    upscale: bool = False
    mode: Mode = "auto"
    on_doubt: OnDoubt = "crop"
    doubt: float = 0.6

    def __post_init__(self) -> None:
        for name, word, words in (
            ("fit", self.fit, FITS),
            ("mode", self.mode, MODES),
            ("on_doubt", self.on_doubt, ON_DOUBT),
        ):
            if word not in words:
                message = f"{name} is one of {', '.join(words)}, not {show_value(word)}"
                raise InvalidRequest(message)
        for name, value in (("zoom", self.zoom), ("retain", self.retain), ("doubt", self.doubt)):
            if not 0 <= value <= 1:
                message = f"{name} is a number from 0 to 1, not {value:g}"
                raise InvalidRequest(message)
        if self.zoom and self.fit in {"pad", "contain"}:
            message = f"zoom goes from cover to tight and has no meaning with fit={self.fit}"
            raise InvalidRequest(message)
        if self.focus is not None and not all(0 <= part <= 1 for part in self.focus):
            message = f"focus is a point in fractions from 0 to 1, not {self.focus[0]:g},{self.focus[1]:g}"
            raise InvalidRequest(message)
        for box in (*self.keep, *self.avoid):
            if not WHOLE.contains(box):
                message = f"a box to keep or avoid lies inside the picture (fractions from 0 to 1), not {box}"
                raise InvalidRequest(message)
