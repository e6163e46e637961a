"""What is not needed is not loaded: starting is part of every short run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import focalbox
from focalbox.saliency.models import MODELS
from focalbox.saliency.names import MODEL_NAMES

_HEAVY = ("numpy", "PIL", "onnxruntime", "simplejpeg")


def loaded_by(code: str) -> list[str]:
    """Return which of the heavy modules a fresh process has loaded after some code."""
    told = f"{code}\nimport json, sys\nprint(json.dumps([name for name in {_HEAVY} if name in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True)
    found: list[str] = json.loads(done.stdout)
    return found


def test_importing_focalbox_loads_nothing_that_computes() -> None:
    assert loaded_by("import focalbox, focalbox.cli.main") == []
    assert "numpy" in loaded_by("from focalbox import Cropper")


def test_the_parent_of_a_batch_does_not_look_at_pictures_and_loads_nothing_to_do_so(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    Image.effect_noise((90, 60), 90).convert("RGB").save(tmp_path / "in" / "noise.png")
    places = f"{str(tmp_path / 'in')!r}, '30x30', {str(tmp_path / 'out')!r}, manifest={str(tmp_path / 'm.jsonl')!r}"
    code = f"""
from focalbox.batch import run
summary = run({places}, workers=1)
assert summary.done == 1 and summary.failed == 0
"""
    assert loaded_by(code) == []


def test_every_public_name_is_there() -> None:
    for name in focalbox.__all__:
        assert getattr(focalbox, name) is not None
    assert set(focalbox.__all__) <= set(dir(focalbox))
    with pytest.raises(AttributeError, match="no attribute 'Croper'"):
        getattr(focalbox, "Croper")  # noqa: B009 - a type checker would find it


def test_batches_are_there_after_importing_focalbox_alone() -> None:
    assert loaded_by("import focalbox; focalbox.batch.run") == []


def test_the_names_of_the_models_are_those_of_the_models() -> None:
    assert tuple(MODELS) == MODEL_NAMES


def test_importing_focalbox_loads_no_more_than_needed() -> None:
    code = (
        "import sys, focalbox; "
        "print([name for name in ('onnxruntime', 'starlette', 'ray', 'click', 'PIL.JpegImagePlugin', 'pyarrow')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_importing_focalbox_changes_no_global_state() -> None:
    code = (
        "import warnings, numpy, PIL.Image as I; before = (list(warnings.filters), I.MAX_IMAGE_PIXELS, dict(I.OPEN)); "
        "import focalbox; assert before == (list(warnings.filters), I.MAX_IMAGE_PIXELS, dict(I.OPEN))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
