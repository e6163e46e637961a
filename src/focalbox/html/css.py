"""The CSS that shows a crop of the whole picture, without making a new file."""

from __future__ import annotations

from focalbox.core.choice.crop import Crop
from focalbox.errors import InvalidRequest, show_value
from focalbox.options import CropOptions
from focalbox.result import place_in_result

__all__ = ["css", "own_width", "position_inside"]

_MIDDLE = 0.5


def css(crop: Crop) -> str | None:
    """Return declarations for an `<img>` of the whole picture that make it show a crop.

    Parameters
    ----------
    crop : Crop
        The element must have its aspect ratio.

    Returns
    -------
    str or None
        ``object-fit`` and ``object-position`` (CSS Images 3) where the window is the largest of its shape; else
        ``object-view-box`` (CSS Images 4; Chromium from 104). Browsers without it show the middle. None where the crop is
        padded, which neither can express.

    Raises
    ------
    InvalidRequest
        When ``crop`` is no `Crop`, such as a finished picture.

    Examples
    --------
    >>> from focalbox import Analysis, SaliencyMap, Size
    >>> analysis = Analysis(Size(400, 300), SaliencyMap([[0, 0, 0, 1]]), model="drawn by hand", version="1")
    >>> css(analysis.plan("1:1"))
    'object-fit: cover; object-position: 100% 50%'
    """
    if _check(crop).padding:
        return None
    box, source = crop.box, crop.source
    if box.width == source.width or box.height == source.height:
        across = _share(box.left, source.width - box.width)
        down = _share(box.top, source.height - box.height)
        return f"object-fit: cover; object-position: {across} {down}"
    edges = (
        _percent(box.top / source.height),
        _percent((source.width - box.right) / source.width),
        _percent((source.height - box.bottom) / source.height),
        _percent(box.left / source.width),
    )
    return f"object-fit: cover; object-view-box: inset({' '.join(edges)})"


def position_inside(crop: Crop, focus: tuple[float, float] | None = None) -> str:
    """Return declarations that keep the focal point in view if a layout cuts an `<img>` of the finished crop once more.

    Parameters
    ----------
    crop : Crop
    focus : (float, float), optional
        The point to keep in view, x and y in fractions of the picture, such as the `focus` of the crop; without it the focal
        point that was found.

    Raises
    ------
    InvalidRequest
        When ``crop`` is no `Crop`, or ``focus`` no point.

    Examples
    --------
    >>> from focalbox import Analysis, SaliencyMap, Size
    >>> analysis = Analysis(Size(400, 300), SaliencyMap([[0, 0, 0, 1]]), model="drawn by hand", version="1")
    >>> position_inside(analysis.plan("1:1"))
    'object-fit: cover; object-position: 83.33% 50%'
    """
    point = CropOptions(focus=focus).focus or _check(crop).focal_point
    across, down = (_percent(min(1.0, max(0.0, share))) for share in place_in_result(_check(crop), point))
    return f"object-fit: cover; object-position: {across} {down}"


def own_width(crop: Crop) -> int:
    """Return the width of a crop in pixels of the picture, its padding included, before it is resized.

    Raises
    ------
    InvalidRequest
        When ``crop`` is no `Crop`.

    Examples
    --------
    >>> from focalbox import Analysis, SaliencyMap, Size
    >>> own_width(Analysis(Size(300, 300), SaliencyMap([[1]])).plan("600x200", fit="contain"))
    900
    """
    box, padding = _check(crop).box, crop.padding
    return box.width + padding.left + padding.right


def _check(crop: Crop) -> Crop:
    given: object = crop
    if not isinstance(given, Crop):
        message = f"crop is a Crop, such as focalbox.plan returns, not {show_value(crop)}"
        raise InvalidRequest(message)
    return crop


def _share(offset: int, free: int) -> str:
    return _percent(offset / free if free > 0 else _MIDDLE)


def _percent(share: float) -> str:
    """Write a fraction as per cent, to a hundredth: finer than a pixel of 10,000."""
    return f"{share * 100:.2f}".rstrip("0").rstrip(".") + "%"
