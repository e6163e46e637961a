"""Laws of the training's parts, on made-up pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pyarrow")
pytest.importorskip("onnx")

from focalbox import Box, Subject  # noqa: E402
from training import augment, lettering, losses, views  # noqa: E402  torch may be missing
from training.closeups import close_ups  # noqa: E402
from training.data import DataError, Pictures, read_rows, swap_axes  # noqa: E402
from training.detectors import file_in, overlaps, without_doubles  # noqa: E402
from training.export import OUTPUTS, Shipped, export, ready  # noqa: E402
from training.loop import Recipe, fit  # noqa: E402
from training.marks import MAX_MARKS, Marks, judge_faces, judge_lines, marked_by_people, marked_rows, padded  # noqa: E402
from training.measured import counted_faces, recall_and_false  # noqa: E402
from training.network import LITE0, Network  # noqa: E402
from training.pool import draw_rows, join  # noqa: E402
from training.small import OUTPUTS as SMALL_OUTPUTS  # noqa: E402
from training.small import ShippedSmall, Small  # noqa: E402

FACE = (0.4, 0.4, 0.2, 0.1, 1.0)


def made_up(count: int = 3) -> Pictures:
    random = np.random.default_rng(0)
    return Pictures(
        random.integers(0, 256, (count, 256, 256, 3), dtype=np.uint8),
        random.random((count, 128, 128)).astype(np.float16),
        np.ones(count, dtype=np.float32),
        np.zeros((count, 2, 4), dtype=np.float32),
    )


def made_up_marks(count: int = 3) -> Marks:
    faces, lines = (np.zeros((count, MAX_MARKS, 5), dtype=np.float32) for _ in range(2))
    faces[:, 0] = FACE
    return Marks(faces, lines)


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
    pool = join({"crowd": made_up()})
    drawn = views.draw_views(pool.kind, torch.Generator().manual_seed(0), uncut=True)
    shown = views.look(pool.labels[:, None].float(), drawn, (128, 128))[:, 0]
    mirrored = drawn[:, 2] < 0
    whole = torch.where(mirrored[:, None, None], pool.labels.flip(2), pool.labels).float()
    torch.testing.assert_close(shown, whole, atol=1e-3, rtol=0)


def moved(mark: tuple[float, ...], view: tuple[float, ...]) -> Any:
    return views.move(torch.tensor([[mark]]), torch.tensor([view]))[0, 0]


def test_marks_move_with_the_picture() -> None:
    face = (0.1, 0.4, 0.2, 0.1, 1.0)
    torch.testing.assert_close(moved(face, (0.5, 0.5, -0.5, 0.5)), torch.tensor([0.7, 0.4, 0.2, 0.1, 1.0]))
    torch.testing.assert_close(moved(face, (0.25, 0.5, 0.25, 0.5)), torch.tensor([0.2, 0.4, 0.4, 0.1, 1.0]))


def test_a_mark_that_is_cut_is_unknown_and_one_outside_is_none() -> None:
    cut = moved((0.1, 0.4, 0.2, 0.1, 1.0), (0.6, 0.5, 0.4, 0.5))
    assert cut[2] > 0
    assert cut[4] == 0
    assert moved((0.1, 0.4, 0.2, 0.1, 1.0), (0.8, 0.5, 0.2, 0.5))[2] == 0


def test_close_views_show_what_they_are_cut_around() -> None:
    faces = torch.zeros(40, MAX_MARKS, 5)
    faces[:, 0] = torch.tensor([0.1, 0.7, 0.05, 0.06, 1.0])
    drawn = views.draw_mark_views(faces, torch.zeros_like(faces), torch.Generator().manual_seed(0))
    close = drawn[:, 2].abs() < 0.29
    assert close.any()
    assert (views.move(faces, drawn)[close, 0, 2] > 0).all()


def test_a_far_view_shows_ground_around_the_picture() -> None:
    pictures = torch.full((1, 64, 64, 3), 200, dtype=torch.uint8)
    view = torch.tensor([[0.5, 0.5, 1.0, 1.0]])
    shown = views.show(pictures, view, (64, 64), torch.Generator().manual_seed(1))
    assert (shown[0, :, 16:48, 16:48] == 200).all()
    assert (shown[0, :, :16] != 200).all()
    assert (shown[0, :, 0, 0] == shown[0, :, 63, 63]).all()


def test_a_picture_is_shown_as_its_label_is() -> None:
    """A square that picture and label share lands on the same cells, mirrored or not, near or far."""
    pictures, labels = torch.zeros(4, 64, 64, 3, dtype=torch.uint8), torch.zeros(4, 1, 64, 64)
    pictures[:, 16:32, 8:24] = 255
    labels[:, :, 16:32, 8:24] = 1
    drawn = torch.tensor([[0.5, 0.5, 0.5, 0.5], [0.5, 0.5, -0.5, 0.5], [0.4, 0.5, 0.4, 0.3], [0.4, 0.6, -0.9, 0.8]])
    shown = views.show(pictures, drawn, (64, 64), torch.Generator().manual_seed(0))
    wanted = views.look(labels, drawn, (64, 64))[:, 0]
    assert ((shown[:, 0] > 240) == (wanted > 0.5))[:3].float().mean() > 0.98
    assert ((shown[3] > 127).all(0) & (wanted[3] > 0.5)).sum() > 0.8 * (wanted[3] > 0.5).sum()


def answers(heat: dict[tuple[int, int], float]) -> Any:
    found = torch.zeros(1, 5, 40, 40)
    found[:, 0] = -6.0
    for (row, column), logit in heat.items():
        found[0, 0, row, column] = logit
    return found


def test_heat_where_nothing_is_known_costs_nothing() -> None:
    cold, hot = answers({}), answers({(18, 20): 3.0})
    none, unsure = torch.zeros(1, 1, 5), torch.tensor([[[*FACE[:4], 0.0]]])
    assert losses.centre_loss(hot, none) > losses.centre_loss(cold, none) + 1
    torch.testing.assert_close(losses.centre_loss(hot, unsure), losses.centre_loss(cold, unsure), atol=0.1, rtol=0)


def test_the_right_centre_and_size_cost_least() -> None:
    face = torch.tensor([[FACE]])
    right, wrong = answers({(18, 20): 6.0}), answers({(18, 20): 6.0})
    right[:, 1], right[:, 2] = float(np.log(0.2)), float(np.log(0.1))
    right[0, 3] = 20.0 - (torch.arange(40) + 0.5)
    right[0, 4] = (18.0 - (torch.arange(40) + 0.5))[:, None]
    assert losses.centre_loss(right, face) < 0.1 < losses.centre_loss(wrong, face)
    assert losses.centre_loss(answers({(5, 5): 6.0}), face) > losses.centre_loss(wrong, face)


def test_what_detectors_disagree_about_is_unknown() -> None:
    face, other = [0.4, 0.4, 0.1, 0.1], [0.1, 0.1, 0.1, 0.1]
    both = np.array([[*face, 0.8]], dtype=np.float32)
    alone = np.array([[*other, 0.6]], dtype=np.float32)
    none = np.zeros((0, 4), dtype=np.float32)
    marks = judge_faces(np.concatenate([both, alone]), both, none)
    assert marks[:, 4].tolist() == [1.0, 0.0]
    assert judge_faces(both[:0], both, none)[:, 4].tolist() == [0.0]
    head = np.array([[0.05, 0.05, 0.2, 0.2]], dtype=np.float32)
    assert judge_faces(alone, both[:0], head)[0, 4] == 1.0


def test_small_lines_are_unknown() -> None:
    lines = np.array([[0.1, 0.1, 0.5, 0.05, 0.9], [0.1, 0.1, 0.5, 0.01, 0.9]], dtype=np.float32)
    assert judge_lines(lines)[:, 4].tolist() == [1.0, 0.0]


def test_the_largest_marks_are_kept() -> None:
    marks = np.array([[0, 0, side, side, 1.0] for side in np.linspace(0.01, 0.5, 40)], dtype=np.float32)
    kept = padded(marks)
    assert kept.shape == (MAX_MARKS, 5)
    assert kept[0, 2] == pytest.approx(0.5)
    assert not padded(marks[:0]).any()


def test_heads_that_people_marked_are_faces_of_which_text_is_unknown() -> None:
    marks = marked_by_people([{"width": 100, "height": 50, "faces": [[10, 10, 30, 20]]}])
    np.testing.assert_allclose(marks.faces[0, 0], [0.1, 0.2, 0.2, 0.2, 1.0])
    assert not marks.lines.any()


@pytest.fixture
def fonts() -> None:
    try:
        lettering.font_files()
    except DataError:
        pytest.skip("needs the fonts of requirements/training.txt")


@pytest.mark.usefixtures("fonts")
def test_drawn_lines_are_where_the_marks_say_and_spare_faces() -> None:
    faces, lines = torch.zeros(8, MAX_MARKS, 5), torch.zeros(8, MAX_MARKS, 5)
    faces[:, 0] = torch.tensor([0.0, 0.0, 1.0, 0.5, 1.0])
    pictures = torch.full((8, 3, 96, 128), 127.0)
    lettering.write_lines(pictures, faces, lines, np.random.default_rng(0))
    assert (lines[..., 2] > 0).any()
    for picture, marks in zip(pictures, lines, strict=True):
        changed = (picture != 127).any(0)
        for left, top, width, height, _ in marks[marks[:, 2] > 0].tolist():
            assert top >= 0.45
            rows = slice(round(top * 96), round((top + height) * 96))
            assert changed[rows, round(left * 128) : round((left + width) * 128)].any()


def test_a_missing_font_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lettering, "FONT_PACKAGES", ("font_of_nobody",))
    with pytest.raises(DataError, match="font_of_nobody is missing"):
        lettering.font_files()


def test_marks_belong_to_evenly_spaced_rows_where_not_all_are_marked() -> None:
    rows = marked_rows(10_000, "duts")
    assert len(rows) < 10_000
    assert rows[0] == 0
    assert rows[-1] == 9_999
    assert len(set(rows.tolist())) == len(rows)
    assert marked_rows(7, "people").tolist() == list(range(7))


def test_folded_norms_change_no_answer() -> None:
    torch.manual_seed(0)
    backbone = Network(LITE0).backbone.eval()
    for module in backbone.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.running_mean, -0.1, 0.1)
            torch.nn.init.uniform_(module.running_var, 0.5, 2.0)
    picture = torch.rand(1, 3, 64, 64) * 255
    with torch.inference_mode():
        before = backbone(picture)
        backbone.fold()
        for one, other in zip(before, backbone(picture), strict=True):
            torch.testing.assert_close(one, other, atol=1e-3, rtol=1e-3)


def test_rows_that_were_marked_say_so() -> None:
    pool = join({"osie": made_up(2), "crowd": made_up(2)}, {"crowd": made_up_marks(2)})
    assert pool.marked.tolist() == [False, False, True, True]
    batch = augment.make_batch(pool, np.arange(4), (64, 64), torch.Generator().manual_seed(0))
    assert (batch + batch).marked.tolist() == [False, False, True, True] * 2
    drawn = draw_rows(pool, {"crowd": 2, "osie": 1}, np.random.default_rng(0), marked=True)
    assert sorted(drawn.tolist()) == [2, 3]


def test_faces_that_count_are_large_and_sure() -> None:
    boxes = np.array([[0, 0, 0.1, 0.3, 0.9], [0.5, 0, 0.1, 0.1, 0.9], [0.5, 0.5, 0.1, 0.2, 0.5]], dtype=np.float32)
    assert counted_faces(boxes, 100, 100).tolist() == [True, False, False]


def test_recall_and_false_ones_are_counted() -> None:
    boxes = np.array([[0.1, 0.1, 0.2, 0.2, 0.9], [0.6, 0.6, 0.2, 0.2, 0.3]], dtype=np.float32)
    truth = [(boxes, np.array([True, False]))]
    found = [
        [Subject(Box(*box), "face", 0.9) for box in ((0.1, 0.1, 0.2, 0.2), (0.6, 0.6, 0.2, 0.2), (0.4, 0, 0.1, 0.1))]
    ]
    assert recall_and_false(found, truth, 0.5) == (1.0, 1.0)
    assert recall_and_false(found, truth, 0.95) == (0.0, 0.0)


def test_of_boxes_over_each_other_the_first_stays() -> None:
    boxes = np.array([[0, 0, 0.2, 0.2, 0.9], [0.01, 0, 0.2, 0.2, 0.8], [0.5, 0.5, 0.2, 0.2, 0.7]], dtype=np.float32)
    np.testing.assert_array_equal(without_doubles(boxes), boxes[[0, 2]])
    assert not len(without_doubles(boxes[:0]))


def test_boxes_share_what_they_share() -> None:
    some = np.array([[0, 0, 0.2, 0.2], [0.1, 0, 0.2, 0.2]], dtype=np.float32)
    np.testing.assert_allclose(overlaps(some, some), [[1, 1 / 3], [1 / 3, 1]], rtol=1e-5)


def test_a_missing_detector_is_named() -> None:
    with pytest.raises(DataError, match="nobodys_detector is missing"):
        file_in("nobodys_detector", "weights.onnx")


def test_a_detector_of_another_version_is_named() -> None:
    with pytest.raises(DataError, match=r"numpy is missing, or is of a version without weights\.onnx"):
        file_in("numpy", "weights.onnx")


def test_window_loss_prefers_the_truth() -> None:
    label = torch.zeros(1, 40, 40)
    label[:, 25:35, 28:36] = 1
    label = losses.normalise(label)
    flat = losses.normalise(torch.ones(1, 40, 40))
    assert losses.window_loss(label, label).item() < losses.window_loss(flat, label).item()


def test_divergence_of_a_map_from_itself_is_zero() -> None:
    label = losses.normalise(torch.rand(2, 20, 20) + 0.1)
    torch.testing.assert_close(losses.divergence(label.log(), label), torch.zeros(2), atol=1e-5, rtol=0)


def test_centre_heat_peaks_at_the_centre() -> None:
    heat, centre = losses.centre_heat(torch.tensor([[FACE]]), (40, 40))
    assert heat.max().item() == 1.0
    assert centre[0, 0].nonzero().tolist() == [[18, 20]]


def test_edges_weigh_more_than_the_middle() -> None:
    masks = torch.zeros(1, 40, 40)
    masks[:, 10:30, 10:30] = 1
    sure = (masks * 2 - 1) * 5
    middle, edge = sure.clone(), sure.clone()
    middle[:, 19:21, 15:25] *= -1
    edge[:, 10:12, 15:25] *= -1
    assert losses.edge_loss(sure, masks) < losses.edge_loss(middle, masks) < losses.edge_loss(edge, masks)


def exported(network: Network, path: Path, pictures: np.ndarray | None = None) -> Any:
    onnxruntime = pytest.importorskip("onnxruntime")
    export(ready(network), OUTPUTS, path, pictures)
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


def test_export_answers_as_the_network_does(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = Network(LITE0).eval()
    picture = np.random.default_rng(0).integers(0, 256, (1, 64, 96, 3), dtype=np.uint8)
    found = exported(network, tmp_path / "network.onnx").run(None, {"picture": picture})
    with torch.inference_mode():
        expected = Shipped(network)(torch.from_numpy(picture))
    for name, one, other in zip(OUTPUTS, found, expected, strict=True):
        np.testing.assert_allclose(one, other.numpy(), atol=2e-3, err_msg=name)


def test_eight_bits_say_nearly_what_floats_say(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = Network(LITE0).eval()
    pictures = np.random.default_rng(0).integers(0, 256, (4, 64, 64, 3), dtype=np.uint8)
    floats = exported(network, tmp_path / "floats.onnx").run(None, {"picture": pictures[:1]})
    bits = exported(network, tmp_path / "bits.onnx", pictures).run(None, {"picture": pictures[:1]})
    for exact, rounded in zip(floats, bits, strict=True):
        assert np.abs(exact - rounded).mean() < 0.1 * max(1.0, np.abs(exact).max())
    assert (tmp_path / "bits.onnx").stat().st_size < 0.5 * (tmp_path / "floats.onnx").stat().st_size


def test_the_small_network_keeps_its_contract(tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    export(ShippedSmall(Small().eval()), SMALL_OUTPUTS, tmp_path / "small.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "small.onnx", providers=["CPUExecutionProvider"])
    shapes = [one.shape for one in session.run(None, {"picture": np.zeros((1, 64, 96, 3), np.uint8)})]
    assert shapes == [(1, 1, 16, 24)] * 3 + [(1, 4, 16, 24)]


def test_a_training_goes_on_where_it_stopped(tmp_path: Path) -> None:
    def trained(steps: int) -> list[int]:
        model, taken = torch.nn.Linear(1, 1), list[int]()

        def loss(step: int) -> Any:
            taken.append(step)
            return model(torch.ones(1, 1)).square().sum()

        fit(model, (list(model.parameters()),), loss, Recipe(steps, {}, (0.1,)), tmp_path / "line.pt")
        return taken

    assert trained(3) == [0, 1, 2]
    assert trained(5) == [3, 4]
    assert trained(5) == []


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


def test_the_gate_starts_as_an_even_mixture_with_a_gentle_prior() -> None:
    network = Network(LITE0).eval()
    maps = {name: torch.zeros(1, 48, 48) for name in ("object", "fixation", "joint")}
    fused = network.fuse(torch.rand(1, LITE0.tap_channels[-1]), maps)[0]
    assert fused[24, 24] > fused[0, 0] > 0


def test_a_step_computes_where_its_batch_lies() -> None:
    """Meta tensors hold no values, and refuse to be mixed with those of another device, as those of a GPU do."""
    network = Network(LITE0).to("meta").train()
    pool = join({"crowd": made_up()}, {"crowd": made_up_marks()})
    batch = augment.make_batch(pool, np.arange(3), (64, 64), torch.Generator().manual_seed(0)).to(torch.device("meta"))
    taken = network.backbone(batch.pictures)
    maps = network.saliency(taken)
    lost = (
        losses.window_loss(
            losses.normalise(network.fuse(taken[-1].mean((2, 3)), maps)), losses.normalise(batch.labels)
        ),
        losses.edge_loss(maps["object"], batch.labels),
        losses.centre_loss(network.centres(taken)["text"], batch.faces),
    )
    assert {value.device.type for value in lost} == {"meta"}
