"""Writes a trained network as one ONNX file that takes plain uint8 pictures, with its checksum beside it."""

from __future__ import annotations

import copy
import hashlib
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from training.model import Network
from training.quantise import quantise

OPSET = 17
"""ONNX operator set: old enough for every onnxruntime of the last years."""

MOST_BYTES = 4_000_000
"""Largest file (bytes) that goes into the wheel."""

FACE_OUTPUTS = ("face", "face_size")


@dataclass(frozen=True)
class Finish:
    """What is done to the fused map when it is shipped; chosen once on the dev rows, see README.md.

    The gate learns on pictures that the heads know, and trusts them more than new pictures deserve.

    Attributes
    ----------
    sigma : float
        Width (share of the side) of a further centre prior.
    fixation_share : float
        Share (0..1) of the mixture that goes to the fixation head whatever the gate says.
    """

    sigma: float
    fixation_share: float = 0.0

    @property
    def steepness(self) -> float:
        """What the further prior adds to the steepness of the gate's: exp(-steepness x^2) is a Gaussian of that width."""
        return 1 / (2 * self.sigma**2)


class Shipped(nn.Module):
    """The network with what the file promises around it: uint8 in, every map scaled, faces decoded to shares."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, picture: Tensor) -> tuple[Tensor, ...]:
        """uint8 (1, h, w, 3) -> saliency, heads, face, face_size; see MODEL_CARD.md."""
        found = self.network(picture.permute(0, 3, 1, 2).float())
        maps = [found.saliency / found.saliency.amax((1, 2), keepdim=True)]
        for name in self.network.heads:
            logits = found.maps[name]
            if name in {"object", "keep"}:
                maps.append(logits.sigmoid())
            else:
                maps.append(torch.exp(logits - logits.amax((1, 2), keepdim=True)))
        return (*(one[:, None] for one in maps), found.face.sigmoid()[:, None], found.size.clamp(max=0.0).exp())


def export(network: Network, path: Path, finish: Finish, pictures: NDArray[np.uint8] | None = None) -> str:
    """Write the file and its SHA-256; returns the checksum.

    Parameters
    ----------
    network : the trained network.
    path : where the file goes.
    finish : what is done to the fused map.
    pictures : uint8 (n, h, w, 3), training pictures to choose the scales of 8-bit convolutions by; None for floats.

    Raises
    ------
    ValueError
        When the file is larger than `MOST_BYTES`.
    """
    network = copy.deepcopy(network).eval()
    network.fold_pixel_scale()
    network.further_steepness = finish.steepness
    network.fixation_share = finish.fixation_share
    names = ["saliency", *network.heads, *FACE_OUTPUTS]
    free = {"picture": {1: "height", 2: "width"}} | {name: {2: "rows", 3: "columns"} for name in names}
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder, warnings.catch_warnings():
        # The tracing exporter is marked as old, but folds norms into convolutions and needs no further package.
        warnings.simplefilter("ignore")
        part = Path(folder) / path.name
        torch.onnx.export(
            Shipped(network).eval(),
            (torch.zeros(1, 192, 160, 3, dtype=torch.uint8),),
            part,
            input_names=["picture"],
            output_names=names,
            dynamic_axes=free,
            opset_version=OPSET,
            dynamo=False,
        )
        if pictures is not None:
            whole, part = part, part.with_name(f"8-bit-{path.name}")
            quantise(whole, part, pictures)
        content = part.read_bytes()
        if len(content) > MOST_BYTES:
            message = f"{path.name} has {len(content)} bytes, more than {MOST_BYTES}: make the network narrower."
            raise ValueError(message)
        part.rename(path)
    digest = hashlib.sha256(content).hexdigest()
    path.with_name(path.name + ".sha256").write_text(f"{digest}  {path.name}\n")
    return digest
