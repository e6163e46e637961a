"""The front door as type checkers see it: an option that does not exist is refused before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from mypy import api

GOOD = """
from PIL import Image

from focalbox import Cropper, CropOptions, analyze, batch, crop, plan
from focalbox.integrations.pillow import fit

left, top, width, height = plan("a.jpg", [500, 200], on_doubt="center", keep=(0.1, 0.1, 0.2, 0.2)).box
right: int = plan("a.jpg").box.corners[2]
crop("a.jpg", "free", options=CropOptions(zoom=0.5), fill=(255, 0, 0)).size
CropOptions(trim="top-left", keep=(0.1, 0.1, 0.2, 0.2), on_doubt="center").keep[0].area
cropper = Cropper()
cropper.crop_many("a.jpg", ["500x200", (4, 3), None], fit="tight", trim="top-left")[0].size
cropper.results(cropper.open("a.jpg"), ["1:1"])[0].save("b.webp")
analyze("a.jpg").plans(["1:1"], mode="face").to_dict()["crops"]
done: int = batch.run("album", ["500x200", "1:1"], "out", keep=(0.1, 0.1, 0.2, 0.2), options=CropOptions(zoom=0.5)).done
fit(Image.new("L", (400, 300)), (50, 20), Image.Resampling.LANCZOS, focus=(0.5, 0.5)).size
"""
BAD = {
    'crop("a.jpg", "1:1", zooom=3)': "zooom",
    'plan("a.jpg", "1:1", zooom=3)': "zooom",
    'Cropper().crop("a.jpg", "1:1", zooom=3)': "zooom",
    'Cropper().plan("a.jpg", "1:1", zooom=3)': "zooom",
    'Cropper().crop_many("a.jpg", ["1:1"], zooom=3)': "zooom",
    'Cropper().results("a.jpg", ["1:1"], zooom=3)': "zooom",
    'Cropper().explain("a.jpg", "1:1", zooom=3)': "zooom",
    'Cropper().prepare("a.jpg", ["1:1"], zooom=3)': "zooom",
    'analyze("a.jpg").plan("1:1", zooom=3)': "zooom",
    'analyze("a.jpg").plans(["1:1"], zooom=3)': "zooom",
    "CropOptions(zooom=3)": "zooom",
    'crop("a.jpg", "1:1", fit="squeeze")': "squeeze",
    'crop("a.jpg", "1:1", zoom="much")': "float",
    'crop("a.jpg", "1:1", upscale="no")': "bool",
    'crop("a.jpg", "1:1", options={"zoom": 1})': "CropOptions",
    "Cropper(model=7)": "model",
    'batch.run("album", "1:1", "out", zooom=3)': "zooom",
    'batch.run("album", "1:1", "out", mode="faces")': "faces",
    'fit(Image.new("L", (4, 3)), (2, 2), zooom=3)': "zooom",
    'fit(Image.new("L", (4, 3)), (2, 2), focus=0.5)': "focus",
}


@pytest.mark.slow
def test_mypy_takes_what_is_right_and_refuses_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "calls.py"
    file.write_text("\n".join([GOOD.strip(), *BAD]) + "\n", "utf-8")
    settings = Path(__file__).parents[1] / "pyproject.toml"
    said, _, _ = api.run(
        ["--strict", "--config-file", str(settings), "--cache-dir", str(tmp_path / "cache"), str(file)]
    )
    errors = {line.split(":")[1]: line for line in said.splitlines() if ": error:" in line}
    first = len(GOOD.strip().splitlines()) + 1
    for number, (call, reason) in enumerate(BAD.items(), first):
        assert reason in errors.pop(str(number), ""), call
    assert errors == {}
