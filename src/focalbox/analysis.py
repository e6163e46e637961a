"""What one look at a picture found: any number of crops can be planned from it, and it can be saved as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self, Unpack

from focalbox.core.choice.choose import alternatives as other_crops
from focalbox.core.choice.choose import choose_crop
from focalbox.core.choice.crop import Crop, Plan
from focalbox.core.drawing import draw_html, draw_png
from focalbox.core.evidence import Evidence, SaliencyMap, Subject
from focalbox.core.target import Size
from focalbox.core.visible import Visible
from focalbox.errors import InvalidRequest, ModelError
from focalbox.options import CropKeywords, CropOptions, SizeLike, parse_target, parse_targets
from focalbox.options.sizes import check_alternatives
from focalbox.version import __version__

__all__ = ["Analysis"]


@dataclass(frozen=True)
class Analysis(Evidence):
    """What one look at a picture found, from which any number of crops can be planned.

    It does not depend on a target: a picture has the same analysis whatever size is wanted.

    Examples
    --------
    >>> from focalbox import Size
    >>> analysis = Analysis(Size(400, 300), SaliencyMap([[0, 0, 0, 1]]), model="drawn by hand", version="1")
    >>> analysis.plan("300x300").box
    PixelBox(left=100, top=0, width=300, height=300)
    >>> Analysis.from_dict(analysis.to_dict()) == analysis
    True
    """

    @classmethod
    def blank(cls, source: Size) -> Self:
        """Return the analysis of a picture in which nothing was found, or that nobody has looked at.

        Examples
        --------
        >>> from focalbox import Size
        >>> Analysis.blank(Size(400, 300)).plan("300x300").box
        PixelBox(left=50, top=0, width=300, height=300)
        """
        return cls(source, SaliencyMap.blank(), version=__version__)

    def plan(
        self, size: SizeLike | None = None, *, options: CropOptions | None = None, **keywords: Unpack[CropKeywords]
    ) -> Crop:
        """Choose the crop for a size.

        Parameters and errors as in `plans`, for one size; None is the free-form crop.
        """
        return self.plans([parse_target(size)], options=options, **keywords)[0]

    def plans(
        self,
        sizes: Iterable[SizeLike | None],
        *,
        alternatives: int = 1,
        options: CropOptions | None = None,
        **keywords: Unpack[CropKeywords],
    ) -> Plan:
        """Choose the crops for several sizes.

        Parameters
        ----------
        sizes : iterable of str, (int, int) or None
            ``"500x200"``, ``(500, 200)``, ``"16:9"``, ``"free"`` or None for the free-form crop.
        alternatives : int
            How many windows to return for each size at most, the best first, as in `alternatives`.
        options : CropOptions, optional
        **keywords
            As in `focalbox.CropOptions`; they overrule ``options``.

        Returns
        -------
        Plan
            The crops in the order of ``sizes``.

        Raises
        ------
        InvalidRequest
            When a size or an option makes no sense, or ``trim`` is given but the analysis is of the whole picture.
        """
        targets, wanted = parse_targets(sizes), CropOptions.of(keywords, options)
        if wanted.trim is not None and self.visible.trimmed is None:
            message = "a border is trimmed before looking: this analysis is of the whole picture, analyze it with trim"
            raise InvalidRequest(message)
        if alternatives is True or alternatives != 1:
            several = (self.alternatives(target, alternatives, options=wanted) for target in targets)
            return Plan(self, tuple(crop for found in several for crop in found))
        framing = wanted.framing
        return Plan(self, tuple(choose_crop(self, target, framing) for target in targets))

    def alternatives(
        self,
        size: SizeLike | None,
        count: int = 3,
        *,
        options: CropOptions | None = None,
        **keywords: Unpack[CropKeywords],
    ) -> Plan:
        """Choose the best few crops that clearly differ, the best first, for an editor to choose from.

        Parameters and errors as in `plans`, for one size other than the free-form crop. Any two windows have a Jaccard index
        below 0.6. There are at most ``count``, and fewer when the picture has no room for so many. `Crop.parts` holds their
        scores.

        Examples
        --------
        >>> from focalbox import Size
        >>> analysis = Analysis(Size(900, 300), SaliencyMap([[5, 1, 0, 0, 0, 0, 0, 1, 4]]))
        >>> [crop.box.left for crop in analysis.alternatives("1:1", 2)]
        [0, 600]
        """
        target = parse_target(size)
        if target is None:
            message = "the free-form crop has no alternatives: they need a size such as 500x200 or 16:9"
            raise InvalidRequest(message)
        most = check_alternatives(count)
        wanted = CropOptions.of(keywords, options)
        return Plan(self, other_crops(self, target, wanted.framing, most))

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form without crops; it holds the map and the subjects, so that crops can be planned later."""
        found = Plan(self, ()).to_dict()
        return {
            **found,
            "saliency": self.saliency.to_dict(),
            "keep": self.keep.to_dict() if self.keep is not None else None,
            "object_map": self.object_map.to_dict() if self.object_map is not None else None,
            "subjects": [subject.to_dict() for subject in self.subjects],
        }

    def _repr_png_(self) -> bytes:
        return draw_png(self)

    def _repr_html_(self) -> str:
        found = Counter(subject.kind for subject in self.subjects)
        subjects = ", ".join(f"{count} x {kind}" for kind, count in sorted(found.items())) or "no subjects"
        return draw_html(self, (), [f"{self.source} pixels, {subjects}, looked at by {self.model}"])

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote; the salient box is computed again from the map.

        Raises
        ------
        InvalidRequest
            When the document is not a saved analysis.
        """
        try:
            visible = Visible.from_dict(saved)
            subjects = tuple(map(Subject.from_dict, saved["subjects"]))
            saliency = SaliencyMap.from_dict(saved["saliency"])
            keep = SaliencyMap.from_dict(saved["keep"]) if saved.get("keep") is not None else None
            objects = SaliencyMap.from_dict(saved["object_map"]) if saved.get("object_map") is not None else None
            model, version = str(saved["model"]), str(saved["version"])
            return cls(visible.source, saliency, subjects, model, version, keep, visible.trimmed, objects)
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError, ModelError) as error:
            if isinstance(error, InvalidRequest):
                raise
            message = "a saved analysis needs source, saliency, subjects, model and version as to_dict writes them"
            raise InvalidRequest(message) from error
