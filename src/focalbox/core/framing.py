"""From evidence and a target to a crop: which window, how large, where, and what is padded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any, Literal

from focalbox.core.evidence import Evidence, Subject
from focalbox.core.geometry import WHOLE, Box, Padding, PixelBox, Size, Target, largest_window, padding_to
from focalbox.core.placement import Demands, place
from focalbox.errors import InvalidRequest

__all__ = ["FITS", "Crop", "Fit", "Framing", "document", "frame"]

Fit = Literal["cover", "tight", "pad", "contain"]
FITS: tuple[Fit, ...] = ("cover", "tight", "pad", "contain")

_GROWTH_STEPS = 16
"""Halvings of the interval in which a padded window's side is sought: 2**-16 of the picture is half a pixel of the
largest side that `Limits` let in (30,000)."""

_FOCAL_SHARE = 0.5
"""Sides of the window whose centre is the focal point, as a share of the salient box's: half a box still sums over a
region, and with two subjects at the ends of the box it chooses one instead of the empty middle."""


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

    def __post_init__(self) -> None:
        if self.fit not in FITS:
            message = f"fit is one of {', '.join(FITS)}, not {self.fit!r}"
            raise InvalidRequest(message)
        for name, value in (("zoom", self.zoom), ("retain", self.retain)):
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


@dataclass(frozen=True)
class Crop:
    """The chosen window.

    Parameters
    ----------
    evidence : Evidence
        What it was chosen from.
    target : Target or None
        What it was made for; None is the salient box itself.
    fit : str
        How it was chosen.
    box : PixelBox
        The part of the upright picture that is shown, pixels.
    padding : Padding
        What is added around the box, source pixels.
    confidence : float
        0 to 1, the probability that no other window of this shape would have been much better.
    """

    evidence: Evidence
    target: Target | None
    fit: Fit
    box: PixelBox
    padding: Padding
    confidence: float

    @property
    def source(self) -> Size:
        """The upright picture, pixels."""
        return self.evidence.source

    @property
    def relative(self) -> Box:
        """The box in fractions of the upright picture."""
        return self.box.to_box(self.source)

    @cached_property
    def kept(self) -> float:
        """Share of the saliency inside the box, 0 to 1."""
        return self.evidence.saliency.share(self.relative)

    @property
    def jaccard(self) -> float:
        """The Jaccard index of the salient box with the map, 0 to 1."""
        return self.evidence.jaccard

    @property
    def salient_box(self) -> PixelBox:
        """The salient box, pixels of the upright picture."""
        return self.evidence.salient_box.to_pixels(self.source)

    @property
    def focal_point(self) -> tuple[float, float]:
        """The point (x, y), fractions, that matters most in the picture, the same for every target."""
        return focal_point(self.evidence)

    @property
    def size(self) -> Size:
        """The size of the result, pixels: the target's, or the box with its padding when only a ratio is given."""
        if isinstance(self.target, Size):
            return self.target
        across, down = self.padding.left + self.padding.right, self.padding.top + self.padding.bottom
        return Size(self.box.width + across, self.box.height + down)

    @cached_property
    def cut(self) -> tuple[Subject, ...]:
        """The subjects that are not whole inside the box."""
        return tuple(subject for subject in self.evidence.subjects if not self.relative.contains(subject.box))

    @property
    def css(self) -> str:
        """The CSS declaration that places the picture alike under ``object-fit: cover`` (CSS Images 3, 5.5)."""
        free_across, free_down = 1.0 - self.relative.width, 1.0 - self.relative.height
        across = self.relative.left / free_across if free_across > 0 else 0.5
        down = self.relative.top / free_down if free_down > 0 else 0.5
        return f"object-position: {across:.4%} {down:.4%}".replace(".0000%", "%")

    def to_dict(self) -> dict[str, Any]:
        """Return the one JSON form, with this crop alone in ``crops``."""
        return document(self.evidence, (self,))


def document(evidence: Evidence, crops: tuple[Crop, ...]) -> dict[str, Any]:
    """Return the one JSON form of what was found and chosen: command, service and manifest all write it."""
    x, y = focal_point(evidence)
    return {
        "source": evidence.source.to_dict(),
        "salient_box": evidence.salient_box.to_pixels(evidence.source).to_dict(),
        "jaccard": evidence.jaccard,
        "focal_point": {"x": x, "y": y},
        "crops": [_described(crop) for crop in crops],
        "model": evidence.model,
        "version": evidence.version,
    }


def _described(crop: Crop) -> dict[str, Any]:
    described: dict[str, Any] = {
        "target": crop.target.to_dict() if crop.target else None,
        "box": crop.box.to_dict(),
        "fit": crop.fit,
        "kept": crop.kept,
        "confidence": crop.confidence,
    }
    if crop.padding:
        described["padding"] = crop.padding.to_dict()
    if crop.cut:
        described["cut"] = [subject.to_dict() for subject in crop.cut]
    return described


def focal_point(evidence: Evidence) -> tuple[float, float]:
    """Return the centre (x, y), fractions, of the half-sized window in the salient box that keeps the most."""
    box = evidence.salient_box
    return place(evidence.saliency, box.width * _FOCAL_SHARE, box.height * _FOCAL_SHARE, within=box).centre


def frame(evidence: Evidence, target: Target | None, framing: Framing) -> Crop:
    """Choose the window.

    Parameters
    ----------
    evidence : Evidence
        What was found in the picture.
    target : Target or None
        The size or ratio wanted; None for the salient box itself.
    framing : Framing
        How to choose.

    Returns
    -------
    Crop
        Its box lies inside the picture; its ratio, with padding, is the target's to less than half a pixel.
    """
    if target is None:
        return Crop(evidence, None, framing.fit, evidence.salient_box.to_pixels(evidence.source), Padding(), 1.0)
    least = target if isinstance(target, Size) and not framing.upscale else None
    window, padded = _covering(evidence, target.aspect, framing), False
    if framing.fit == "tight" or framing.zoom:
        share = framing.zoom if framing.fit == "cover" else 1.0
        window = window.towards(_tight(evidence, target.aspect, framing, least), share)
    elif framing.fit == "contain":
        window, padded = WHOLE, True
    elif framing.fit == "pad" and evidence.saliency.share(window) < framing.retain:
        window, padded = _grown(evidence, window, framing), True
    box = window.to_pixels(evidence.source, None if padded else target.aspect)
    padding = padding_to(box, target.aspect, least) if padded else Padding()
    return Crop(evidence, target, framing.fit, box, padding, 1.0)


def _demands(evidence: Evidence, framing: Framing, hold: Box | None = None) -> Demands:
    return Demands(
        keep=framing.keep,
        avoid=framing.avoid,
        focus=framing.focus,
        hold=hold,
        subjects=tuple(subject.box for subject in evidence.subjects),
    )


def _covering(evidence: Evidence, aspect: float, framing: Framing) -> Box:
    """Return the largest window of the ratio, where it does best."""
    return place(evidence.saliency, *largest_window(evidence.source, aspect), _demands(evidence, framing))


def _tight(evidence: Evidence, aspect: float, framing: Framing, least: Size | None) -> Box:
    """Return the smallest window of the ratio that holds the salient box (or what the caller keeps)."""
    source = evidence.source
    hold = evidence.salient_box
    if framing.keep:
        hold = reduce(Box.union, framing.keep)
    largest = Box(0.0, 0.0, *largest_window(source, aspect))
    scale = max(hold.width / largest.width, hold.height / largest.height, 1 / source.width, 1 / source.height)
    if least is not None:
        scale = max(scale, least.width / (largest.width * source.width))
    scale = min(scale, 1.0)
    return place(evidence.saliency, largest.width * scale, largest.height * scale, _demands(evidence, framing, hold))


def _grown(evidence: Evidence, window: Box, framing: Framing) -> Box:
    """Return the part of the picture in the smallest window past its edges that keeps ``retain`` of the saliency.

    The share kept grows with the window along its one free axis, so halving the interval finds it.
    """
    enough, wide = 1.0, window.width < 1.0
    short = window.width if wide else window.height
    best = WHOLE
    for _ in range(_GROWTH_STEPS):
        side = (short + enough) / 2
        grown = place(evidence.saliency, *((side, 1.0) if wide else (1.0, side)), _demands(evidence, framing))
        if evidence.saliency.share(grown) >= framing.retain:
            enough, best = side, grown
        else:
            short = side
    return best
