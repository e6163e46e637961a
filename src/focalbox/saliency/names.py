"""The names of the models: for those who pass one on, and load none."""

from __future__ import annotations

from focalbox.errors import InvalidRequest

__all__ = ["DEFAULT_MODEL", "MODEL_NAMES", "check_model", "is_file"]

DEFAULT_MODEL = "network"
"""The model that looks when nobody names one."""

MODEL_NAMES = (
    DEFAULT_MODEL,
    "network-mit",
    "classical",
    "boolean-map",
    "spectral-residual",
    "symmetric-surround",
    "frequency-tuned",
)
"""What ``model="..."`` may name besides files; what they are is in `focalbox.saliency.models.MODELS`."""


def is_file(name: str) -> bool:
    """Tell whether a model is meant to be in a file of a caller's own; whether that is there is another matter.

    Examples
    --------
    >>> is_file("cats.onnx"), is_file("classical")
    (True, False)
    """
    return name.endswith(".onnx")


def check_model(name: str) -> None:
    """Refuse what names no model.

    Raises
    ------
    InvalidRequest
        When it is neither one of `MODEL_NAMES` nor the path of a file that ends with ``.onnx``.
    """
    if name not in MODEL_NAMES and not is_file(name):
        message = f"a model is one of {', '.join(MODEL_NAMES)} or the path of an .onnx file, not {name!r}"
        raise InvalidRequest(message)
