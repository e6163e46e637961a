"""The path from a picture to its crops, written once: command, service and batch all use it.

bytes -> header -> limits -> one decode (border off) -> look -> analysis -> plan -> cut, resize -> bytes

Its steps stand at the end of `Cropper`: `_prepare` decodes and looks, `_finish` plans and renders. The methods before them
are the ways to ask for it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any, Unpack

from PIL import Image

from focalbox.analysis import Analysis
from focalbox.core.choice.crop import Crop
from focalbox.core.target import Size, Target
from focalbox.errors import InvalidRequest, show_value
from focalbox.imaging.limits import Limits, check_limits
from focalbox.imaging.memory import check_results
from focalbox.imaging.output.fill import check_fill
from focalbox.imaging.source import Picture
from focalbox.looking import check_detectors, check_model, load, look_at, unite
from focalbox.options import Animate, CropKeywords, CropOptions, SizeLike, TrimLike, parse_target, parse_targets
from focalbox.prepared import PreparedPicture, View, check_prepared
from focalbox.result import Result
from focalbox.saliency.models import MODELS, Detector, Model
from focalbox.saliency.names import DEFAULT_MODEL
from focalbox.sources import Source, open_source
from focalbox.version import __version__

__all__ = ["Cropper"]


class Cropper:
    """Crops pictures with one model and one set of limits.

    It remembers no pictures, and may be shared between threads and pickled. Every method that crops takes the options of
    `focalbox.CropOptions` as keywords, or all in one value as ``options=``; keywords overrule ``options``.

    Parameters
    ----------
    model : str, path or callable, optional
        The name of a model (`focalbox doctor` lists them), the path of an ``.onnx`` file, or a callable that takes an
        upright sRGB picture, a uint8 array of shape (h, w, 3), and returns a `SaliencyMap`.
    detectors : sequence of callable, optional
        Callables that take the same array and return a list of `Subject`, things that should not be cut. They replace the
        subjects that the model finds; with an empty sequence there are no subjects.
    limits : Limits, optional
        The limits; larger pictures are refused before any pixel is decoded.

    Raises
    ------
    InvalidRequest
        When no model has that name, its file does not exist, or an argument is of the wrong type.

    Examples
    --------
    >>> import numpy as np
    >>> picture = np.zeros((300, 400, 3), dtype=np.uint8)
    >>> Cropper().crop(picture, "100x50").size
    (100, 50)
    """

    def __init__(
        self,
        *,
        model: str | os.PathLike[str] | Model = DEFAULT_MODEL,
        detectors: Sequence[Detector] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._model, self._name = check_model(model)
        self._detectors = check_detectors(detectors)
        self._limits = check_limits(limits)

    def __getstate__(self) -> dict[str, Any]:
        shared = MODELS.get(self._name) is self._model  # travels by its name: the other process has it
        return {**self.__dict__, "_model": self._name} if shared else self.__dict__

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if isinstance(state["_model"], str):
            self._model = MODELS[self._name]

    @property
    def model_name(self) -> str:
        """The name of the model, as it is stored in analyses."""
        return self._name

    @property
    def limits(self) -> Limits:
        """The limits; larger pictures are refused before any pixel is decoded."""
        return self._limits

    def load(self) -> None:
        """Load files, such as the network, now instead of at the first look.

        Raises
        ------
        ModelError
            When the model or a detector cannot be loaded, so that no picture can be looked at.
        """
        for looks in (self._model, *(self._detectors or ())):
            load(looks)

    def open(self, source: Source | Picture) -> Picture:
        """Read the header of a picture and check it against the limits; all methods accept the result as a source.

        Parameters and errors as in `analyze`.
        """
        if isinstance(source, Picture):
            return source
        return open_source(source, self._limits)

    def analyze(self, source: Source | Picture, *, trim: TrimLike | None = None, animate: Animate = "keep") -> Analysis:
        """Look at a picture once; any number of crops can be planned from the analysis.

        Parameters
        ----------
        source : path, bytes, binary file, PIL.Image.Image or ndarray of uint8
            The picture, of an animated PIL image its current frame; an array has the shape (h, w), (h, w, 3) or (h, w, 4).
        trim : str or Trim, optional
            Cut the border off before looking, as in `focalbox.options.parse_trim`.
        animate : {"keep", "first"}
            Whether a few frames of an animated picture are looked at, or only the first.

        Raises
        ------
        SourceError
            When the picture cannot be read, is damaged or larger than the limits.
        ModelError
            When the model answers with something that is not a map.
        """
        return self._prepare(source, [], CropOptions.of({"trim": trim, "animate": animate})).analysis

    def plan(
        self,
        source: Source | Picture,
        size: SizeLike | None = None,
        *,
        options: CropOptions | None = None,
        **keywords: Unpack[CropKeywords],
    ) -> Crop:
        """Decide where to crop, and render nothing.

        Parameters and errors as in `results`, for one size; None is the free-form crop. The ``box`` of the result is in
        pixels of the upright picture; ``kept`` and ``confidence`` are between 0 and 1.
        """
        target, wanted = parse_target(size), CropOptions.of(keywords, options)
        return self.analyze(source, trim=wanted.trim, animate=wanted.animate).plan(target, options=wanted)

    def crop(
        self,
        source: Source | Picture,
        size: SizeLike | None,
        *,
        options: CropOptions | None = None,
        **keywords: Unpack[CropKeywords],
    ) -> Image.Image:
        """Crop a picture to exactly the size asked for; parameters and errors as in `focalbox.crop`."""
        return self.results(source, [size], options=options, **keywords)[0].image

    def crop_many(
        self,
        source: Source | Picture,
        sizes: Iterable[SizeLike | None],
        *,
        options: CropOptions | None = None,
        **keywords: Unpack[CropKeywords],
    ) -> list[Image.Image]:
        """Crop a picture to several sizes with one decode and one analysis; parameters and errors as in `results`.

        Returns
        -------
        list of PIL.Image.Image
            In the order of ``sizes``, each exactly as large as asked for, mode RGB or RGBA.
        """
        return [result.image for result in self.results(source, sizes, options=options, **keywords)]

    def results(
        self,
        source: Source | Picture,
        sizes: Iterable[SizeLike | None],
        *,
        options: CropOptions | None = None,
        **keywords: Unpack[CropKeywords],
    ) -> list[Result]:
        """Crop a picture to several sizes; each result holds the pixels and what was decided.

        Parameters
        ----------
        source : path, bytes, binary file, PIL.Image.Image or ndarray of uint8
            The picture, of an animated PIL image its current frame; an array has the shape (h, w), (h, w, 3) or (h, w, 4).
        sizes : iterable of str, (int, int) or None
            ``"500x200"`` and ``(500, 200)`` in pixels, ``"16:9"``, ``"free"`` or None for the free-form crop.
        options : CropOptions, optional
        **keywords
            As in `focalbox.CropOptions`.

        Raises
        ------
        InvalidRequest
            When a size or an option makes no sense.
        SourceError
            When the picture cannot be read, is damaged or larger than the limits.
        ModelError
            When the model answers with something that is not a map.
        """
        targets, wanted = parse_targets(sizes), CropOptions.of(keywords, options)
        return self._finish(self._prepare(source, targets, wanted), targets, wanted)

    def prepare(
        self,
        source: Source | Picture,
        sizes: Iterable[SizeLike | None],
        *,
        analysis: Analysis | None = None,
        options: CropOptions | None = None,
        **keywords: Unpack[CropKeywords],
    ) -> PreparedPicture:
        """Decode a picture once, large enough for the sizes, and look at it unless its analysis is known already.

        Parameters and errors as in `results`. ``analysis`` is an earlier analysis of the same picture. If its picture has
        another size, or its border was trimmed differently, the picture is looked at again.
        """
        known: object = analysis
        if known is not None and not isinstance(known, Analysis):
            message = f"what is known of a picture is an Analysis, not {show_value(known)}"
            raise InvalidRequest(message)
        return self._prepare(source, parse_targets(sizes), CropOptions.of(keywords, options), analysis=analysis)

    def finish(
        self,
        prepared: PreparedPicture,
        sizes: Iterable[SizeLike | None],
        *,
        options: CropOptions | None = None,
        **keywords: Unpack[CropKeywords],
    ) -> list[Result]:
        """Crop a prepared picture; parameters as in `results`, errors also as in `PreparedPicture.plans`."""
        return self._finish(check_prepared(prepared), parse_targets(sizes), CropOptions.of(keywords, options))

    def explain(
        self,
        source: Source | Picture,
        size: SizeLike | None = None,
        *,
        options: CropOptions | None = None,
        **keywords: Unpack[CropKeywords],
    ) -> Image.Image:
        """Draw the five pictures of the method side by side, from what was really computed.

        Parameters and errors as in `results`, for one size. The strip has mode RGB; its panels have at most 360 pixels a
        side.
        """
        from focalbox.explain.strip import PANEL, draw_strip  # noqa: PLC0415 - fonts and drawing that no crop needs

        target, wanted = parse_target(size), CropOptions.of(keywords, options)
        prepared = self._prepare(source, [target], wanted, minimum=Size(PANEL, PANEL))
        (result,) = self._finish(prepared, [target], wanted)
        return draw_strip(prepared.working.image, result.crop, result.image)

    def _prepare(
        self,
        source: Source | Picture,
        targets: Sequence[Target | None],
        wanted: CropOptions,
        *,
        minimum: Size = Size(1, 1),  # noqa: B008 - frozen
        analysis: Analysis | None = None,
    ) -> PreparedPicture:
        """Decode once and look once; the working image has at least ``minimum`` pixels a side."""
        check_fill(wanted.fill)
        self._limits.check_targets(targets)
        picture = self.open(source)
        known = analysis is not None and wanted.trim is None and analysis.visible.size == picture.size
        view = View.decode(picture, targets, wanted, minimum, look=not known)
        if analysis is None or not view.shows(analysis):
            analysis = self._look(view)
        return PreparedPicture(view.drop_looking_copy(), analysis)

    def _look(self, view: View) -> Analysis:
        seen = unite([look_at(working, self._model, self._detectors) for working in view.looking_frames])
        source, trimmed = view.visible.source, view.visible.trimmed
        return Analysis(
            source, seen.saliency, seen.subjects, self._name, __version__, seen.keep, trimmed, seen.object_map
        )

    def _finish(self, prepared: PreparedPicture, targets: Sequence[Target | None], wanted: CropOptions) -> list[Result]:
        """Plan, check, and render."""
        plan = prepared.plans(targets, wanted)
        for crop in plan:
            self._limits.check_result(crop.size, crop.target)
        check_results(*prepared.cuts(plan), self._limits.memory)
        return [Result.render(prepared.view, crop, wanted, self._limits.memory) for crop in plan]
