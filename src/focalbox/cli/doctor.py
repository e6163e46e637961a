"""What ``focalbox doctor`` reports: versions, formats, models, and whether the path works on this machine."""

from __future__ import annotations

import platform
from dataclasses import dataclass, fields
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from focalbox.cropper import Cropper
from focalbox.errors import FocalboxError
from focalbox.imaging.output.encoding import can_write
from focalbox.imaging.output.formats import FORMATS
from focalbox.imaging.source import can_read
from focalbox.saliency.models import MODELS
from focalbox.settings import Settings
from focalbox.version import __version__

__all__ = ["Check", "examine"]

_PACKAGES = (
    "numpy",
    "pillow",
    "simplejpeg",
    "cykooz-resizer",
    "onnxruntime",
    "click",
    "pillow-heif",
    "kornia-rs",
    "imagecodecs",
)
_SIDE = 240
_SUBJECT = slice(130, 190)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report; ``fine`` is None where there is nothing to fail."""

    name: str
    found: str
    fine: bool | None = None


def examine(settings: Settings) -> list[Check]:
    """Look at this installation.

    Parameters
    ----------
    settings : Settings
        What is in force here.

    Returns
    -------
    list of Check
        Versions, the formats read and written, and each model tried on a drawn picture: a bright patch off the middle of
        a 2:1 picture, of which a square must keep all of the patch.
    """
    checks = [Check("focalbox", __version__), Check("python", platform.python_version())]
    checks += [Check(package, _version(package)) for package in _PACKAGES]
    checks += [
        Check(name, f"read {_yes(can_read(name))}, write {_yes(can_write(name))}", can_write(name)) for name in FORMATS
    ]
    checks += [
        Check(f"limit {entry.name}", str(getattr(settings.limits, entry.name))) for entry in fields(settings.limits)
    ]
    names = [*MODELS, *([] if settings.model in MODELS else [settings.model])]
    return checks + [_try_model(model, settings.model) for model in names]


def _yes(answer: bool) -> str:  # noqa: FBT001 - the answer is the whole subject
    return "yes" if answer else "no"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _try_model(model: str, chosen: str) -> Check:
    picture = np.full((_SIDE // 2, _SIDE, 3), 96, dtype=np.uint8)
    picture[30:90, _SUBJECT] = (240, 200, 40)
    name = f"model {model}" + (" (in force)" if model == chosen else "")
    try:
        crop = Cropper(model=model).plan(picture, "1:1")
    except FocalboxError as error:
        return Check(name, str(error), fine=False)
    fine = crop.box.left <= _SUBJECT.start and crop.box.right >= _SUBJECT.stop
    return Check(name, f"self-test {'passed' if fine else 'failed'}: window at {crop.box.left} of {_SIDE}", fine)
