"""The names of the models, for code that passes a name on and loads no model."""

from __future__ import annotations

from focalbox.errors import InvalidRequest

__all__ = ["DEFAULT_MODEL", "MODEL_NAMES", "check_model", "is_file"]

DEFAULT_MODEL = "network"
"""The model that is used when none is named."""

MODEL_NAMES = (
    DEFAULT_MODEL,
    "network-mit",
    "classical",
    "boolean-map",
    "spectral-residual",
    "symmetric-surround",
    "frequency-tuned",
)
"""The names that ``model="..."`` takes besides files; `focalbox.saliency.models.MODELS` holds the models."""


def is_file(name: str) -> bool:
    """Tell whether a name of a model is that of a file, which may or may not exist.

    Examples
    --------
    >>> is_file("cats.onnx"), is_file("classical")
    (True, False)
    """
    return name.endswith(".onnx")


def check_model(name: str) -> None:
    """Raise when a name is not that of a model.

    Raises
    ------
    InvalidRequest
        When it is neither one of `MODEL_NAMES` nor the path of a file that ends with ``.onnx``.
    """
    if name not in MODEL_NAMES and not is_file(name):
        message = f"a model is one of {', '.join(MODEL_NAMES)} or the path of an .onnx file, not {name!r}"
        raise InvalidRequest(message)
