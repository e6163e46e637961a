"""Opens a network file as focalbox does, and returns all its answers for a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

from focalbox.core.evidence import ModelOutput, Subject
from focalbox.core.target import Size
from focalbox.imaging.working import WorkingImage
from focalbox.saliency.faces import faces_in
from focalbox.saliency.grids import KINDS, STRIDES, marks_on_grids
from focalbox.saliency.network import Network

if TYPE_CHECKING:
    from pathlib import Path

Map = NDArray[np.float32]
Maps = dict[str, Map]

MIN_SCORE = 0.1
"""Score of the faintest marks that are given."""

HEADS = ("object", "fixation", "joint")


@dataclass(frozen=True)
class Reader:
    """A network file: as the product reads it, and all of its outputs as they are."""

    network: Network
    session: Any

    def look(self, picture: Image.Image) -> ModelOutput:
        """Look as the product does."""
        return self.network.look(copy_of(picture))

    def marks(self, picture: Image.Image, kind: str) -> tuple[Subject, ...]:
        """Return all marks of a kind from `MIN_SCORE`, whatever the product takes."""
        seen = copy_of(picture)
        said = self.network.answers(seen)
        grids = {stride: said[f"marks_{stride}"][0] for stride in STRIDES if f"marks_{stride}" in said}
        if not grids:  # the network under the MIT licence answers with heats
            heat = kind in said
            return faces_in(said[kind][0, 0], said[f"{kind}_size"][0], sure=MIN_SCORE, kind=kind) if heat else ()
        return marks_on_grids(grids, dict.fromkeys(KINDS, MIN_SCORE))[kind]

    def maps(self, picture: Image.Image) -> Maps:
        """Return the product's maps, and those of the single heads."""
        rgb = copy_of(picture)
        seen = self.network.look(rgb)
        names = [output.name for output in self.session.get_outputs()]
        found = dict(zip(names, self.session.run(None, {"picture": rgb[None]}), strict=True))
        maps = {name: found[name][0, 0] for name in HEADS if name in found} | {"saliency": seen.saliency.values}
        return maps if seen.keep is None else maps | {"keep": seen.keep.values}


def copy_of(picture: Image.Image) -> NDArray[np.uint8]:
    """Return what the product shows a network of a picture."""
    return WorkingImage(picture, Size(*picture.size)).look()


def open_network(path: Path) -> Reader:
    """Open a network file on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return Reader(Network(path), session)
