"""Turns the convolutions of an exported network into 8-bit ones: two thirds of the time, a third of the bytes.

Static quantisation with one scale per channel (Jacob et al. 2018, doi:10.1109/CVPR.2018.00286), by onnxruntime. The sums of
such a convolution are whole numbers, so that the answer hardly depends on the processor.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from training.networks.doubling import copy_to_double


class _Pictures(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime has no types
    """Hands out pictures (n, h, w, 3) uint8 one by one."""

    def __init__(self, pictures: NDArray[np.uint8], name: str) -> None:
        self._coming: Iterator[NDArray[np.uint8]] = iter(pictures[:, None])
        self._name = name

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        """Return the next picture by the name of the input, None after the last."""
        picture = next(self._coming, None)
        return None if picture is None else {self._name: picture}


def quantise(source: Path, target: Path, pictures: NDArray[np.uint8], *, but: Sequence[str] = ()) -> None:
    """Write an 8-bit copy of an ONNX file.

    Parameters
    ----------
    source, target : path
    pictures : ndarray of uint8, shape (n, h, w, 3)
        Training pictures from which the ranges of the values are taken.
    but : sequence of str, optional
        Names of the parts of the network that stay in floats.
    """
    prepared = target.with_name(f"{target.stem}-prepared.onnx")
    quant_pre_process(source, prepared, skip_symbolic_shape=True)
    graph = onnx.load(prepared).graph
    plain = [node.name for node in graph.node if any(f"/{part}/" in node.name for part in but)]
    stem = next(node.name for node in graph.node if node.op_type == "Conv" and node.name not in plain)
    logger = logging.getLogger()
    level = logger.level
    logger.setLevel(logging.ERROR)  # it recommends the preparation that was just done
    try:
        quantize_static(
            prepared,
            target,
            _Pictures(pictures, graph.input[0].name),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            # Seven bits: processors without VNNI add pairs of products in 16 bits, where eight would overflow.
            reduce_range=True,
            # ReLU6 is a Clip; named here, it becomes part of the convolution before it, whose 8 bits then span 0 to 6 and
            # not all that comes before the cut. Doubled rows and columns keep the 8 bits that they have. The additions
            # between are no faster in 8 bits, and the first convolution is slower: its three channels fill a quarter of
            # what an 8-bit product takes at once.
            op_types_to_quantize=["Conv", "Relu", "Clip", "Resize"],
            nodes_to_exclude=[stem, *plain],
        )
    finally:
        logger.setLevel(level)
        prepared.unlink()
    model = onnx.load(target)
    copy_to_double(model)
    onnx.checker.check_model(model)
    onnx.save(model, target)
