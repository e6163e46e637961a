"""The focal point of an uploaded Wagtail image."""

from __future__ import annotations

import logging
import math
from typing import Any

from wagtail.images.models import AbstractImage
from wagtail.images.rect import Rect

from focalbox.analysis import Analysis
from focalbox.api import analyze
from focalbox.core.geometry import Box
from focalbox.errors import FocalboxError
from focalbox.integrations.django.analyses import content_of

__all__ = ["focal_rect", "on_upload"]

_log = logging.getLogger(__name__)

_FIELDS = ("focal_point_x", "focal_point_y", "focal_point_width", "focal_point_height")

_MAX_SIDE = 0.4
"""Sides of the focal point's box, as a share of the picture's at most: Wagtail keeps a box whole only if its window can, and
the window of 5:2 in a square picture, the flattest in common use, has 0.4 of its height."""


def on_upload(instance: AbstractImage, *, raw: bool = False, using: str | None = None, **_: Any) -> None:
    """Set the focal point of an image whose file is new and whose editor chose none."""
    if raw or not instance.file or instance.file._committed:
        return
    if instance.has_focal_point() and not _was_found(instance, using):
        return
    file = instance.file.file
    try:
        file.seek(0)
        instance.set_focal_point(focal_rect(analyze(file.read())))
    except (FocalboxError, OSError) as error:  # an SVG, for instance: it is saved as before
        _log.warning("no focal point for %s: %s", instance.file.name, error)
    finally:
        file.seek(0)


def _was_found(instance: AbstractImage, using: str | None) -> bool:
    """Tell whether a focal point is the one that was found in the replaced file; then no editor chose it."""
    old = type(instance)._base_manager.using(using).filter(pk=instance.pk).first()
    if old is None:
        return False
    try:
        old.set_focal_point(focal_rect(analyze(content_of(old.file))))
    except FocalboxError:  # not known: leave it as it is
        return False
    # the centre may lie between two pixels, and whole numbers are stored
    return all(int(getattr(old, name)) == int(getattr(instance, name)) for name in _FIELDS)


def focal_rect(analysis: Analysis) -> Rect:
    """Return the box, pixels of the upright picture, that every rendition should hold.

    All subjects (heads, above all) if they fit a box that a flat window can hold, else the largest of them, from its top
    down; without any the surroundings of the point that matters most.
    """
    subjects = [subject.box for subject in analysis.subjects]
    if subjects:
        box = subjects[0]
        for other in subjects[1:]:
            box = box.union(other)
        if max(box.width, box.height) > _MAX_SIDE:
            box = max(subjects, key=lambda one: one.area)
        across = min(box.width, _MAX_SIDE)
        box = Box(box.centre[0] - across / 2, box.top, across, min(box.height, _MAX_SIDE))
        box = analysis.visible.to_source(box)
    else:
        crop = analysis.plan()
        (x, y), salient = crop.focal_point, crop.salient_box.to_box(crop.source)
        width, height = min(salient.width, _MAX_SIDE), min(salient.height, _MAX_SIDE)
        box = Box(x - width / 2, y - height / 2, width, height)
    width, height = analysis.source.width, analysis.source.height
    left, top = math.floor(box.left * width), math.floor(box.top * height)  # outwards: no row of a head is lost
    right, bottom = math.ceil(box.right * width), math.ceil(box.bottom * height)
    return Rect(max(0, left), max(0, top), min(width, right), min(height, bottom))
