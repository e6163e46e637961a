"""The cropper and the options that the flags of a command ask for."""

from __future__ import annotations

import os
from typing import Any

from focalbox.cropper import Cropper
from focalbox.imaging.output.fill import check_fill
from focalbox.options import CropOptions
from focalbox.saliency.yunet import YuNet
from focalbox.settings import Settings

__all__ = ["read_flags"]


def read_flags(flags: dict[str, Any]) -> tuple[Settings, Cropper, CropOptions]:
    """Return the machine's settings and what the flags of a command make: mistakes are reported before any picture is read.

    Parameters
    ----------
    flags : dict
        What `focalbox.cli.options.crop_options` adds to a command, by name.

    Raises
    ------
    InvalidRequest
        When a setting or a flag makes no sense.
    ModelError
        When a model cannot be loaded, which is no fault of a picture.
    """
    settings = Settings.of(os.environ)
    options = {name: value for name, value in flags.items() if name not in {"model", "yunet"}}
    detectors = [YuNet(flags["yunet"])] if flags["yunet"] else None
    wanted = CropOptions.of(options)
    check_fill(wanted.fill)
    cropper = Cropper(model=flags["model"] or settings.model, detectors=detectors, limits=settings.limits)
    cropper.load()
    return settings, cropper, wanted
