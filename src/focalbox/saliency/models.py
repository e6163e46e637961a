"""The saliency models by name, and the default among the classical ones, a combination of two of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from focalbox.core.evidence import Subject
from focalbox.core.saliency_map import SaliencyMap
from focalbox.saliency.boolean import boolean_map, boolean_values
from focalbox.saliency.cells import Planes, average, to_lab
from focalbox.saliency.classical import frequency_tuned, residual_values, spectral_residual, symmetric_surround
from focalbox.saliency.names import check_model, is_file
from focalbox.saliency.network import Network, shipped_network
from focalbox.saliency.prior import CentrePrior, prefer_centre

__all__ = ["MODELS", "Detector", "Model", "classical", "model_named", "name_of"]

Model = Callable[[NDArray[np.uint8]], SaliencyMap]
"""From an upright sRGB picture, uint8 of shape (H, W, 3), to how much each place attracts a viewer."""

Detector = Callable[[NDArray[np.uint8]], Sequence[Subject]]
"""From the same picture to the subjects in it, which should not be cut."""

_RESIDUAL_SHARE = 0.5
"""Weight of the spectral residual beside Boolean maps, both scaled to a mean of 1; chosen with the prior, on
train rows."""

_PRIOR = CentrePrior()


def classical(rgb: NDArray[np.uint8]) -> SaliencyMap:
    """Look with the classical default: Boolean maps plus half the spectral residual, times the centre prior.

    Boolean maps find subjects that are surrounded by ground, the spectral residual finds what is small and many, such
    as the heads of a crowd; each is weak where the other is strong.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (H, W, 3)
        Upright sRGB, about 192 pixels a side.

    Returns
    -------
    SaliencyMap
        About 48 cells a side; all zero for a uniform picture.

    Raises
    ------
    ModelError
        When ``rgb`` is not such an array.
    """
    lab = to_lab(average(rgb))
    both = _scale(boolean_values(lab)) + _RESIDUAL_SHARE * _scale(residual_values(lab))
    return SaliencyMap(_PRIOR.apply(both))


MODELS: Mapping[str, Model] = MappingProxyType(
    {
        "network": shipped_network("network"),
        "network-mit": shipped_network("network-mit"),
        "classical": classical,
        "boolean-map": prefer_centre(boolean_map),
        "spectral-residual": prefer_centre(spectral_residual),
        "symmetric-surround": prefer_centre(symmetric_surround),
        "frequency-tuned": prefer_centre(frequency_tuned),
    }
)
"""What ``model="..."`` may name, those of `focalbox.saliency.names.MODEL_NAMES`. The classical ones stand with the measured
centre prior, without which most of them crop worse than the middle; for one without it, pass the function itself, such as
`focalbox.saliency.classical.spectral_residual`."""


def model_named(name: str) -> Model:
    """Return the model of a name in `MODELS`, or the one in an ONNX file.

    Parameters
    ----------
    name : str
        A name, or the path of a file that ends with ``.onnx`` (its contract is in `Network`).

    Raises
    ------
    InvalidRequest
        When there is no model of that name.

    Examples
    --------
    >>> model_named("classical").__name__
    'classical'
    """
    check_model(name)
    return Network(name) if is_file(name) else MODELS[name]


def name_of(model: Model) -> str:
    """Return what to call a caller's own model: its ``__name__``, or else that of its class."""
    return str(getattr(model, "__name__", type(model).__name__))


def _scale(values: Planes) -> Planes:
    """Scale a map to a mean of 1; a map of no evidence stays one."""
    mean = values.mean()
    return values / mean if mean > 0 else values
