"""Turns imgproxy's options into an `ImageRequest`, with the steps in the order of imgproxy's pipeline."""

from __future__ import annotations

from dataclasses import replace

from focalbox.errors import InvalidRequest
from focalbox.imaging.output.effects import Effect
from focalbox.options import CropOptions
from focalbox.service.dialects.imgproxy.processing import Processing
from focalbox.service.request import DEFAULT_QUALITY, ImageRequest
from focalbox.service.shape.gravity import Gravity
from focalbox.service.shape.part import Part
from focalbox.service.shape.scaling import Scaling

__all__ = ["make_request"]

_CLEAR = "#ffffff00"
"""Fully transparent white."""


def make_request(found: Processing, source: str) -> ImageRequest:
    """Return what is asked of a source.

    Raises
    ------
    InvalidRequest
        When options contradict each other.
    """
    if any(least > side > 0 for least, side in zip(found.least, (found.width, found.height), strict=True)):
        message = "min-width and min-height are not above width and height here: the result would be a part of a part"
        raise InvalidRequest(message)
    room = found.extend == Gravity() and found.type == "fit" and bool(found.width and found.height)
    room = room and found.zoom[0] == found.zoom[1] and found.extend_ratio is None and not any(found.least)
    crop_gravity = found.crop_gravity or found.gravity
    faces = found.gravity.faces or (any(found.crop) and crop_gravity.faces)
    options = CropOptions(
        mode="face" if faces else "auto",
        trim=found.trim,
        animate="first" if found.still else "keep",
        keep_metadata=found.keep_metadata,
    )
    if room:
        options = replace(options, fit="contain", fill=found.background or _CLEAR, upscale=found.enlarge)
    return ImageRequest(
        source=source,
        targets=(_scaling(found, room=room),),
        options=options,
        window=Part(*found.crop, crop_gravity, found.rotate) if any(found.crop) else None,
        format=found.format,
        quality=found.quality or DEFAULT_QUALITY,
        qualities=() if found.quality else tuple(pair for pair in found.qualities if pair[1]),
        effects=tuple(_effects(found)),
        max_bytes=found.max_bytes,
        filename=found.filename,
        attachment=found.attachment,
    )


def _scaling(found: Processing, *, room: bool) -> Scaling:
    return Scaling(
        found.width,
        found.height,
        enlarge=found.enlarge,
        kind=found.type,
        zoom=found.zoom,
        density=found.dpr,
        least=found.least,
        gravity=found.gravity,
        turn=found.rotate,
        mirrored=found.flip,
        extend=found.extend,
        extend_ratio=found.extend_ratio,
        room=room,
        padding=found.padding,
        colour=found.background,
    )


def _effects(found: Processing) -> list[Effect]:
    """Return the effects on the crop, in the order in which imgproxy applies them."""
    asked = (
        ("rotate", -found.rotate % 360, ()),
        ("flop", found.flip[0], None),
        ("flip", found.flip[1], None),
        ("brightness", found.brightness * 100 / 255, ()),
        ("contrast", (found.contrast**0.5 - 1) * 100, ()),
        ("saturation", 0 if found.saturation == 1 else found.saturation or 1e-6, ()),
        ("blur", found.blur, ()),
        ("sharpen", found.sharpen, (1.0,)),
        ("pixelate", 0 if found.pixelate < 2 else found.pixelate, ()),  # noqa: PLR2004 - pixels of one
    )
    return [Effect(name, () if more is None else (float(value), *more)) for name, value, more in asked if value]
