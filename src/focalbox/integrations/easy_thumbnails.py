"""A processor for easy-thumbnails: ``{% thumbnail photo.image 500x200 focal %}``.

Put ``"focalbox.integrations.easy_thumbnails.focal_crop"`` into ``THUMBNAIL_PROCESSORS`` before ``scale_and_crop``,
which then finds nothing left to do.
"""

from __future__ import annotations

from typing import Any

from PIL import Image

from focalbox.integrations.pillow import fit

__all__ = ["focal_crop"]


def focal_crop(
    im: Image.Image,
    size: tuple[int, int],
    focal: bool = False,  # noqa: FBT001, FBT002 - templates may give what easy-thumbnails finds here, but not behind a star
    zoom: float | None = None,
    **_: Any,
) -> Image.Image:
    """Crop to exactly the size, where the picture keeps what matters.

    Parameters
    ----------
    im : PIL.Image.Image
    size : (int, int)
        Width and height, pixels. When one of them is 0, nothing is cropped.
    focal : bool
        Whether the thumbnail has the option ``focal``.
    zoom : float, optional
        How close to crop, in per cent as in easy-thumbnails: from the largest window (0) to the tightest (100).
    """
    if not focal or not all(size):
        return im
    return fit(im, size, Image.Resampling.LANCZOS, zoom=float(zoom or 0) / 100)  # templates write it as text, too
