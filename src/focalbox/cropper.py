"""The path from a picture to its crops, written once: command, service and batch all go through here.

bytes -> header -> limits -> one decode -> (border off) -> look -> analysis -> plan -> cut, resize -> bytes
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from PIL import Image

from focalbox.analysis import Analysis
from focalbox.core.choose import choose_crop
from focalbox.core.crop import Crop
from focalbox.core.geometry import PixelBox, Size, Target
from focalbox.errors import InvalidRequest
from focalbox.imaging.encoding import encode
from focalbox.imaging.fill import check_fill
from focalbox.imaging.render import render
from focalbox.imaging.source import Limits, Metadata, Picture, Source, WorkingImage, open_picture
from focalbox.imaging.trimming import without_border
from focalbox.looking import look_at
from focalbox.options import CropOptions, SizeLike, Trim, TrimLike, parse_target, parse_trim
from focalbox.prepared import Prepared, needed_size
from focalbox.saliency.models import MODELS, Detector, Model, model_named, name_of
from focalbox.saliency.names import DEFAULT_MODEL
from focalbox.version import __version__

__all__ = ["Cropper", "Prepared", "Result", "analyze", "crop", "plan"]


@dataclass(frozen=True, slots=True)
class Result:
    """A finished crop: what was decided, and the picture.

    Parameters
    ----------
    crop : Crop
        What was decided.
    image : PIL.Image.Image
        Exactly ``crop.size`` pixels, mode RGB or RGBA, sRGB unless its ``info`` holds an ``icc_profile``.
    metadata : Metadata or None
        Copyright and colour profile when ``keep_metadata`` asked for them.
    """

    crop: Crop
    image: Image.Image
    metadata: Metadata | None

    def encode(self, format: str, *, quality: int = 80) -> bytes:  # noqa: A002 - the word every imaging library uses
        """Return the picture as the bytes of a file.

        Parameters
        ----------
        format : str
            ``"jpeg"``, ``"png"``, ``"webp"``, ``"avif"``, ``"gif"``, ``"tiff"`` or ``"bmp"``.
        quality : int
            1 to 100, for the formats that lose something.
        """
        return encode(self.image, format, quality=quality, metadata=self.metadata)


class Cropper:
    """Crops pictures; holds a model and limits, no state, and may be shared between threads.

    Parameters
    ----------
    model : str or callable, optional
        The name of a model (`focalbox doctor` lists them), the path of an ``.onnx`` file, or a callable from an upright
        sRGB picture, uint8 array of shape (h, w, 3), to a `SaliencyMap`.
    detectors : sequence of callable, optional
        From the same array to a list of `Subject`, things that should not be cut. They replace the model's own; an empty
        sequence is none at all.
    limits : Limits
        What is refused before any pixel is decoded.

    Raises
    ------
    InvalidRequest
        When no model has that name.

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
        model: str | Model = DEFAULT_MODEL,
        detectors: Sequence[Detector] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._model = model_named(model) if isinstance(model, str) else model
        self._name = model if isinstance(model, str) and model in MODELS else name_of(self._model)
        self._detectors = detectors
        self._limits = limits or Limits()

    @property
    def model_name(self) -> str:
        """What analyses call the model."""
        return self._name

    def analyze(self, source: Source, *, trim: TrimLike | None = None) -> Analysis:
        """Look at a picture once; the analysis plans any number of crops.

        Parameters
        ----------
        source : path, bytes, binary file, PIL.Image.Image or ndarray of shape (h, w, 3), uint8
        trim : str or Trim, optional
            Cut the border off before looking, as in `focalbox.options.parse_trim`.

        Raises
        ------
        SourceError
            When the picture cannot be read, is damaged or larger than the limits.
        ModelError
            When the model answers with something that is not a map.
        """
        picture, border = open_picture(source, self._limits), parse_trim(trim)
        working, trimmed = _decoded(picture, None if border is None else picture.size, border)
        return self._look(working, picture.size, trimmed)

    def plan(self, source: Source, size: SizeLike | None = None, **options: Any) -> Crop:
        """Decide where to crop, and render nothing.

        Parameters and errors as in `results`, for one size; None is the free-form crop. The answer's ``box`` is in pixels of
        the upright picture, ``kept`` and ``confidence`` lie between 0 and 1.
        """
        target, wanted = parse_target(size), CropOptions.of(options)
        return choose_crop(self.analyze(source, trim=wanted.trim), target, wanted.framing)

    def crop(self, source: Source, size: SizeLike | None, **options: Any) -> Image.Image:
        """Crop a picture to exactly the size asked for; parameters and errors as in `focalbox.crop`."""
        return self.crop_many(source, [size], **options)[0]

    def crop_many(self, source: Source, sizes: Iterable[SizeLike | None], **options: Any) -> list[Image.Image]:
        """Crop a picture to several sizes with one decode and one analysis; parameters and errors as in `results`.

        Returns
        -------
        list of PIL.Image.Image
            In the order of ``sizes``, each exactly as large as asked for, mode RGB or RGBA.
        """
        return [result.image for result in self.results(source, sizes, **options)]

    def results(self, source: Source, sizes: Iterable[SizeLike | None], **options: Any) -> list[Result]:
        """Crop a picture to several sizes, and say what was decided: the whole path.

        Parameters
        ----------
        source : path, bytes, binary file, PIL.Image.Image or ndarray of shape (h, w, 3), uint8
        sizes : iterable of str, (int, int) or None
            ``"500x200"`` and ``(500, 200)`` in pixels, ``"16:9"``, None for the free-form crop.
        **options
            As in `focalbox.options.CropOptions`.

        Raises
        ------
        InvalidRequest
            When a size or an option makes no sense.
        SourceError
            When the picture cannot be read, is damaged or larger than the limits.
        ModelError
            When the model answers with something that is not a map.
        """
        targets, wanted = [parse_target(size) for size in sizes], CropOptions.of(options)
        return self._finish(self._prepared(source, targets, wanted, Size(1, 1), None), targets, wanted)

    def prepare(
        self, source: Source, sizes: Iterable[SizeLike | None], *, analysis: Analysis | None = None, **options: Any
    ) -> Prepared:
        """Decode a picture once, large enough for the sizes, and look at it unless its analysis is known already.

        Parameters
        ----------
        source : path, bytes, binary file, PIL.Image.Image or ndarray of shape (h, w, 3), uint8
        sizes : iterable of str, (int, int) or None
            What it is going to be cropped to.
        analysis : Analysis, optional
            What was found in the same picture before, its border trimmed alike; if it was not, it is looked at again.
        **options
            As in `focalbox.options.CropOptions`.
        """
        targets = [parse_target(size) for size in sizes]
        return self._prepared(source, targets, CropOptions.of(options), Size(1, 1), analysis)

    def finish(self, prepared: Prepared, sizes: Iterable[SizeLike | None], **options: Any) -> list[Result]:
        """Decide, cut and resize crops of a prepared picture; parameters as in `results`."""
        return self._finish(prepared, [parse_target(size) for size in sizes], CropOptions.of(options))

    def _finish(self, prepared: Prepared, targets: Sequence[Target | None], wanted: CropOptions) -> list[Result]:
        crops = [choose_crop(prepared.analysis, target, wanted.framing) for target in targets]
        for decided in crops:
            _check_output(decided.size, self._limits)
        return [_finished(prepared, decided, wanted) for decided in crops]

    def explain(self, source: Source, size: SizeLike | None = None, **options: Any) -> Image.Image:
        """Draw the five pictures of the method side by side; what is shown is what was computed.

        Parameters and errors as in `results`, for one size. The strip has mode RGB, and panels of at most 360 pixels a side.
        """
        from focalbox.explain.strip import PANEL, draw_strip  # noqa: PLC0415 - fonts and drawing that no crop needs

        target, wanted = parse_target(size), CropOptions.of(options)
        prepared = self._prepared(source, [target], wanted, Size(PANEL, PANEL), None)
        (result,) = self._finish(prepared, [target], wanted)
        return draw_strip(prepared.working.image, result.crop, result.image)

    def _prepared(
        self,
        source: Source,
        targets: Sequence[Target | None],
        wanted: CropOptions,
        least: Size,
        analysis: Analysis | None,
    ) -> Prepared:
        """Decode once and look once; the working image has at least ``least`` pixels a side."""
        check_fill(wanted.fill)
        for target in targets:
            if isinstance(target, Size):
                _check_output(target, self._limits)
        picture = open_picture(source, self._limits)
        needed = needed_size(picture.size, targets, wanted, least)
        working, trimmed = _decoded(picture, needed, wanted.trim, keep_profile=wanted.keep_metadata)
        if analysis is None or analysis.trimmed != trimmed:
            analysis = self._look(working, picture.size, trimmed)
        return Prepared(working, analysis, wanted.trim)

    def _look(self, working: WorkingImage, source: Size, trimmed: PixelBox | None) -> Analysis:
        seen = look_at(working, self._model, self._detectors)
        return Analysis(source, seen.saliency, seen.subjects, self._name, __version__, seen.keep, trimmed)


def _decoded(
    picture: Picture, needed: Size | None, border: Trim | None, *, keep_profile: bool = False
) -> tuple[WorkingImage, PixelBox | None]:
    """Decode a picture and cut its border off, if that is wished; return also what is left of the upright picture then."""
    working = picture.decode(needed, keep_profile=keep_profile)
    return (working, None) if border is None else without_border(working, border)


def _finished(prepared: Prepared, decided: Crop, wanted: CropOptions) -> Result:
    working, box, left = prepared.working, decided.box, prepared.analysis.trimmed
    if left is not None:  # the border's pixels are gone
        box = PixelBox(box.left - left.left, box.top - left.top, box.width, box.height)
    image = render(working, box, decided.size, padding=decided.padding, fill=wanted.fill)
    if not wanted.keep_metadata:
        return Result(decided, image, None)
    image.info.update(working.metadata.info())  # without its profile a picture that kept it would have other colours
    return Result(decided, image, working.metadata)


def _check_output(size: Size, limits: Limits) -> None:
    if size.pixels > limits.pixels:
        message = f"a result may have at most {limits.pixels} pixels, but {size} was asked for"
        raise InvalidRequest(message)


@cache
def _default() -> Cropper:
    return Cropper()


def crop(source: Source, size: SizeLike | None, **options: Any) -> Image.Image:
    """Crop a picture to exactly the size asked for.

    Parameters
    ----------
    source : path, bytes, binary file, PIL.Image.Image or ndarray of shape (h, w, 3), uint8
    size : str, (int, int) or None
        ``"500x200"``, ``(500, 200)``, ``"16:9"`` for the ratio without resizing, None for the free-form crop.
    **options
        As in `focalbox.options.CropOptions`: fit, zoom, retain, focus, keep, avoid, upscale, mode, on_doubt, doubt, fill,
        keep_metadata, trim.

    Returns
    -------
    PIL.Image.Image
        Mode RGB or RGBA, sRGB. With ``keep_metadata`` its colours stay in the picture's profile; that and the copyright are
        in its ``info``, to be written by ``image.save(path, **image.info)``.

    Raises
    ------
    FocalboxError
        ``InvalidRequest`` for a size or option that makes no sense, ``SourceError`` for a picture that cannot be used.

    Examples
    --------
    >>> import numpy as np
    >>> crop(np.zeros((300, 400, 3), dtype=np.uint8), "16:9").size
    (400, 225)
    """
    return _default().crop(source, size, **options)


def plan(source: Source, size: SizeLike | None = None, **options: Any) -> Crop:
    """Decide where to crop a picture, and render nothing; parameters and errors as in `crop`.

    Examples
    --------
    >>> import numpy as np
    >>> plan(np.zeros((300, 400, 3), dtype=np.uint8), "1:1").box
    PixelBox(left=50, top=0, width=300, height=300)
    """
    return _default().plan(source, size, **options)


def analyze(source: Source, *, trim: TrimLike | None = None) -> Analysis:
    """Look at a picture once; ``analysis.plan(size, **options)`` then plans any number of crops.

    Parameters and errors as in `Cropper.analyze`.

    Examples
    --------
    >>> import numpy as np
    >>> analysis = analyze(np.zeros((300, 400, 3), dtype=np.uint8))
    >>> [analysis.plan(size).box.width for size in ("1:1", "9:16")]
    [300, 169]
    """
    return _default().analyze(source, trim=trim)
