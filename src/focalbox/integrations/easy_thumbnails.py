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
    """Crop to exactly the size where the picture keeps what matters.

    Parameters
    ----------
    im : PIL.Image.Image
    size : (int, int)
        With a 0 for a side that is free, nothing is cropped.
    focal : bool
        Whether the thumbnail asks for it.
    zoom : float, optional
        Per cent, 0 to 100, as easy-thumbnails counts: from the largest window to the tightest.
    """
    if not focal or not all(size):
        return im
    return fit(im, size, Image.Resampling.LANCZOS, zoom=float(zoom or 0) / 100)  # templates write it as text, too
