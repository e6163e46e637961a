"""Writes a trained network as one ONNX file that takes plain uint8 pictures, with its checksum beside it."""

from __future__ import annotations

import copy
import hashlib
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from training.networks.finder import STRIDES, Finder
from training.networks.network import FUSED, HEADS, Network
from training.networks.quantise import quantise

OPSET = 17
"""ONNX operator set: old enough for every onnxruntime of the last years."""

MAX_BYTES = 7_000_000
"""Largest file (bytes) that goes into the wheel."""

MORE_OBJECT = 0.25
"""Weight that the object head gets on top of the gate's, whose weights have a sum of 1. Against none, the mean gain is
0.571 and not 0.566, with 0.5 it is 0.567, and a centre prior on top of the gate's gives less (sigma 0.8: 0.570, 0.6: 0.564,
0.001 to 0.012 less than with 0.8); dev rows, kept at half of what it was with the last gate."""

OUTPUTS = ("saliency", *HEADS, *(f"marks_{stride}" for stride in STRIDES))
"""What the file answers with, in this order."""

IN_FLOATS = ("finder",)
"""Parts that stay in floats: the finder, whose depthwise convolutions are slower in 8 bits and less exact."""


class ShippedNetwork(nn.Module):
    """The network with what the file promises around it: uint8 in, every map scaled.

    The decoders of heads and lines, which taught the features, are left out: the finder finds both.
    """

    def __init__(self, network: Network, finder: Finder) -> None:
        super().__init__()
        self.network = network
        self.finder = finder

    def forward(self, picture: Tensor) -> tuple[Tensor, ...]:
        """uint8 (1, h, w, 3) -> `OUTPUTS`; see MODEL_CARD.md."""
        taken = self.network.backbone(picture.permute(0, 3, 1, 2).float())
        maps = self.network.saliency(taken)
        fused = self.network.fuse(taken[-1].mean((2, 3)), maps, MORE_OBJECT)
        answers = [(fused / fused.amax((1, 2), keepdim=True))[:, None]]
        for name in HEADS:
            logits = maps[name]
            one = torch.exp(logits - logits.amax((1, 2), keepdim=True)) if name in FUSED[1:] else logits.sigmoid()
            answers.append(one[:, None])
        return (*answers, *self.finder(taken))


def ready(network: Network, finder: Finder) -> ShippedNetwork:
    """Return copies of the two networks for `export`."""
    network = copy.deepcopy(network).cpu().eval()
    network.backbone.fold_pixels()
    return ShippedNetwork(network, copy.deepcopy(finder).cpu().eval())


def export(shipped: nn.Module, outputs: Sequence[str], path: Path, pictures: NDArray[np.uint8] | None = None) -> str:
    """Write the file and its SHA-256; returns the checksum.

    Parameters
    ----------
    shipped : what is written: uint8 (1, h, w, 3) -> a tensor for each of the outputs.
    outputs : their names.
    path : where the file goes.
    pictures : uint8 (n, h, w, 3), training pictures to choose the scales of 8-bit convolutions by; None for floats.

    Raises
    ------
    ValueError
        When the file of 8 bits is larger than `MAX_BYTES`.
    """
    free = {"picture": {1: "height", 2: "width"}} | {name: {2: "rows", 3: "columns"} for name in outputs}
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder, warnings.catch_warnings():
        # The tracing exporter is marked as old, but folds norms into convolutions and needs no further package.
        warnings.simplefilter("ignore")
        part = Path(folder) / path.name
        torch.onnx.export(
            shipped.eval(),
            (torch.zeros(1, 192, 160, 3, dtype=torch.uint8),),
            part,
            input_names=["picture"],
            output_names=list(outputs),
            dynamic_axes=free,
            opset_version=OPSET,
            dynamo=False,
        )
        if pictures is not None:
            whole, part = part, part.with_name(f"8-bit-{path.name}")
            quantise(whole, part, pictures, but=IN_FLOATS)
        content = part.read_bytes()
        if pictures is not None and len(content) > MAX_BYTES:
            message = f"{path.name} has {len(content)} bytes, more than {MAX_BYTES}: make the network narrower."
            raise ValueError(message)
        part.rename(path)
    digest = hashlib.sha256(content).hexdigest()
    path.with_name(path.name + ".sha256").write_text(f"{digest}  {path.name}\n")
    return digest
