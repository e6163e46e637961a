"""The part of a picture that is looked at and cropped: decoded once, as large as its targets need, without its border."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Self, Unpack

from focalbox.analysis import Analysis
from focalbox.core.choice.crop import Crop, Plan
from focalbox.core.geometry import PixelBox, largest_window
from focalbox.core.target import Size, Target
from focalbox.core.visible import Visible
from focalbox.errors import InvalidRequest, show_value
from focalbox.imaging.animation.film import Film, spread
from focalbox.imaging.memory import results_take
from focalbox.imaging.scales import decode_scale
from focalbox.imaging.source import Picture
from focalbox.imaging.trimming import without_border
from focalbox.imaging.working import WorkingImage
from focalbox.options import Animate, CropKeywords, CropOptions, SizeLike, Trim, parse_targets

__all__ = ["PreparedPicture", "View", "bytes_of_results", "check_prepared", "is_settled", "needed_size"]

_DETAIL = 1.4
"""A picture is decoded with at least this many times the pixels of the result along each side. On four photographs, as they
are and enlarged, JPEG decoded at half scale differs from a full decode by 43 to 53 dB with 1.4, 44 to 54 with 1.5, 39 to 52
with 1: sharp enough, and a portrait of 1080x1350 from 6000x4000 (1.48) takes half the time."""

_ROUNDING = 1e-6
"""Pixels by which a computed side may exceed a whole number through rounding alone."""

_ANY = Size(1, 1)
_LOOKS = 4
"""Frames of a film that are looked at: a black first one does not decide, and the time stays that of a few pictures."""


@dataclass(frozen=True, slots=True)
class View:
    """The decoded part of a picture that is looked at and cut: all of it, or what is left inside its border.

    Parameters
    ----------
    working : WorkingImage
        The decoded pixels of that part.
    visible : Visible
        Which part that is.
    trim : Trim, optional
        How the border was cut off.
    film : Film of WorkingImage, optional
        All frames of an animated picture, when they are kept or refused; ``working`` is the first.
    notes : tuple of str
        Notes for the caller about the decoded picture.
    palette : bool
        Whether its colours come from a palette.
    keep_metadata : bool
        Whether its colours stay those of its profile, which then has to go with them.
    animate : {"keep", "first"}, optional
        Which frames of an animated picture were asked for; None when it has only one.
    """

    working: WorkingImage
    visible: Visible
    trim: Trim | None = None
    film: Film[WorkingImage] | None = None
    notes: tuple[str, ...] = ()
    palette: bool = False
    keep_metadata: bool = False
    animate: Animate | None = None

    @classmethod
    def decode(
        cls,
        picture: Picture,
        targets: Sequence[Target | None],
        options: CropOptions,
        minimum: Size = _ANY,
        *,
        look: bool = True,
    ) -> Self:
        """Decode a picture for some targets, at least ``minimum`` pixels a side as far as it has them.

        ``look`` says whether it will be looked at too.

        Raises
        ------
        SourceError
            When the pixels cannot be decoded.
        """
        needed = needed_size(picture.size, targets, options, minimum)
        keep = options.keep_metadata
        film = picture.film(keep_profile=keep) if options.animate == "keep" and picture.animated else None
        working = picture.decode(
            needed,
            keep_profile=keep,
            look=look and (film is None or bool(film.refusal)) and options.trim is None,
            beside=bytes_of_results(picture.size, needed, targets, options),
        )
        left = None
        if options.trim is not None:
            working, left = without_border(working, options.trim)
        return cls(
            working,
            Visible(picture.size, left),
            options.trim,
            film,
            picture.notes,
            picture.palette,
            keep,
            options.animate if picture.animated else None,
        )

    def frames(self) -> Iterator[tuple[WorkingImage, Fraction]]:
        """Draw the frames one after the other, each with the seconds that it is shown, its border off."""
        for working, duration in self.film.draw() if self.film is not None else ():
            yield self._inside(working), duration

    def _inside(self, frame: WorkingImage) -> WorkingImage:
        trimmed = self.visible.trimmed
        return frame if trimmed is None else frame.part(trimmed)

    @property
    def looking_frames(self) -> Iterator[WorkingImage]:
        """The frames that the model sees: the picture itself, or a few frames spread over an animation."""
        if self.film is None or self.film.refusal:
            yield self.working
            return
        wanted = spread(self.film.frames, _LOOKS)
        for index, (working, _) in enumerate(self.film.draw_ahead(wanted[-1] + 1 if wanted else 0)):
            if index in wanted:
                yield self._inside(working)

    def drop_held(self) -> None:
        """Give back the frames of a film that were held from looking to cutting."""
        if self.film is not None:
            self.film.drop_held()

    def drop_looking_copy(self) -> Self:
        """Return the view without the parts that only looking needs."""
        return replace(self, working=self.working.without_looking_copy())

    def shows(self, analysis: Analysis) -> bool:
        """Tell whether an analysis is of just this part of a picture of this size."""
        return analysis.visible == self.visible


@dataclass(frozen=True, slots=True)
class PreparedPicture:
    """A picture that is decoded and looked at, ready to be cropped to any number of sizes.

    It may be pickled, unless it holds all frames of an animated picture: then pickle the bytes of the file and ``analysis``.

    Parameters
    ----------
    view : View
        The decoded picture.
    analysis : Analysis
        What was found in it.
    """

    view: View
    analysis: Analysis

    @property
    def working(self) -> WorkingImage:
        """The decoded pixels."""
        return self.view.working

    def plans(self, targets: Sequence[Target | None], options: CropOptions) -> Plan:
        """Decide where to crop, as `Analysis.plans` does.

        Raises
        ------
        InvalidRequest
            When an option had to be known before: a border is to be trimmed that was looked at, or ``keep_metadata``, or
            ``animate`` of an animated picture, is another one.
        """
        if options.keep_metadata != self.view.keep_metadata:
            message = (
                "colours are converted while decoding: this picture was prepared with "
                f"keep_metadata={self.view.keep_metadata}, prepare it with keep_metadata={options.keep_metadata}"
            )
            raise InvalidRequest(message)
        if self.view.animate not in {None, options.animate}:
            message = (
                f"frames are chosen before looking: this picture was prepared with animate={self.view.animate!r}, prepare "
                f"it with animate={options.animate!r}"
            )
            raise InvalidRequest(message)
        return self.analysis.plans(targets, options=options)

    def cuts(self, crops: Iterable[Crop]) -> tuple[Size, list[tuple[Size, Size]]]:
        """Return the sides of the working image, and of each crop the window's in it and the result's."""
        image, scale = self.working.image, self.working.scale

        def window(box: PixelBox) -> Size:
            return Size(-(-box.width // scale), -(-box.height // scale))

        return Size(image.width, image.height), [(window(crop.box), crop.size) for crop in crops]

    def serves(
        self, sizes: Iterable[SizeLike | None], *, options: CropOptions | None = None, **keywords: Unpack[CropKeywords]
    ) -> bool:
        """Tell whether the same would be decoded for these sizes and options: then the crops are the same to the byte."""
        wanted = CropOptions.of(keywords, options)
        if wanted.keep_metadata != self.view.keep_metadata or wanted.trim != self.view.trim:
            return False
        if self.view.animate not in {None, wanted.animate}:
            return False
        needed = needed_size(self.working.source, parse_targets(sizes), wanted)
        return self.working.scale == decode_scale(self.working.source, needed)


def check_prepared(given: object) -> PreparedPicture:
    """Check and return a picture that the caller says was prepared.

    Raises
    ------
    InvalidRequest
        When it is something else, such as a source.
    """
    if not isinstance(given, PreparedPicture):
        message = f"what is finished is what Cropper.prepare returned, not {show_value(given)}"
        raise InvalidRequest(message)
    return given


def needed_size(source: Size, targets: Sequence[Target | None], options: CropOptions, minimum: Size = _ANY) -> Size:
    """Return the least size of the working image that the targets need."""
    if options.trim is not None:
        return source  # where a border ends is only seen in all the pixels
    width, height = float(minimum.width), float(minimum.height)
    for target in targets:
        if not isinstance(target, Size) or options.fit == "tight" or options.zoom:
            return source  # the window may be small: every pixel may be needed
        window = largest_window(source, target.aspect)
        width = max(width, _DETAIL * target.width / window[0])
        height = max(height, _DETAIL * target.height / window[1])
    return Size(min(source.width, math.ceil(width - _ROUNDING)), min(source.height, math.ceil(height - _ROUNDING)))


def is_settled(source: Size, target: Target | None, options: CropOptions) -> bool:
    """Tell whether the pixels of a crop do not depend on what a look would find, so that no look is needed.

    This is so when the whole picture is shown, or when the caller gives the point that the largest window is centred on.
    The other properties of a crop (what it keeps, its confidence, its focal point) are only known after a look.

    Examples
    --------
    >>> is_settled(Size(600, 400), Size(300, 200), CropOptions()), is_settled(Size(600, 400), Size(300, 300), CropOptions())
    (True, False)
    >>> is_settled(Size(600, 400), Size(300, 300), CropOptions(focus=(0.5, 0.5)))
    True
    """
    if target is None or options.trim is not None or options.on_doubt != "crop" or options.keep_metadata:
        return False
    if options.fit == "contain":
        return True
    if options.fit != "cover" or options.zoom or options.mode == "face":
        return False
    centred = options.focus is not None and not options.keep and not options.avoid
    return centred or largest_window(source, target.aspect) == (1.0, 1.0)


def bytes_of_results(source: Size, needed: Size, targets: Sequence[Target | None], options: CropOptions) -> int:
    """Return the bytes that the results of known sizes take at most besides the working image.

    What a free-form crop takes is only known once it is planned; a border that is cut off leaves a second picture.
    """
    scale = decode_scale(source, needed)
    whole = Size(-(-source.width // scale), -(-source.height // scale))
    results = results_take([(whole, target) for target in targets if isinstance(target, Size)])
    return results if options.trim is None else max(results, results_take([(whole, whole)]))
