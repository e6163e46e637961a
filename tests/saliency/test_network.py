"""The networks: what they see, what their files must be, and what hostile pictures give."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from focalbox import Box, Cropper, ModelError
from focalbox.saliency.models import MODELS
from focalbox.saliency.network import Network
from laws import cases

NETWORKS = [model for model in MODELS.values() if isinstance(model, Network)]
each_network = pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.__name__)
default = MODELS["network"]
assert isinstance(default, Network)


def small_model(
    path: Path,
    *,
    kind: int = TensorProto.UINT8,
    channels: int = 3,
    opset: int = 17,
    nan: bool = False,
    **further: np.ndarray,
) -> Path:
    """Write a model whose map is the mean over colours of every fourth pixel; further outputs are always the same."""
    shape: list[str | int | None] = [1, "height", "width", channels]
    nodes = [
        helper.make_node("Cast", ["picture"], ["real"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["real"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("AveragePool", ["planes"], ["pooled"], kernel_shape=[4, 4], strides=[4, 4]),
        helper.make_node("ReduceMean", ["pooled"], ["mean"], axes=[1], keepdims=1),
        helper.make_node("Mul", ["mean", "scale"], ["map"]),
        *(helper.make_node("Identity", [f"given_{name}"], [name]) for name in further),
    ]
    scale = numpy_helper.from_array(np.array([np.nan if nan else 1.0], dtype=np.float32), "scale")
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("picture", kind, shape)],
        [
            helper.make_tensor_value_info("map", TensorProto.FLOAT, [1, 1, None, None]),
            *(helper.make_tensor_value_info(name, TensorProto.FLOAT, value.shape) for name, value in further.items()),
        ],
        [scale, *(numpy_helper.from_array(value, f"given_{name}") for name, value in further.items())],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    onnx.save(model, path)
    return path


def test_a_callers_own_model_goes_through_the_same_door(tmp_path: Path) -> None:
    picture = np.zeros((200, 400, 3), np.uint8)
    picture[:, 300:] = 200
    crop = Cropper(model=Network(small_model(tmp_path / "own.onnx"))).plan(picture, "1:1")
    assert crop.box.right == 400
    assert crop.evidence.model == "own.onnx"
    assert crop.evidence.keep is None


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "text", "altered", "no checksum"])
def test_a_file_that_is_not_the_model_is_a_model_error(tmp_path: Path, damage: str) -> None:
    path = small_model(tmp_path / "own.onnx")
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest() if damage == "altered" else ""
    if damage == "missing":
        path.unlink()
    elif damage == "no checksum":
        sha256 = "beside"
    else:
        path.write_bytes({"empty": b"", "cut": content[:60], "text": b"model", "altered": content + b" "}[damage])
    with pytest.raises(ModelError, match=r"own\.onnx"):
        Network(path, sha256=sha256)(np.zeros((64, 64, 3), np.uint8))


@pytest.mark.parametrize(
    "options", [{"kind": TensorProto.FLOAT}, {"channels": 4}, {"opset": 99}], ids=["float", "four channels", "opset"]
)
def test_a_model_of_another_contract_is_a_model_error(tmp_path: Path, options: dict[str, int]) -> None:
    path = small_model(tmp_path / "other.onnx", **options)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match=r"other\.onnx"):
        Network(path)(np.zeros((64, 64, 3), np.uint8))


def test_a_grid_tells_of_a_face_and_of_the_mirrored_one_in_a_mirrored_picture(tmp_path: Path) -> None:
    grid = np.full((1, 6, 4, 4), -20.0, np.float32)
    grid[0, :, 2, 0] = 4.0, 4.0, 0.75, 0.5, 0.0, 0.0
    look = Network(small_model(tmp_path / "own.onnx", marks_16=grid)).look
    bright_left = np.zeros((64, 64, 3), np.uint8)
    bright_left[:, :20] = 200
    (face,) = look(bright_left).subjects
    assert face.box.centre == pytest.approx((0.75 / 4, 2.5 / 4))
    (mirrored,) = look(bright_left[:, ::-1]).subjects
    assert mirrored.box.mirror().centre == pytest.approx(face.box.centre)
    assert mirrored.score == face.score


@pytest.mark.parametrize("shape", [(1, 5, 4, 4), (2, 6, 4, 4), (1, 24, 4, 4), (1, 6, 16)])
def test_a_grid_of_another_shape_is_a_model_error(tmp_path: Path, shape: tuple[int, ...]) -> None:
    path = small_model(tmp_path / "other.onnx", marks_16=np.zeros(shape, np.float32))
    with pytest.raises(ModelError, match=r"marks_16 of shape \(1, 6, 12 or 18, h, w\)"):
        Network(path).look(np.eye(64, dtype=np.uint8)[..., None].repeat(3, axis=2) * 200)


def test_a_map_with_nan_is_a_model_error_and_never_a_box(tmp_path: Path) -> None:
    cropper = Cropper(model=Network(small_model(tmp_path / "nan.onnx", nan=True)))
    with pytest.raises(ModelError, match="finite"):
        cropper.plan(np.eye(64, dtype=np.uint8)[..., None].repeat(3, axis=2) * 200, "1:1")


@each_network
@pytest.mark.parametrize("wrong", [np.zeros((4, 4)), np.zeros((4, 4, 3)), np.zeros((4, 4, 4), np.uint8)])
def test_what_is_no_picture_is_refused(network: Network, wrong: np.ndarray) -> None:
    with pytest.raises(ModelError, match=r"\(H, W, 3\)"):
        network(wrong)


@each_network
def test_the_map_has_a_cell_for_every_four_pixels(network: Network) -> None:
    assert network(np.random.default_rng(0).integers(0, 256, (192, 160, 3), np.uint8)).shape == (48, 40)


@each_network
@pytest.mark.parametrize("level", [0, 7, 128, 255])
def test_a_uniform_picture_is_no_evidence_and_cropped_in_the_middle(network: Network, level: int) -> None:
    crop = Cropper(model=network).plan(np.full((300, 400, 3), level, np.uint8), "1:1")
    assert (crop.box.left, crop.kept, crop.confidence) == (50, 1.0, 0.0)


@each_network
def test_a_mirrored_picture_gives_exactly_the_mirrored_map(
    network: Network, photographs: Mapping[str, np.ndarray]
) -> None:
    picture = np.ascontiguousarray(photographs["astronaut"][::2, ::2])
    seen = network.look(picture)
    mirrored = network.look(np.ascontiguousarray(picture[:, ::-1]))
    assert mirrored.saliency == seen.saliency.mirror()
    assert len(mirrored.subjects) == len(seen.subjects)
    for face, other in zip(seen.subjects, mirrored.subjects, strict=True):
        assert other.box.mirror().centre == pytest.approx(face.box.centre)


def test_the_default_network_sees_the_thing_and_the_others_do_not(photographs: Mapping[str, np.ndarray]) -> None:
    picture = np.ascontiguousarray(photographs["coffee"][:384:2, :576:2])
    for network in NETWORKS:
        seen = network.look(picture)
        assert (seen.object_map is not None) == (seen.keep is not None) == (network is default)
        assert seen.object_map is None or seen.object_map.shape == seen.saliency.shape


def test_a_portrait_has_a_face(photographs: Mapping[str, np.ndarray]) -> None:
    face, *_ = NETWORKS[0].look(np.ascontiguousarray(photographs["astronaut"][:448:2, :448:2])).subjects
    assert face.kind == "face"
    assert face.box.contains(Box(0.47, 0.21, 0.04, 0.06))


@each_network
def test_one_session_serves_many_threads(network: Network, photographs: Mapping[str, np.ndarray]) -> None:
    pictures = [np.ascontiguousarray(picture[:192, :192]) for picture in photographs.values()]
    alone = [network(picture) for picture in pictures]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(network, pictures * 6)) == alone * 6


def odd_pictures() -> Mapping[str, np.ndarray]:
    noise = np.random.default_rng(2).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    lines = np.full((300, 400, 3), 255, np.uint8)
    lines[40:260:20, 50:350] = lines[40:260, 50:350:30] = 0
    product = np.full((400, 400, 3), 255, np.uint8)
    product[120:260, 60:180] = (150, 40, 50)
    text = np.full((600, 400, 3), 250, np.uint8)
    text[::12, 20:380:3] = text[4::12, 20:360:5] = 20
    even = {f"all {level}": np.full((200, 300, 3), level, np.uint8) for level in (0, 128, 255)}
    return {"noise": noise, "lines": lines, "product": product, "text": text, "pixel": noise[:1, :1], **even}


@each_network
@pytest.mark.parametrize("name", odd_pictures())
@pytest.mark.parametrize("size", ["500x200", "9:16", None])
def test_odd_pictures_give_valid_crops(network: Network, name: str, size: str | None) -> None:
    crop = Cropper(model=network).plan(odd_pictures()[name], size)
    assert crop.box.width >= 1
    assert 0 <= crop.kept <= 1
    assert 0 <= crop.confidence <= 1


@each_network
def test_a_product_on_a_white_ground_is_kept(network: Network) -> None:
    crop = Cropper(model=network).plan(odd_pictures()["product"], "1:2")
    assert crop.relative.jaccard(Box(0.0, 0.0, 0.5, 1.0)) > 0.5


@settings(max_examples=cases(25), deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([32, 64, 192, 352]), st.sampled_from([32, 96, 192]))
def test_any_pixels_give_a_finite_map(seed: int, height: int, width: int) -> None:
    rgb = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    found = default(rgb)
    assert np.isfinite(found.values).all()
    assert found.values.max() == (1.0 if found.total else 0.0)
