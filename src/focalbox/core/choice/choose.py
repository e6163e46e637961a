"""From evidence and a target to a crop: which window, how large, where, and what is padded."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

from focalbox.core.choice.counted import score_demands
from focalbox.core.choice.crop import Crop
from focalbox.core.choice.equal_heads import settle_between_heads
from focalbox.core.choice.faces import ranked_faces, with_headroom
from focalbox.core.choice.notes import conflicts
from focalbox.core.choice.padding import Padding, padding_to
from focalbox.core.choice.ratios import meant_aspect
from focalbox.core.evidence import Evidence
from focalbox.core.framing import Framing
from focalbox.core.geometry import SAME, WHOLE, Box, PixelBox, largest_window
from focalbox.core.heads import HEADS, whole_of
from focalbox.core.placement.confidence import confidence
from focalbox.core.placement.demands import Demands
from focalbox.core.placement.place import place, places_by_score
from focalbox.core.target import Size, Target
from focalbox.core.visible import Visible

__all__ = ["DIFFERENT", "alternatives", "choose_crop", "grow_to_heads", "place_exactly"]

DIFFERENT = 0.6
"""Jaccard index of two windows below which they are different choices for an editor (a judgement, not measured)."""

_GROWTH_STEPS = 16
"""Halvings of the interval in which a padded window's side is sought: 2**-16 of the picture is half a pixel of the
largest side that `Limits` let in (30,000)."""

_BELONGS = 0.3
"""Share of a head inside a box from which the box grows to show all of it: less is a neighbour at the edge (a judgement,
not measured)."""


def choose_crop(evidence: Evidence, target: Target | None, framing: Framing) -> Crop:
    """Choose the window.

    Parameters
    ----------
    evidence : Evidence
        What was found in the picture.
    target : Target or None
        The size or ratio wanted; None for the free-form crop, grown around what the caller keeps: no other option has a
        meaning without a shape.
    framing : Framing
        How to choose.

    Returns
    -------
    Crop
        Its box lies inside the picture; its ratio, with padding, is the target's to less than half a pixel.
    """
    framing = _to_visible(evidence.visible, framing)
    if target is None:
        return _free_form(evidence, framing)
    largest = Box(0.0, 0.0, *largest_window(evidence.visible.size, target.aspect))
    demands, notes = _demands(evidence, largest, framing)
    window = _place(evidence, target, demands)
    if _is_doubtful(evidence, window, framing):
        if framing.on_doubt == "centre":
            demands = replace(demands, hold=(*demands.hold, *_prominent(evidence, target)), near=WHOLE.centre)
            framing = replace(framing, fit="cover", zoom=0.0)
            window = _place(evidence, target, demands)
            notes += ("in doubt: the middle was taken",)
        else:
            framing = replace(framing, fit="pad", zoom=0.0)
            notes += ("in doubt: padded",)
    box, padding = _fit(evidence, target, window, demands, framing)
    crop = Crop(evidence, target, framing.fit, box, padding, window, notes)
    return _with_conflicts(crop, largest, framing)


def _free_form(evidence: Evidence, framing: Framing) -> Crop:
    free = reduce(Box.union, framing.keep, evidence.free_form)
    box = evidence.visible.to_pixels(grow_to_heads(evidence, free))
    return Crop(evidence, None, framing.fit, box, Padding(), free)


def _fit(
    evidence: Evidence, target: Target, window: Box, demands: Demands, framing: Framing
) -> tuple[PixelBox, Padding]:
    """Return the pixels that are shown where the largest window has its best place, and the padding around them."""
    minimum = None if framing.upscale or not isinstance(target, Size) else target
    if framing.fit == "tight" or framing.zoom:
        share = framing.zoom if framing.fit == "cover" else 1.0
        tight = _tight(evidence, window, demands, minimum)
        window = (_around(tight, window) if share < 1 else window).towards(tight, share)
    box = evidence.visible.to_pixels(window, target.aspect)
    if framing.fit == "contain":
        box = evidence.visible.to_pixels(WHOLE)
    elif framing.fit == "pad" and not _retains(evidence, box, demands.keep, framing.retain):
        box = evidence.visible.to_pixels(_grow(evidence, window, demands, framing.retain))
    else:
        return box, Padding()
    return box, padding_to(box, target.aspect, minimum)


def place_exactly(evidence: Evidence, size: Size, framing: Framing) -> PixelBox:
    """Return the best place of a window of just these sides, pixels of the visible part, which it fits into."""
    whole, framing = evidence.visible.size, _to_visible(evidence.visible, framing)
    window = Box(0.0, 0.0, size.width / whole.width, size.height / whole.height)
    demands, _ = _demands(evidence, window, framing)
    found = place(evidence.saliency, window.width, window.height, demands)
    left = min(round(found.left * whole.width), whole.width - size.width)
    top = min(round(found.top * whole.height), whole.height - size.height)
    return PixelBox(left, top, size.width, size.height)


def _with_conflicts(crop: Crop, largest: Box, framing: Framing) -> Crop:
    return replace(crop, notes=(*conflicts(crop, largest, framing), *crop.notes))


def _place(evidence: Evidence, target: Target, demands: Demands) -> Box:
    """Return the largest window of a target's ratio, at its best place.

    A size in pixels is often a rounded ratio, and a slightly different ratio may have its best place at the other end of
    the picture. So the place is chosen for the ratio that is meant, and the target's own window lies inside that one or
    around it. The exception is something that must be shown and fits only into the target's own window.
    """
    size, meant = evidence.visible.size, meant_aspect(target)
    width, height = largest_window(size, target.aspect)
    if _only_fits(demands, (width, height), largest_window(size, meant)):
        meant = target.aspect
    best = place(evidence.saliency, *largest_window(size, meant), demands)
    settled = settle_between_heads(evidence.saliency, best, demands)
    if meant == target.aspect:
        return settled
    first = settled.to_pixels(size, meant).to_box(size)
    around = first.resize(max(first.width, width), max(first.height, height)).move_into(WHOLE)
    return place(evidence.saliency, width, height, demands, within=around)


def _only_fits(demands: Demands, window: tuple[float, float], other: tuple[float, float]) -> bool:
    """Return whether something that must be shown fits into the first of two windows (width, height), not into the other."""
    together = (reduce(Box.union, demands.keep),) if demands.keep else ()
    return any(box.fits(*window) and not box.fits(*other) for box in (*demands.keep, *demands.hold, *together))


def _to_visible(visible: Visible, framing: Framing) -> Framing:
    """Convert what is asked for from the upright picture to its visible part; boxes that lie in the border are dropped."""
    if visible.trimmed is None:
        return framing

    def inside(boxes: tuple[Box, ...]) -> tuple[Box, ...]:
        found = (visible.to_visible(box).intersection(WHOLE) for box in boxes)
        return tuple(box for box in found if box.area > 0)

    focus = framing.focus
    if focus is not None:
        x, y = visible.to_visible(Box(*focus, 0.0, 0.0)).centre
        focus = min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)
    return replace(framing, focus=focus, keep=inside(framing.keep), avoid=inside(framing.avoid))


def _is_doubtful(evidence: Evidence, window: Box, framing: Framing) -> bool:
    """Tell whether a window is too unsure for the caller, who is never in doubt about what was asked for."""
    if framing.on_doubt == "crop" or framing.keep or framing.focus:
        return False
    return confidence(evidence.saliency, window, evidence.scored_subjects) < framing.doubt


def _demands(evidence: Evidence, largest: Box, framing: Framing) -> tuple[Demands, tuple[str, ...]]:
    """Return what comes before saliency, and notes about it."""
    keep = tuple(box.to_whole_pixels(evidence.visible.size) for box in framing.keep)
    demands = replace(score_demands(evidence), keep=keep, avoid=framing.avoid, focus=framing.focus)
    if framing.mode != "face":
        return demands, ()
    faces = ranked_faces(evidence)
    if not faces:
        return demands, ("no face was found: framed by saliency",)
    framed = with_headroom(faces[0].box)
    for face in faces[1:]:
        together = framed.union(with_headroom(face.box))
        if together.width <= largest.width and together.height <= largest.height:
            framed = together
    x, y = framed.centre
    first = faces[0].box
    if first.height > largest.height:  # the eyes are in its upper half
        y = first.top + largest.height / 2
    return replace(demands, hold=(framed, *(face.box for face in faces)), near=(x, y)), ()


def _prominent(evidence: Evidence, target: Target) -> tuple[Box, ...]:
    """Return the boxes of the subjects that count, as far as a window can hold them, the most prominent first."""
    width, height = largest_window(evidence.visible.size, target.aspect)
    found = (one.box_for(width, height) for one in evidence.scored_subjects if one.kind != "text" and one.whole > 0)
    return tuple(box for box in found if box is not None)


def _around(inner: Box, window: Box) -> Box:
    """Return a window moved as little as possible to hold a smaller one: every window between the two then holds it too."""
    left = min(max(window.left, inner.right - window.width), inner.left)
    top = min(max(window.top, inner.bottom - window.height), inner.top)
    return Box(left, top, window.width, window.height)


def _tight(evidence: Evidence, largest: Box, demands: Demands, minimum: Size | None) -> Box:
    """Return the smallest window that holds the subject box and its heads, or the framed faces, or what the caller keeps.

    Where the largest window, which is placed already, is too small for that, it stays.
    """
    source = evidence.visible.size
    hold = reduce(Box.union, demands.keep or demands.hold[:1] or (grow_to_heads(evidence, evidence.subject_box),))
    hold = hold.to_whole_pixels(source)
    if not hold.fits(largest.width, largest.height):
        return largest
    scale = max(hold.width / largest.width, hold.height / largest.height, 1 / source.width, 1 / source.height)
    if minimum is not None:
        scale = max(scale, minimum.width / (largest.width * source.width))
    scale = min(scale, 1.0)
    return place(
        evidence.saliency, largest.width * scale, largest.height * scale, replace(demands, hold=(hold, *demands.hold))
    )


def grow_to_heads(evidence: Evidence, box: Box) -> Box:
    """Return a box grown to hold the heads that it cuts, so that none is cut without need."""
    aspect = evidence.visible.size.width / evidence.visible.size.height
    heads = (whole_of(subject, aspect) for subject in evidence.subjects if subject.kind in HEADS)
    cut = [head for head in heads if box.shared_area(head) > _BELONGS * head.area]
    return reduce(Box.union, cut, box)


def _retains(evidence: Evidence, box: PixelBox, keep: tuple[Box, ...], retain: float) -> bool:
    """Tell whether what is really shown, whole pixels, keeps the boxes whole, and a share of saliency and subject box."""
    shown = evidence.visible.to_visible(box.to_box(evidence.source))
    if not all(map(shown.contains, keep)):
        return False
    if evidence.saliency.share(shown) < retain - SAME:
        return False
    room = shown.with_a_pixel_around(evidence.visible.size)
    prominent = (head.boxes[-1] for head in evidence.scored_subjects if head.kind in HEADS and head.whole > 0)
    if any(room.shared_area(face) < (retain - SAME) * face.area for face in prominent):
        return False
    subject = evidence.subject_box
    return evidence.object_map is None or shown.shared_area(subject) >= (retain - SAME) * subject.area


def _grow(evidence: Evidence, window: Box, demands: Demands, retain: float) -> Box:
    """Return the part of the picture in the smallest window past its edges that keeps all boxes to keep and ``retain``.

    The best-placed window of each size keeps more the larger it is, up to jumps that cost only a little more padding; so
    halving the interval finds it.
    """
    enough, wide = 1.0, window.width < 1.0
    short = window.width if wide else window.height
    best = WHOLE
    for _ in range(_GROWTH_STEPS):
        side = (short + enough) / 2
        grown = place(evidence.saliency, *((side, 1.0) if wide else (1.0, side)), demands)
        if _retains(evidence, evidence.visible.to_pixels(grown), demands.keep, retain):
            enough, best = side, grown
        else:
            short = side
    return best


def alternatives(evidence: Evidence, target: Target, framing: Framing, count: int) -> tuple[Crop, ...]:
    """Return the best few windows that differ, the best first: what `choose_crop` takes, and what else could be taken.

    The others follow by their scores; one that shows another of several equal heads may score a little more than the first
    (`focalbox.core.choice.equal_heads`).

    Parameters
    ----------
    evidence : Evidence
        What was found in the picture.
    target : Target
        The size or ratio wanted.
    framing : Framing
        Its ``fit`` and ``zoom`` are as for `choose_crop` in the first alone; the others are windows of ``cover``.
    count : int
        How many at most, at least 1. A picture in which hardly another window fits has fewer.
    """
    best = choose_crop(evidence, target, framing)
    framing = _to_visible(evidence.visible, framing)
    largest = Box(0.0, 0.0, *largest_window(evidence.visible.size, target.aspect))
    demands, notes = _demands(evidence, largest, framing)
    found = places_by_score(
        evidence.saliency, largest.width, largest.height, demands, count=count + 1, overlap=DIFFERENT
    )
    chosen = [best]
    for box, _ in found:
        pixels = evidence.visible.to_pixels(box, target.aspect)
        # windows a few pixels wide may differ by much and show the same pixels, once they are rounded
        differs = box.jaccard(best.window) < DIFFERENT and all(pixels != crop.box for crop in chosen)
        if differs and len(chosen) < count:
            crop = Crop(evidence, target, "cover", pixels, Padding(), box, notes)
            chosen.append(_with_conflicts(crop, largest, framing))
    return tuple(chosen)
