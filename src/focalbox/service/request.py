"""A request for a picture, independent of the dialect of its address; every parser returns one."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from functools import reduce
from typing import Literal

from focalbox.core.choice.faces import FaceFrame
from focalbox.core.evidence import Evidence
from focalbox.core.geometry import PixelBox
from focalbox.core.target import Ratio, Size, Target
from focalbox.core.visible import Visible
from focalbox.errors import InvalidRequest
from focalbox.imaging.output.effects import Effect, size_after
from focalbox.options import CropOptions
from focalbox.service.shape.outline import Outline
from focalbox.service.shape.part import Part

__all__ = ["AUTO", "DEFAULT_QUALITY", "OPAQUE_JPEG", "SAME", "Answer", "ImageRequest"]

Answer = Literal["crop", "plan", "map", "explain", "coordinates", "faces", "imagesize", "thumbor-meta"]
"""The kinds of answers: a picture, the JSON of a plan, the map as PNG, the five pictures, or a dialect's own JSON."""

AUTO = "auto"
"""The format is negotiated: the best that the client accepts."""
SAME = "same"
"""The format is the source's own, or JPEG when that is only read."""
OPAQUE_JPEG = "opaque-jpeg"
"""As `SAME`, but a PNG in which nothing is transparent becomes JPEG."""
DEFAULT_QUALITY = 80
"""The quality, 1 to 100, when none is named; it is that of thumbor, Filestack and the command."""


_RESIZING = {"cover", "inside", "resize"}
"""Effects that make a size that the address names."""
_CHANGING = {"pad", "part", "rotate", "square"}
"""Effects that make another size of the one before, which the address does not name."""
_WHOLE = Outline(0, 0).name
"""The name of the size when the request names none, and effects change the size of the whole picture."""
_OWN = Outline(0, 0, own_width=True, own_height=True).name
"""The name of the picture's own size, which a crop without any effect has."""


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """A request, read from an address or from the fields of an upload.

    Parameters
    ----------
    source : str
        The picture: a path under the root, or an address beginning with ``http://``, ``https://`` or ``s3://``.
        Empty for an upload.
    targets : tuple of Target, Outline or None
        What it is cropped to, one for everything but plans; None is the crop without a target.
    answer : Answer
        What comes back.
    options : CropOptions
        How to crop.
    format : str
        The name of a format, `AUTO` or `SAME`.
    quality : int
        1 to 100.
    max_age : int, optional
        Seconds that the answer may be kept; None leaves it to the service's setting.
    focal : PixelBox, optional
        A box in pixels of the source whose middle comes first, unless a window leaves it out.
    align : tuple of float, optional
        Where the window lies, when no look decides it: 0 to 1 from left to right and from top to bottom of the source
        without its trimmed border.
    with_saliency : bool
        Whether a plan also carries the saliency map and the subjects, ready for `Analysis.from_dict`.
    alternatives : int
        Windows that a plan tells for each size: the best ones that differ.
    window : PixelBox or Part, optional
        The part of the source that stands for the whole picture; it is looked at and cropped as if there were nothing else.
        A border is trimmed first: a box is then limited to the rest, and a part is a part of the rest.
    faces : FaceFrame, optional
        The faces that are framed: the targets are then sizes of that frame instead of the picture's.
    effects : tuple of Effect
        What is done to the finished crop.
    qualities : tuple of (str, int)
        Other qualities for some formats.
    filename : str
        What the answer is called when it is saved; empty leaves that to the client.
    attachment : bool
        Whether a browser saves it instead of showing it.
    max_bytes : int
        The most bytes of the answer, as far as a lower quality achieves that; 0 for no bound.
    fallback : str
        Another source, answered with when this one cannot be read.
    fallback_seconds : int, optional
        Seconds that the answer may be kept then; None leaves it to the service.
    progressive, compress : bool
        Whether a JPEG is written in several scans, and whether JPEG and PNG take fewer bytes for the same pixels.
    """

    source: str
    targets: tuple[Target | Outline | None, ...] = (None,)
    answer: Answer = "crop"
    options: CropOptions = field(default_factory=CropOptions)
    format: str = AUTO
    quality: int = DEFAULT_QUALITY
    max_age: int | None = None
    focal: PixelBox | None = None
    align: tuple[float, float] | None = None
    with_saliency: bool = False
    alternatives: int = 1
    window: PixelBox | Part | None = None
    faces: FaceFrame | None = None
    effects: tuple[Effect, ...] = ()
    max_bytes: int = 0
    fallback: str = ""
    fallback_seconds: int | None = None
    progressive: bool = False
    compress: bool = False
    qualities: tuple[tuple[str, int], ...] = ()
    filename: str = ""
    attachment: bool = False

    def __post_init__(self) -> None:
        if self.quality not in range(1, 101):
            message = f"a quality is 1 to 100, not {self.quality}"
            raise InvalidRequest(message)

    def part(self, source: Size) -> Size:
        """Return the size of the part that stands for the picture, for a source of a known size.

        Raises
        ------
        InvalidRequest
            When the window lies outside.
        """
        if self.window is None:
            return source
        if isinstance(self.window, Part):
            return self.window.size(source)
        window = self.clip(source)
        return Size(window.width, window.height)

    def clip(self, source: Size) -> PixelBox:
        """Return the window as far as it lies inside the source; errors as in `part`."""
        if isinstance(self.window, Part):
            return self.window.box(source)
        window = self.window or PixelBox(0, 0, source.width, source.height)
        left, top = max(window.left, 0), max(window.top, 0)
        right, bottom = min(window.right, source.width), min(window.bottom, source.height)
        if right <= left or bottom <= top:
            message = f"a manual crop lies inside the picture of {source}"
            raise InvalidRequest(message)
        return PixelBox(left, top, right - left, bottom - top)

    @property
    def must_look_for_window(self) -> bool:
        """Whether the window is only known once the whole picture was looked at."""
        looked_for = isinstance(self.window, Part) and self.window.looked_for
        return looked_for or (self.window is not None and self.options.trim is not None)

    def whole(self) -> ImageRequest:
        """Return the request for the whole picture, which is looked at to settle the window."""
        return dataclasses.replace(self, window=None, effects=(), targets=())

    def settle_window(self, evidence: Evidence) -> ImageRequest:
        """Return the same with a window in pixels of the source, for a picture that was looked at, its border off.

        Raises
        ------
        InvalidRequest
            When the window lies outside of the rest.
        """
        visible = evidence.visible
        if isinstance(self.window, Part) and self.window.looked_for:
            part = self.window.choose(evidence, self.options)
        elif isinstance(self.window, PixelBox):
            part = dataclasses.replace(self, window=visible.shift(self.window)).clip(visible.size)
        else:
            part = self.clip(visible.size)
        window = part if visible.trimmed is None else _shift(part, visible.trimmed.left, visible.trimmed.top)
        return dataclasses.replace(self, window=window, options=dataclasses.replace(self.options, trim=None))

    def sizes(self, source: Size) -> list[Target | None]:
        """Return the targets for a picture of a known size, without a trimmed border.

        None stands for a size that follows from faces, which are not known yet.
        """
        if self.faces is not None:
            return [None if isinstance(target, Outline) else target for target in self.targets]
        return [target.size(source) if isinstance(target, Outline) else target for target in self.targets]

    def largest_sizes(self, source: Size) -> list[Target | None]:
        """Return the targets as `sizes` does, and in place of None the largest size that it may come to."""
        if self.faces is not None:
            return [target.bound(source) if isinstance(target, Outline) else target for target in self.targets]
        return self.sizes(source)

    def settle_faces(self, evidence: Evidence) -> tuple[list[Target | None], CropOptions, tuple[str, ...]]:
        """Return the targets and options that frame the found faces, with notes."""
        assert self.faces is not None  # noqa: S101 - asked for by those who have some
        (target,) = self.targets
        source = evidence.visible.size
        frame, notes = self.faces.frame(evidence, target.aspect if isinstance(target, Size | Ratio) else None)
        box = frame.to_pixels(source)
        size = target.size(Size(box.width, box.height)) if isinstance(target, Outline) else target
        window = frame if size is None else self.faces.window(frame, source, size.aspect)
        return [size], dataclasses.replace(self.options, keep=(window,)), notes

    def settle_options(self, visible: Visible) -> CropOptions:
        """Return the options for a picture that is known: boxes in pixels and alignments become points."""
        placed = [target.focus(visible.size) for target in self.targets if isinstance(target, Outline)]
        align = placed[0] if placed and placed[0] is not None else self.align
        if self.focal is not None:
            cut = self.window if isinstance(self.window, PixelBox) else None
            shown = self.focal if cut is None else _shift(self.focal, -cut.left, -cut.top)
            x, y = shown.to_box(visible.source).centre
            if cut is None or (0 <= x <= 1 and 0 <= y <= 1):
                return dataclasses.replace(self.options, focus=(min(x, 1.0), min(y, 1.0)))
        if align is not None:
            (across, down), part = align, visible.part
            focus = min(part.left + across * part.width, 1.0), min(part.top + down * part.height, 1.0)
            return dataclasses.replace(self.options, focus=focus)
        return self.options

    def quality_of(self, name: str) -> int:
        """Return the quality for a format."""
        return dict(self.qualities).get(name, self.quality)

    def finish(self, source: Size) -> tuple[Effect, ...]:
        """Return all that is done to the finished crop of a picture of ``source``, without a trimmed border."""
        found = self.effects
        for target in self.targets:
            found = target.finish(found, source) if isinstance(target, Outline) else found
        return found

    def scale(self, ratio: float) -> ImageRequest:
        """Return the same with sizes in pixels multiplied."""
        if ratio == 1.0 or self.answer != "crop":
            return self
        targets = tuple(
            target
            if target is None or isinstance(target, Ratio)
            else dataclasses.replace(target, width=round(target.width * ratio), height=round(target.height * ratio))
            for target in self.targets
        )
        return dataclasses.replace(self, targets=targets)

    def named_sizes(self) -> list[str]:
        """Return the sizes as they were asked for, for a list of allowed ones: also those that effects make.

        What an effect makes of a size that is only known once the picture is has a name that is in no list.

        Examples
        --------
        >>> turned = (Effect("rotate", (90.0,)),)
        >>> ImageRequest("a.jpg", (Size(500, 200),), effects=turned).named_sizes()
        ['500x200', '200x500']
        >>> ImageRequest("a.jpg", (Ratio(1, 1),), effects=turned).named_sizes()
        ['1:1', 'what rotate makes of it']
        """
        made = ["x".join(str(int(side)) for side in one.values[:2]) for one in self.effects if one.name in _RESIZING]
        named = ["free" if one is None else one.name if isinstance(one, Outline) else str(one) for one in self.targets]
        own = _OWN if self.window is None else f"{_OWN} of a part"
        shown = [own if name in {_WHOLE, _OWN} else name for name in named if not (made and name == _WHOLE)]
        return shown + made + self._changed_sizes()

    def _changed_sizes(self) -> list[str]:
        """Return names for the sizes that effects make."""
        named = max((at for at, effect in enumerate(self.effects) if effect.name in _RESIZING), default=-1)
        changing = [effect.name for effect in self.effects[named + 1 :] if effect.name in _CHANGING]
        if not changing:
            return []
        known = [one.known if isinstance(one, Outline) else one for one in self.targets]
        ends = [reduce(size_after, self.effects, one) if isinstance(one, Size) else None for one in known]
        return [f"what {changing[-1]} makes of it" if end is None else str(end) for end in ends]

    def identity(self) -> str:
        """Return everything besides the picture and the format that the answer depends on, for an ETag."""
        return repr(
            (
                self.targets,
                self.answer,
                self.options,
                self.quality,
                self.focal,
                self.align,
                self.with_saliency,
                self.alternatives,
                self.window,
                self.faces,
                self.effects,
                self.max_bytes,
                self.progressive,
                self.compress,
                self.qualities,
            )
        )


def _shift(box: PixelBox, across: int, down: int) -> PixelBox:
    return dataclasses.replace(box, left=box.left + across, top=box.top + down)
