"""Notes about a chosen window: which of the caller's boxes and which subjects it cannot show as it should."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

from focalbox.core.choice.crop import Crop
from focalbox.core.framing import Framing
from focalbox.core.geometry import SAME, Box
from focalbox.core.heads import HEADS
from focalbox.core.prominence import ScoredSubject

__all__ = ["conflicts"]


def conflicts(crop: Crop, largest: Box, framing: Framing) -> tuple[str, ...]:
    """Return a sentence for each thing that could not be done, judged by the shown part up to a pixel of rounding.

    Parameters
    ----------
    crop : Crop
        The chosen window, with its padding.
    largest : Box
        Its sides are those of the largest window of the target's ratio, fractions of what was looked at.
    framing : Framing
        What the caller asked for, its boxes in fractions of what was looked at.
    """
    return (
        *_of_keep(crop, largest, framing),
        *_of_avoid(crop, framing),
        *_of_subjects(crop, largest),
        *_of_heads(crop, largest, framing),
    )


def _of_keep(crop: Crop, largest: Box, framing: Framing) -> Iterator[str]:
    if not framing.keep:
        return
    around = reduce(Box.union, framing.keep)
    if not around.fits(largest.width, largest.height) and not _room(crop).contains(around):
        yield "no window of this ratio can keep all of the boxes to keep: as much of them as possible is shown"
    if framing.focus is not None:
        yield "the boxes to keep come before the focus"


def _of_avoid(crop: Crop, framing: Framing) -> Iterator[str]:
    shown = [box for box in framing.avoid if _shows(crop, box)]
    if crop.padding and shown:
        yield "the padded picture shows some of the boxes to avoid"
    elif any(not _leaves_room(box, crop.inside) for box in shown):
        yield "no window of this ratio can avoid the boxes to avoid: as little of them as possible is shown"


def _of_subjects(crop: Crop, largest: Box) -> Iterator[str]:
    """Name each kind of which subjects are cut that no window of the ratio can hold."""
    subjects = crop.evidence.scored_subjects
    too_large = [one for one in subjects if one.whole > 0 and one.box_for(largest.width, largest.height) is None]
    cut = [one for one in too_large if not _room(crop).contains(one.boxes[-1])]
    for kind in dict.fromkeys(one.kind for one in cut):
        if crop.padding:
            yield f"a whole {kind} would need more padding"
            continue
        others_fit = any(one.kind == kind and one.box_for(largest.width, largest.height) for one in subjects)
        whole = f"every {kind} whole" if others_fit else f"a whole {kind}"
        tops = all(_shows_top(crop, one) for one in cut if one.kind == kind)
        yield f"no window of this ratio can show {whole}" + ": its top comes first" * tops


def _of_heads(crop: Crop, largest: Box, framing: Framing) -> Iterator[str]:
    """Note that no head is whole though one would fit, when saliency and objects, not the caller, decided so."""
    if framing.keep or framing.avoid or framing.focus is not None:
        return
    heads = [one for one in crop.evidence.scored_subjects if one.kind in HEADS and one.whole > 0]
    fitting = [one for one in heads if one.box_for(largest.width, largest.height) is not None]
    if fitting and not any(_room(crop).contains(one.boxes[-1]) for one in heads):
        yield f"no {fitting[0].kind} is shown whole, though a window of this ratio could"


def _room(crop: Crop) -> Box:
    return crop.inside.with_a_pixel_around(crop.evidence.visible.size)


def _shows(crop: Crop, box: Box) -> bool:
    """Tell whether more of a box is shown than the pixel that rounding may cost."""
    shown, size = crop.inside.intersection(box), crop.evidence.visible.size
    return shown.width * size.width > 1 + SAME and shown.height * size.height > 1 + SAME


def _shows_top(crop: Crop, subject: ScoredSubject) -> bool:
    box = subject.boxes[-1]
    return crop.inside.shared_area(box) > 0 and _room(crop).top <= box.top + SAME


def _leaves_room(box: Box, window: Box) -> bool:
    """Tell whether a window of these sides has a place in the picture beside a box, above it or below it."""
    beside, over = max(box.left, 1.0 - box.right), max(box.top, 1.0 - box.bottom)
    return beside >= window.width - SAME or over >= window.height - SAME
