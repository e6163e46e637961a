"""The YuNet adapter, with files of its contract whose answers are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from focalbox import Cropper, ModelError, SaliencyMap
from focalbox.saliency import yunet
from focalbox.saliency.yunet import YuNet

SIDE = 640


def answering(path: Path, faces: dict[int, list[tuple[int, int, float]]], side: int | str = SIDE) -> Path:
    """Write a file that answers with given faces: by stride, lists of (row, column, score), two cells wide and high."""
    values: dict[str, np.ndarray] = {}
    for stride in (8, 16, 32):
        cells = SIDE // stride
        score, boxes = np.zeros((1, cells * cells, 1), np.float32), np.zeros((1, cells * cells, 4), np.float32)
        for row, column, sure in faces.get(stride, []):
            score[0, row * cells + column] = sure
            boxes[0, row * cells + column] = (0.5, 0.5, np.log(2), np.log(2))
        values |= {f"cls_{stride}": score, f"obj_{stride}": score, f"bbox_{stride}": boxes}
    tie = helper.make_node("ReduceMax", ["input"], ["brightest"], keepdims=0)
    nothing = helper.make_node("Mul", ["brightest", "zero"], ["nothing"])
    adds = [helper.make_node("Add", [f"given_{name}", "nothing"], [name]) for name in values]
    weights = [numpy_helper.from_array(value, f"given_{name}") for name, value in values.items()]
    weights.append(numpy_helper.from_array(np.array(0, np.float32), "zero"))
    graph = helper.make_graph(
        [tie, nothing, *adds],
        "known",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, side, side])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, list(value.shape)) for name, value in values.items()],
        weights,
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def test_faces_lie_where_the_file_says(tmp_path: Path) -> None:
    picture = np.zeros((160, 224, 3), np.uint8)  # shown at twice its size
    (face,) = YuNet(answering(tmp_path / "yunet.onnx", {16: [(9, 13, 0.9)]}))(picture)
    assert face.score == pytest.approx(0.9)
    assert face.box.centre == pytest.approx((13.5 * 16 / 448, 9.5 * 16 / 320))
    assert [face.box.width * 448, face.box.height * 320] == pytest.approx([32, 32])


def test_weak_and_repeated_faces_are_left_out(tmp_path: Path) -> None:
    file = answering(tmp_path / "yunet.onnx", {8: [(20, 20, 0.8), (20, 21, 0.95), (5, 5, 0.3)]}, side="any")
    (face,) = YuNet(file)(np.zeros((192, 192, 3), np.uint8))
    assert face.score == pytest.approx(0.95)


def test_it_stands_in_for_the_networks_own_faces(tmp_path: Path) -> None:
    detector = YuNet(answering(tmp_path / "yunet.onnx", {32: [(3, 2, 0.99)]}))
    cropper = Cropper(detectors=[detector])
    crop = cropper.plan(np.zeros((400, 800, 3), np.uint8), "1:1")
    assert len(crop.evidence.subjects) == 1
    assert crop.relative.contains(crop.evidence.subjects[0].box)


def test_a_file_of_another_kind_is_a_model_error(tmp_path: Path) -> None:
    (tmp_path / "none.onnx").write_text("no model")
    with pytest.raises(ModelError, match=r"none\.onnx"):
        YuNet(tmp_path / "none.onnx")(np.zeros((64, 64, 3), np.uint8))
    small = answering(tmp_path / "small.onnx", {}, side=32)
    with pytest.raises(ModelError, match="fewer"):
        Cropper(model=lambda _: SaliencyMap.blank(), detectors=[YuNet(small)]).plan(np.zeros((90, 90, 3), np.uint8))


def test_a_file_of_another_contract_is_refused_when_it_is_loaded(tmp_path: Path) -> None:
    YuNet(answering(tmp_path / "yunet.onnx", {})).load()
    with pytest.raises(ModelError, match=r"focalbox-mit\.onnx is no YuNet file: it lacks the outputs bbox_16"):
        YuNet(Path(yunet.__file__).with_name("weights") / "focalbox-mit.onnx").load()


def test_no_faces_is_an_empty_list(tmp_path: Path) -> None:
    assert YuNet(answering(tmp_path / "yunet.onnx", {}))(np.zeros((64, 64, 3), np.uint8)) == []
