"""The chosen windows, what they tell about themselves, and their JSON form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload

from focalbox.core.choice.counted import score_demands
from focalbox.core.choice.padding import Padding
from focalbox.core.choice.shown import Shown, shown_in
from focalbox.core.drawing import draw_html, draw_png
from focalbox.core.evidence import Evidence, Subject
from focalbox.core.framing import Fit
from focalbox.core.geometry import Box, PixelBox
from focalbox.core.placement.confidence import confidence
from focalbox.core.placement.place import place
from focalbox.core.placement.score import Score, score_of
from focalbox.core.target import Size, Target

__all__ = ["Crop", "Plan"]

_FOCAL_SHARE = 0.5
"""Sides of the window whose centre is the focal point, as a share of the salient box's: half a box still sums over a
region, and with two subjects at the ends of the box it chooses one instead of the empty middle."""


@dataclass(frozen=True)
class Crop:
    """The chosen window.

    All boxes and points refer to the upright picture with its border, also when the border was trimmed. Only `window` refers
    to the part that is left then.

    Parameters
    ----------
    evidence : Evidence
        What the window was chosen from.
    target : Target or None
        The size or ratio that was asked for; None is the free-form crop.
    fit : str
        How the window was chosen, as in `CropOptions`.
    box : PixelBox
        The part of the upright picture that is shown, pixels.
    padding : Padding
        The room that is added around the box, in pixels of the source.
    window : Box
        The window before any padding, in fractions of the part that was looked at; the confidence is about this one.
    notes : tuple of str
        What a caller should know about the choice, such as that no face was found: sentences.
    """

    evidence: Evidence
    target: Target | None
    fit: Fit
    box: PixelBox
    padding: Padding
    window: Box
    notes: tuple[str, ...] = ()

    @property
    def source(self) -> Size:
        """The upright picture, pixels."""
        return self.evidence.source

    @property
    def relative(self) -> Box:
        """The box in fractions of the upright picture."""
        return self.box.to_box(self.source)

    @property
    def inside(self) -> Box:
        """The box in fractions of what was looked at: the upright picture without a trimmed border."""
        return self.evidence.visible.to_visible(self.relative)

    @cached_property
    def kept(self) -> float:
        """Share of the saliency inside the box, 0 to 1."""
        return self.evidence.saliency.share(self.inside)

    @cached_property
    def confidence(self) -> float:
        """The probability, 0 to 1, that the window keeps 90 % of what the best one would and cuts no head that could fit."""
        return confidence(self.evidence.saliency, self.window, self.evidence.scored_subjects)

    @property
    def jaccard(self) -> float:
        """The Jaccard index of the salient box with the map, 0 to 1."""
        return self.evidence.jaccard

    @property
    def salient_box(self) -> PixelBox:
        """The salient box, pixels of the upright picture."""
        return self.evidence.visible.to_pixels(self.evidence.salient_box)

    @property
    def focal_point(self) -> tuple[float, float]:
        """The point (x, y), in fractions, that matters most in the picture; it is the same for every target."""
        return focal_point(self.evidence)

    @property
    def size(self) -> Size:
        """The size of the result, pixels: that of the target, or for a ratio that of the box with its padding."""
        if isinstance(self.target, Size):
            return self.target
        across, down = self.padding.left + self.padding.right, self.padding.top + self.padding.bottom
        return Size(self.box.width + across, self.box.height + down)

    @property
    def subject_box(self) -> PixelBox:
        """The box of the whole subject, pixels of the upright picture."""
        return self.evidence.visible.to_pixels(self.evidence.subject_box)

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """The faces, heads and lines of text that were found, in fractions of the upright picture."""
        evidence = self.evidence
        return tuple(subject.moved(evidence.visible.to_source) for subject in evidence.subjects)

    @cached_property
    def parts(self) -> Score:
        """The named parts of the window's score: saliency, its edges, subjects whole and cut, objects, the subject's top."""
        return score_of(self.window, self.evidence.saliency, score_demands(self.evidence))

    @cached_property
    def cut(self) -> tuple[Subject, ...]:
        """The subjects that are not whole inside the box; a pixel that was lost by rounding does not count."""
        evidence = self.evidence
        room = self.inside.with_a_pixel_around(evidence.visible.size)
        cut = (subject for subject in evidence.subjects if not room.contains(subject.box))
        return tuple(subject.moved(evidence.visible.to_source) for subject in cut)

    @cached_property
    def shown(self) -> tuple[Shown, ...]:
        """How much is inside the box of the heads, lines of text and objects that count most; ``str`` says it in words."""
        return shown_in(self.inside, self.evidence)

    @property
    def css(self) -> str | None:
        """The CSS declaration that gives this crop under ``object-fit: cover`` (CSS Images 3, 5.5).

        None where no position can: when the window is not the largest of its shape, is padded, or leaves out a trimmed
        border.
        """
        box, source = self.box, self.source
        if self.padding or (box.width < source.width and box.height < source.height):
            return None
        free_across, free_down = source.width - box.width, source.height - box.height
        across = box.left / free_across if free_across else 0.5
        down = box.top / free_down if free_down else 0.5
        return f"object-position: {across:.4%} {down:.4%}".replace(".0000%", "%")

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form of a plan with this crop alone."""
        return Plan(self.evidence, (self,)).to_dict()

    def _repr_png_(self) -> bytes:
        return draw_png(self.evidence, [self.inside])

    def _repr_html_(self) -> str:
        return draw_html(self.evidence, [self.inside], [_caption(self), *self.notes])


@dataclass(frozen=True)
class Plan(Sequence[Crop]):
    """The crops of one picture for several targets: a sequence, in the order of the targets.

    Parameters
    ----------
    evidence : Evidence
        What the windows were chosen from.
    crops : tuple of Crop
    """

    evidence: Evidence
    crops: tuple[Crop, ...]

    def __len__(self) -> int:
        return len(self.crops)

    def __iter__(self) -> Iterator[Crop]:
        return iter(self.crops)

    @overload
    def __getitem__(self, index: int) -> Crop: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Crop]: ...
    def __getitem__(self, index: int | slice) -> Crop | Sequence[Crop]:
        return self.crops[index]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form: what was found in the picture, and each crop in ``crops``."""
        evidence = self.evidence
        x, y = focal_point(evidence)
        return {
            **evidence.visible.to_dict(),
            "salient_box": evidence.visible.to_pixels(evidence.salient_box).to_dict(),
            "jaccard": evidence.jaccard,
            "subject_box": evidence.visible.to_pixels(evidence.subject_box).to_dict(),
            "focal_point": {"x": x, "y": y},
            "crops": [_describe(crop) for crop in self.crops],
            "model": evidence.model,
            "version": evidence.version,
        }

    def _repr_png_(self) -> bytes:
        return draw_png(self.evidence, [crop.inside for crop in self])

    def _repr_html_(self) -> str:
        return draw_html(self.evidence, [crop.inside for crop in self], [_caption(crop) for crop in self])


def _caption(crop: Crop) -> str:
    """Return what a notebook shows below a crop."""
    target, box = crop.target or "free-form", crop.box
    place = f"{target}: {box.width}x{box.height} at {box.left},{box.top} of {crop.source}"
    return ", ".join(
        (place, *map(str, crop.shown), f"keeps {crop.kept:.0%} of the saliency, confidence {crop.confidence:.0%}")
    )


def _describe(crop: Crop) -> dict[str, Any]:
    described: dict[str, Any] = {
        "target": crop.target.to_dict() if crop.target else None,
        "box": crop.box.to_dict(),
        "fit": crop.fit,
        "kept": crop.kept,
        "confidence": crop.confidence,
        "score": crop.parts.to_dict(),
    }
    if crop.padding:
        described["padding"] = crop.padding.to_dict()
    if crop.cut:
        described["cut"] = [subject.to_dict() for subject in crop.cut]
    if crop.notes:
        described["notes"] = list(crop.notes)
    return described


def focal_point(evidence: Evidence) -> tuple[float, float]:
    """Return the centre (x, y), fractions, of the half-sized window in the salient box that keeps the most."""
    box = evidence.salient_box
    window = place(evidence.saliency, box.width * _FOCAL_SHARE, box.height * _FOCAL_SHARE, within=box)
    return evidence.visible.to_source(window).centre
