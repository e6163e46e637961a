"""The quality benchmark on made-up labels: its measures are as defined, and a wrong folder is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from focalbox.core.geometry import Box
from focalbox.core.saliency_map import SaliencyMap
from focalbox.core.target import Ratio, Size
from focalbox.metrics import window_metrics
from focalbox.saliency.models import MODELS
from pictures import encoded

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
pytest.importorskip("pyvips")
pytest.importorskip("smartcrop")

from benchmarks import croppers, labels, peers, rows, tables  # noqa: E402
from benchmarks.intervals import interval  # noqa: E402
from benchmarks.quality import fairness, odd, run, sheet, stability  # noqa: E402
from benchmarks.quality.measures import scores  # noqa: E402


def stored(image: Image.Image) -> bytes:
    return encoded(image, "PNG")


def spot_picture(left: int, width: int = 128, height: int = 64) -> Image.Image:
    image = Image.new("RGB", (width, height), (90, 90, 90))
    image.paste((240, 200, 60), (left, 24, left + 16, 40))
    return image


def mask_row(name: str, left: int, split: str = "dev") -> dict[str, Any]:
    mask = Image.new("1", (128, 64))
    mask.paste(1, (left, 24, left + 16, 40))
    content = stored(spot_picture(left))
    return {"name": name, "width": 128, "height": 64, "image": content, "mask": stored(mask), "split": split}


def fixation_row(name: str, x: float, y: float, **more: Any) -> dict[str, Any]:
    content = stored(spot_picture(int(x)))
    row = {
        "name": name,
        "width": 128,
        "height": 64,
        "image": content,
        "fixations": [[x, y], [x + 1, y]],
        "split": "dev",
    }
    return {**row, **more}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    written = {
        "duts_tr": [mask_row("left", 4), mask_row("right", 108), mask_row("trained on", 60, "train")],
        "osie": [fixation_row("a", 110.0, 32.0)],
        "crowd": [fixation_row("b", 12.0, 32.0, faces=[[4.0, 24.0, 20.0, 40.0], [60.0, 24.0, 70.0, 40.0]])],
        "scene500": [fixation_row("c", 64.0, 56.0)],
        "mit1003": [fixation_row("d", 20.0, 30.0)],
        "fcdb_train": [{**mask_row("e", 100), "crop": [64.0, 0.0, 128.0, 64.0]}],
    }
    del written["fcdb_train"][0]["mask"]
    for name, stored_rows in written.items():
        parquet.write_table(pa.Table.from_pylist(stored_rows), tmp_path / f"{name}.parquet")
    return tmp_path


def test_only_the_rows_of_the_split_are_read(folder: Path) -> None:
    assert [one.name for one in labels.read_set(folder, "duts")] == ["left", "right"]
    assert [one.name for one in labels.read_set(folder, "duts", limit=1)] == ["left"]


def test_labels_are_fractions(folder: Path) -> None:
    (one,) = labels.read_set(folder, "crowd")
    assert one.faces[0] == Box.between(4 / 128, 24 / 64, 20 / 128, 40 / 64)
    assert one.fixations is not None
    assert one.fixations[0].tolist() == [12 / 128, 0.5]


def test_the_exchanged_fixations_of_scene500_are_exchanged_back(folder: Path) -> None:
    (one,) = labels.read_set(folder, "scene500")
    assert one.fixations is not None
    assert one.fixations[0].tolist() == [56 / 64, 64 / 128]


def test_a_missing_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["--data", str(tmp_path), "--sets", "osie"]) == 1
    assert "osie.parquet is missing" in capsys.readouterr().err


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "osie.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(rows.DataError, match=r"osie\.parquet is damaged"):
        labels.read_set(tmp_path, "osie")


def test_the_density_is_highest_at_the_fixation_and_round() -> None:
    found = labels.density(np.array([[0.75, 0.5]]), Size(200, 100), (40, 80))
    row, column = np.unravel_index(found.argmax(), found.shape)
    assert abs((column + 0.5) / 80 - 0.75) < 0.02
    assert abs((row + 0.5) / 40 - 0.5) < 0.03
    assert found[20, 60 + 4] == pytest.approx(found[20 + 4, 60], rel=0.15)  # cells are square here


def scored(folder: Path, left: float) -> scores.Score:
    """Score square windows that begin at ``left`` on the picture whose mask is at its right end."""
    picture = labels.read_set(folder, "duts")[1]
    windows = []
    for ratio in croppers.RATIOS:
        middle = croppers.centre(picture).windows[croppers.RATIOS.index(ratio)]
        windows.append(Box(left * (1 - middle.width), left * (1 - middle.height), middle.width, middle.height))
    return scores.score(picture, croppers.Choice(tuple(windows)))


def test_the_middle_gains_nothing_and_loses_nothing(folder: Path) -> None:
    picture = labels.read_set(folder, "duts")[1]
    found = scores.score(picture, croppers.centre(picture))
    assert scores.gain_of([found]).value == pytest.approx(0.0, abs=1e-6)
    assert scores.loss_of([found]) == 0


def test_the_right_end_gains_and_the_gain_is_that_of_the_metrics(folder: Path) -> None:
    found = scored(folder, 1.0)
    assert scores.gain_of([found]).value == pytest.approx(window_metrics.gain(found.cases))
    assert scores.gain_of([found]).value > 0.9
    assert scores.gain_of([found], 1.0).value == pytest.approx(1.0)
    assert scores.loss_of([scored(folder, 0.0)], 16 / 9) > 0


def test_no_label_means_no_number(folder: Path) -> None:
    (picture,) = labels.read_set(folder, "fcdb")
    found = scores.score(picture, croppers.centre(picture))
    assert np.isnan(scores.gain_of([found]).value)
    assert found.given == pytest.approx(1 / 3)  # the human crop is the right half, the middle overlaps half of it
    assert tables.without(None) == tables.without(interval([])) == "-"


def test_faces_are_cut_kept_or_outside(folder: Path) -> None:
    (picture,) = labels.read_set(folder, "crowd")
    half = Box(0.1, 0.0, 0.5, 1.0)
    found = scores.score(picture, croppers.Choice((half,) * len(croppers.RATIOS)))
    assert (found.faces, found.cut, found.whole) == (12, 6, 6)


def test_maps_are_scored_against_fixations_and_masks(folder: Path) -> None:
    good = np.zeros((8, 16))
    good[3:5, 13:15] = 1
    windows = (Box(0.5, 0, 0.5, 1),) * len(croppers.RATIOS)
    (seen,) = labels.read_set(folder, "osie")
    found = scores.score(seen, croppers.Choice(windows, saliency=SaliencyMap(good)))
    assert found.nss is not None
    assert found.nss > 2
    assert found.auc is not None
    assert found.auc > 0.9
    masked = scores.score(labels.read_set(folder, "duts")[1], croppers.Choice(windows, saliency=SaliencyMap(good)))
    assert masked.f_measure is not None
    assert masked.f_measure > 0.6
    assert masked.error is not None
    assert masked.error < 0.1


def test_focalbox_plans_as_the_product_does(folder: Path) -> None:
    rows = {row.name: row for row in croppers.contestants(None, peers=False)}
    picture = labels.read_set(folder, "duts")[1]
    choice = rows["spectral-residual, no prior"].choose(picture)
    assert choice.windows[3].right == 1.0
    assert choice.free is not None
    assert choice.free.left > 0.5
    assert choice.given is None


@pytest.mark.parametrize("peer", peers.PEERS, ids=lambda peer: str(peer.name))
def test_other_croppers_answer_inside_the_picture_and_from_the_cache(folder: Path, tmp_path: Path, peer: Any) -> None:
    picture = labels.read_set(folder, "duts")[1]
    found = peers.peer_windows(peer, picture, croppers.RATIOS, tmp_path / "answers")
    assert all(Box(0, 0, 1, 1).contains(box) for box in found.boxes)
    assert [box.width == 1 or box.height == 1 for box in found.boxes] == [True] * 6
    assert peers.peer_windows(peer, picture, croppers.RATIOS, tmp_path / "answers") == found


def test_the_tables_are_written_between_their_markers(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = folder / "quality.md"
    page.write_text("before\n<!-- crops -->\nold\n<!-- /crops -->\nafter\n", "utf-8")
    drawn = folder / "out" / "worst.webp"
    wanted = ["--data", str(folder), "--sections", "crops", "--no-peers", "--write", str(page), "--sheet", str(drawn)]
    assert run.main([*wanted, "--limit", "1"]) == 0
    assert "old" in page.read_text("utf-8")  # part of the pictures is not what the page is about
    assert run.main(wanted) == 0
    text = page.read_text("utf-8")
    assert text.startswith("before\n<!-- crops -->\n20")
    assert text.endswith("<!-- /crops -->\nafter\n")
    assert "old" not in text
    assert "boolean-map" in text
    assert "scene500 1" in text
    assert drawn.is_file()
    assert "| centre |" in capsys.readouterr().out


def test_a_page_without_markers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("nothing", "utf-8")
    with pytest.raises(ValueError, match="markers"):
        tables.replace_between(tmp_path / "page.md", "crops", "text")


def test_the_worst_case_is_the_one_that_lost_most(folder: Path) -> None:
    lost, kept = scored(folder, 0.0), scored(folder, 1.0)
    assert [one for one, _ in sheet.worst([kept, lost], 1)] == [lost]


def test_a_blind_model_is_stable_but_for_rounding_to_pixels(folder: Path) -> None:
    found = stability.overlaps(lambda _: SaliencyMap.blank(), labels.read_set(folder, "duts")[0])
    assert list(found) == list(stability.CHANGES)
    assert min(found.values()) > 0.97  # half the size is 64 pixels wide: half a pixel is a hundredth


def test_equal_faces_are_drawn_as_mirror_images() -> None:
    for ground in fairness.GROUNDS:
        pixels = np.asarray(fairness.draw_pair("#825c43", "#825c43", ground, seed=1)).astype(int)
        assert np.abs(pixels - pixels[:, ::-1]).mean() < 0.2  # an even number of columns has no middle one


def test_a_model_that_prefers_light_is_seen_to_do_so() -> None:
    def lightness(rgb: Any) -> SaliencyMap:
        return SaliencyMap(rgb.astype(float).mean(-1))

    found = fairness.outcomes(lightness, fairness.MONK_TONES[0], fairness.MONK_TONES[9], fairness.GROUNDS[2])
    assert {one.chosen for one in found} == {1.0}
    assert all(one.saliency > 0.5 for one in found)
    blind = fairness.outcomes(lambda _: SaliencyMap.blank(), "#f6ede4", "#292420", fairness.GROUNDS[0])
    assert {(one.chosen, one.saliency) for one in blind} == {(0.5, 0.5)}


def test_odd_pictures_give_windows_inside_them() -> None:
    text = odd.odd_table({"classical": MODELS["classical"]})
    assert "WRONG" not in text
    assert text.count("\n") == 2


def test_the_ratios_are_those_of_the_measure() -> None:
    assert [ratio.aspect for ratio in croppers.RATIOS] == list(window_metrics.RATIOS)
    assert str(Ratio(2, 5)) == "2:5"
