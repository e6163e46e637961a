"""The JSON that thumbor answers with when an address says ``meta``."""

from __future__ import annotations

from typing import Any

from focalbox.core.choice.crop import Crop

__all__ = ["thumbor_meta"]


def thumbor_meta(crop: Crop, source: str) -> dict[str, Any]:
    """Return what thumbor's clients expect: source, operations, focal points and target.

    Parameters
    ----------
    crop : Crop
    source : str
        The picture, as the address names it.
    """
    box, size = crop.box, crop.size
    x, y = crop.focal_point
    salient = crop.salient_box
    cut = {"type": "crop", "left": box.left, "top": box.top, "right": box.right, "bottom": box.bottom}
    whole = (box.width, box.height) == (crop.source.width, crop.source.height)
    resize = {"type": "resize", "width": size.width, "height": size.height}
    focal = {
        "x": x * crop.source.width,
        "y": y * crop.source.height,
        "z": 1.0,
        "height": salient.height,
        "width": salient.width,
        "origin": "Focalbox",
    }
    return {
        "thumbor": {
            "source": {"url": source, "width": crop.source.width, "height": crop.source.height},
            "operations": [*([] if whole else [cut]), resize],
            "focal_points": [focal],
            "target": {"width": size.width, "height": size.height},
        }
    }
