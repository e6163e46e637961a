"""The functions for a single picture: `crop`, `plan` and `analyze` with the default model and limits."""

from __future__ import annotations

from functools import cache
from typing import Unpack

from PIL import Image

from focalbox.analysis import Analysis
from focalbox.core.choice.crop import Crop
from focalbox.cropper import Cropper
from focalbox.options import Animate, CropKeywords, CropOptions, SizeLike, TrimLike
from focalbox.sources import Source

__all__ = ["analyze", "crop", "plan"]


@cache
def _default() -> Cropper:
    return Cropper()


def crop(
    source: Source, size: SizeLike | None, *, options: CropOptions | None = None, **keywords: Unpack[CropKeywords]
) -> Image.Image:
    """Crop a picture to exactly the size asked for.

    Parameters
    ----------
    source : path, bytes, binary file, PIL.Image.Image or ndarray of uint8
        The picture; an array has the shape (h, w), (h, w, 3) or (h, w, 4): grey, RGB or RGBA. Of an animated PIL image the
        current frame is taken; from a path or bytes all frames.
    size : str, (int, int) or None
        ``"500x200"`` or ``(500, 200)`` in pixels, ``"16:9"`` for the ratio without resizing, ``"free"`` or None for the
        free-form crop, which has no given shape.
    options : CropOptions, optional
        All options in one value.
    **keywords
        The options one by one, as in `focalbox.CropOptions`: fit, zoom, retain, focus, keep, avoid, upscale, mode, on_doubt,
        doubt, fill, keep_metadata, trim, animate. They overrule those in ``options``.

    Returns
    -------
    PIL.Image.Image
        Mode RGB or RGBA, in sRGB. With ``keep_metadata`` the colours stay in the picture's own profile. The profile and the
        copyright are then in ``image.info``, and ``image.save(path, **image.info)`` writes them.

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
    return _default().crop(source, size, options=options, **keywords)


def plan(
    source: Source,
    size: SizeLike | None = None,
    *,
    options: CropOptions | None = None,
    **keywords: Unpack[CropKeywords],
) -> Crop:
    """Decide where to crop a picture, and render nothing; parameters and errors as in `crop`.

    Examples
    --------
    >>> import numpy as np
    >>> plan(np.zeros((300, 400, 3), dtype=np.uint8), "1:1").box
    PixelBox(left=50, top=0, width=300, height=300)
    """
    return _default().plan(source, size, options=options, **keywords)


def analyze(source: Source, *, trim: TrimLike | None = None, animate: Animate = "keep") -> Analysis:
    """Look at a picture once; with ``analysis.plan(size, **options)`` plan any number of crops from that look.

    Parameters and errors as in `Cropper.analyze`.

    Examples
    --------
    >>> import numpy as np
    >>> analysis = analyze(np.zeros((300, 400, 3), dtype=np.uint8))
    >>> [analysis.plan(size).box.width for size in ("1:1", "9:16")]
    [300, 169]
    """
    return _default().analyze(source, trim=trim, animate=animate)
