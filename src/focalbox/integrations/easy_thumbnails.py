"""A processor for easy-thumbnails: ``{% thumbnail photo.image 500x200 focal %}``.

Put ``"focalbox.integrations.easy_thumbnails.focal_crop"`` into ``THUMBNAIL_PROCESSORS`` before ``scale_and_crop``,
which then finds nothing left to do.
"""

from __future__ import annotations

from typing import Any

from PIL import Image

from focalbox.errors import InvalidRequest, show_value
from focalbox.integrations.pillow import fit

__all__ = ["focal_crop"]


def focal_crop(
    im: Image.Image,
    size: tuple[int, int],
    focal: bool = False,  # noqa: FBT001, FBT002 - templates may give what easy-thumbnails finds here, but not behind a star
    focal_zoom: float | None = None,
    **others: Any,
) -> Image.Image:
    """Crop to exactly the size, where the picture keeps what matters.

    Parameters
    ----------
    im : PIL.Image.Image
    size : (int, int)
        Width and height, pixels. When one of them is 0, nothing is cropped.
    focal : bool
        Whether the thumbnail has the option ``focal``.
    focal_zoom : float, optional
        How close to crop, in per cent: from the largest window (0) to the tightest (100).
        ``zoom`` is not taken: ``scale_and_crop`` reads it, too, and with ``upscale`` zooms once more.

    Raises
    ------
    InvalidRequest
        When ``zoom`` is given, or ``focal_zoom`` is out of its range.
    """
    if not focal or not all(size):
        return im
    if others.get("zoom"):
        message = f"with focal, zoom={show_value(others['zoom'])} is written focal_zoom"
        raise InvalidRequest(message)
    return fit(im, size, Image.Resampling.LANCZOS, zoom=float(focal_zoom or 0) / 100)  # templates write it as text, too
