"""From evidence and a target to a crop: which window, how large, where, and what is padded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import Literal

from focalbox.core.confidence import confidence
from focalbox.core.crop import FITS, Crop, Fit
from focalbox.core.evidence import Evidence
from focalbox.core.geometry import WHOLE, Box, Padding, PixelBox, Size, Target, largest_window, padding_to
from focalbox.core.placement import Demands, place
from focalbox.errors import InvalidRequest

__all__ = ["MODES", "ON_DOUBT", "Framing", "Mode", "OnDoubt", "frame"]

Mode = Literal["auto", "face"]
MODES: tuple[Mode, ...] = ("auto", "face")
OnDoubt = Literal["crop", "centre", "pad"]
ON_DOUBT: tuple[OnDoubt, ...] = ("crop", "centre", "pad")

_GROWTH_STEPS = 16
"""Halvings of the interval in which a padded window's side is sought: 2**-16 of the picture is half a pixel of the
largest side that `Limits` let in (30,000)."""

_ROUNDING = 1e-9
"""Share of the saliency that the rounding of 64-bit sums may cost."""

_HEADROOM = 0.5
"""Room above a framed face, in heights of its box: a head box starts at the hair, and a hand's width above it is what
portrait photographers leave (the figure is this project's choice)."""

_ROOM = 0.3
"""Room beside and below a framed face, in its own widths and heights: shows the chin and a little shoulder (the figure is
this project's choice)."""


@dataclass(frozen=True, slots=True)
class Framing:
    """How a caller wants the window chosen.

    Parameters
    ----------
    fit : {"cover", "tight", "pad", "contain"}
        ``cover``: the largest window of the target's ratio. ``tight``: the smallest that holds the salient box (or
        ``keep``). ``pad``: as cover, growing past the picture when less than ``retain`` would be kept. ``contain``:
        the whole picture, padded.
    zoom : float
        0 to 1, from ``cover`` to ``tight``; both edges move in straight lines.
    retain : float
        0 to 1, the share of the saliency that ``pad`` keeps at least.
    focus : (float, float), optional
        A point (x, y), fractions of the picture, that the window is centred on as nearly as the picture allows.
    keep, avoid : tuple of Box
        Boxes in fractions of the picture to keep whole, and to keep out.
    upscale : bool
        Let ``tight`` and ``zoom`` choose a window of fewer pixels than the target. The largest window is taken
        whatever its pixels: the answer always has the size asked for.
    mode : {"auto", "face"}
        ``face`` frames the faces, with headroom above and room around; as ``auto`` when there is none.
    on_doubt : {"crop", "centre", "pad"}
        What to do when the confidence is below ``doubt``: crop all the same, take the middle or what is nearest to it
        that keeps the subjects, or pad as ``fit="pad"`` does. What the caller asked for (``focus``, ``keep``) is never in
        doubt.
    doubt : float
        0 to 1, the confidence below which ``on_doubt`` acts; about one crop in ten is below 0.6 (docs/quality.md).

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
                message = f"{name} is one of {', '.join(words)}, not {word!r}"
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


def frame(evidence: Evidence, target: Target | None, framing: Framing) -> Crop:
    """Choose the window.

    Parameters
    ----------
    evidence : Evidence
        What was found in the picture.
    target : Target or None
        The size or ratio wanted; None for the free-form crop, grown around what the caller keeps: no other wish has a
        meaning without a shape.
    framing : Framing
        How to choose.

    Returns
    -------
    Crop
        Its box lies inside the picture; its ratio, with padding, is the target's to less than half a pixel.
    """
    if evidence.trimmed is not None:
        framing = _without_border(evidence, framing)
    if target is None:
        free = reduce(Box.union, framing.keep, evidence.free_form)
        return Crop(evidence, None, framing.fit, evidence.pixels(free), Padding(), free)
    largest = Box(0.0, 0.0, *largest_window(evidence.looked_at, target.aspect))
    demands, notes = _demands(evidence, largest, framing)
    window = place(evidence.saliency, largest.width, largest.height, demands)
    if framing.on_doubt != "crop" and not (framing.keep or framing.focus) and _doubtful(evidence, window, framing):
        if framing.on_doubt == "centre":
            demands, framing = replace(demands, near=WHOLE.centre), replace(framing, fit="cover", zoom=0.0)
            window = place(evidence.saliency, largest.width, largest.height, demands)
            notes += ("in doubt: the middle was taken",)
        else:
            framing = replace(framing, fit="pad", zoom=0.0)
            notes += ("in doubt: padded",)
    least = None if framing.upscale or not isinstance(target, Size) else target
    judged, padded = window, False
    if framing.fit == "tight" or framing.zoom:
        share = framing.zoom if framing.fit == "cover" else 1.0
        window = window.towards(_tight(evidence, largest, demands, least), share)
    elif framing.fit == "contain":
        window, padded = WHOLE, True
    elif framing.fit == "pad" and not _retains(evidence, evidence.pixels(window, target.aspect), framing.retain):
        window, padded = _grown(evidence, window, demands, framing.retain), True
    box = evidence.pixels(window, None if padded else target.aspect)
    padding = padding_to(box, target.aspect, least) if padded else Padding()
    return Crop(evidence, target, framing.fit, box, padding, judged, notes)


def _without_border(evidence: Evidence, framing: Framing) -> Framing:
    """Return what a caller said of the upright picture in fractions of what is left of it; what lay in the border goes."""
    focus = framing.focus
    if focus is not None:
        x, y = evidence.inside(Box(*focus, 0.0, 0.0)).centre
        focus = min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)
    return replace(framing, focus=focus, keep=_left(evidence, framing.keep), avoid=_left(evidence, framing.avoid))


def _left(evidence: Evidence, boxes: tuple[Box, ...]) -> tuple[Box, ...]:
    found = (evidence.inside(box).intersection(WHOLE) for box in boxes)
    return tuple(box for box in found if box.area > 0)


def _doubtful(evidence: Evidence, window: Box, framing: Framing) -> bool:
    return confidence(evidence.saliency, window) < framing.doubt


def _demands(evidence: Evidence, largest: Box, framing: Framing) -> tuple[Demands, tuple[str, ...]]:
    """Return what comes before saliency, and what a reader should know of it."""
    demands = Demands(
        keep=framing.keep,
        avoid=framing.avoid,
        focus=framing.focus,
        subjects=tuple(subject.box for subject in evidence.subjects),
    )
    if framing.mode != "face":
        return demands, ()
    faces = [subject for subject in evidence.subjects if subject.kind == "face"]
    if not faces:
        return demands, ("no face was found: framed by saliency",)
    faces.sort(key=lambda face: -face.score * face.box.area)
    framed = _roomy(faces[0].box)
    for face in faces[1:]:
        together = framed.union(_roomy(face.box))
        if together.width <= largest.width and together.height <= largest.height:
            framed = together
    return replace(demands, hold=(framed, faces[0].box), near=framed.centre), ()


def _roomy(face: Box) -> Box:
    """Return a face with headroom above and room around, as far as the picture reaches."""
    return Box.between(
        face.left - _ROOM * face.width,
        face.top - _HEADROOM * face.height,
        face.right + _ROOM * face.width,
        face.bottom + _ROOM * face.height,
    ).intersection(WHOLE)


def _tight(evidence: Evidence, largest: Box, demands: Demands, least: Size | None) -> Box:
    """Return the smallest window that holds the salient box, or the framed faces, or what the caller keeps."""
    source = evidence.looked_at
    hold = reduce(Box.union, demands.keep or demands.hold[:1] or (evidence.salient_box,))
    scale = max(hold.width / largest.width, hold.height / largest.height, 1 / source.width, 1 / source.height)
    if least is not None:
        scale = max(scale, least.width / (largest.width * source.width))
    scale = min(scale, 1.0)
    return place(
        evidence.saliency, largest.width * scale, largest.height * scale, replace(demands, hold=(hold, *demands.hold))
    )


def _retains(evidence: Evidence, box: PixelBox, retain: float) -> bool:
    """Tell whether what is really shown, whole pixels, keeps a share of the saliency."""
    return evidence.saliency.share(evidence.inside(box.to_box(evidence.source))) >= retain - _ROUNDING


def _grown(evidence: Evidence, window: Box, demands: Demands, retain: float) -> Box:
    """Return the part of the picture in the smallest window past its edges that keeps ``retain`` of the saliency.

    The share kept grows with the window along its one free axis, so halving the interval finds it.
    """
    enough, wide = 1.0, window.width < 1.0
    short = window.width if wide else window.height
    best = WHOLE
    for _ in range(_GROWTH_STEPS):
        side = (short + enough) / 2
        grown = place(evidence.saliency, *((side, 1.0) if wide else (1.0, side)), demands)
        if _retains(evidence, evidence.pixels(grown), retain):
            enough, best = side, grown
        else:
            short = side
    return best
