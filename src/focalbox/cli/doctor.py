"""What ``focalbox doctor`` reports: versions, formats, models, and whether the path works on this machine."""

from __future__ import annotations

import platform
import re
import tempfile
from dataclasses import dataclass, fields
from importlib.metadata import PackageNotFoundError, requires, version

import numpy as np

from focalbox.cropper import Cropper
from focalbox.errors import FocalboxError
from focalbox.imaging.output.encoding import can_write
from focalbox.imaging.output.formats import FORMATS
from focalbox.imaging.source import can_read
from focalbox.saliency.models import MODELS
from focalbox.settings import Settings
from focalbox.storage.base import reason_of
from focalbox.version import __version__

__all__ = ["Check", "examine"]

_PACKAGES = (
    "numpy",
    "pillow",
    "simplejpeg",
    "cykooz-resizer",
    "onnxruntime",
    "click",
)
_OF_AN_EXTRA = re.compile(r"""([\w.-]+).*extra == ["']([\w-]+)["']""")
"""A requirement of an extra, as an installed package's metadata has it."""
_MISSING = "not installed"
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
        Versions, extras, the formats read and written, the temporary folder, and each model tried on a drawn picture: a
        bright patch off the middle of a 2:1 picture, of which a square must keep all of the patch.
    """
    checks = [Check("focalbox", __version__), Check("python", platform.python_version())]
    checks += [Check(package, _version(package)) for package in _PACKAGES]
    checks += [
        Check(name, f"read {_yes(can_read(name))}, write {_yes(can_write(name))}", can_write(name)) for name in FORMATS
    ]
    checks += [Check("heic", f"read {_yes(can_read('heic'))}, write no")]
    checks += [*_extras(), _temporary_folder()]
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
        return _MISSING


def _extras() -> list[Check]:
    """Say of each extra how to install it, or which versions of its packages are there."""
    packages: dict[str, list[str]] = {}
    try:
        requirements = requires("focalbox") or ()
    except PackageNotFoundError:  # its files were copied, or frozen into a program
        return [Check("extras", "not known: focalbox was not installed as a package")]
    for requirement in requirements:
        found = _OF_AN_EXTRA.match(requirement)
        if found:
            packages.setdefault(found[2], []).append(found[1])
    checks = []
    for extra, names in sorted(packages.items()):
        versions = {name: _version(name) for name in names}
        there = ", ".join(f"{name} {number}" for name, number in versions.items())
        advice = f"pip install 'focalbox[{extra}]' for what is {_MISSING}: "
        missing = [name for name, number in versions.items() if number == _MISSING]
        checks.append(Check(f"extra {extra}", advice + ", ".join(missing) if missing else there))
    return checks


def _temporary_folder() -> Check:
    """Try the folder that batches and the service write to."""
    try:
        with tempfile.TemporaryFile() as file:
            file.write(bytes(1))
            file.flush()
    except OSError as error:
        return Check("temporary folder", f"nothing can be written, which batches need: {reason_of(error)}", fine=False)
    return Check("temporary folder", tempfile.gettempdir(), fine=True)


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
