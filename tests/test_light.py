"""What is not needed is not loaded: starting is part of every short run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from PIL import Image

from focalbox.saliency.models import MODELS
from focalbox.saliency.names import MODEL_NAMES

_COMPUTING = (
    "numpy",
    "PIL",
    "onnxruntime",
    "simplejpeg",
    "cykooz_resizer",
    "pillow_heif",
    "kornia_rs",
    "imagecodecs",
    "blurhash",
)
_HOSTS = ("click", "django", "fsspec", "httpx", "pyarrow", "ray", "redis", "starlette", "uvicorn", "wagtail")
_NETWORK = ("email", "http", "socket", "ssl", "tempfile", "urllib.request", "xml")


def modules_after(code: str) -> set[str]:
    """Return the modules that some code loads in a fresh process, beside those that Python starts with."""
    told = f"import json, sys\nbefore = set(sys.modules)\n{code}\nprint(json.dumps(sorted(set(sys.modules) - before)))"
    done = subprocess.run([sys.executable, "-W", "error", "-c", told], check=True, capture_output=True, text=True)
    return set(json.loads(done.stdout))


def loaded_by(code: str) -> list[str]:
    """Return which of the modules that compute a fresh process has loaded after some code."""
    return sorted(modules_after(code) & set(_COMPUTING))


def test_importing_focalbox_loads_nothing_that_computes() -> None:
    assert loaded_by("import focalbox, focalbox.cli.main") == []
    assert "numpy" in loaded_by("from focalbox import Cropper")


def test_importing_focalbox_loads_two_modules_of_its_own_and_no_others_package() -> None:
    loaded = modules_after("import focalbox")
    assert {name for name in loaded if name.startswith("focalbox")} == {"focalbox", "focalbox.version"}
    assert loaded & {*_COMPUTING, *_HOSTS, *_NETWORK} == set()
    assert {name.partition(".")[0] for name in loaded} - set(sys.stdlib_module_names) == {"focalbox"}


def test_cropping_a_file_loads_no_network_no_xml_and_no_host(tmp_path: Path) -> None:
    Image.effect_noise((90, 60), 90).convert("RGB").save(tmp_path / "noise.png")
    code = f"import focalbox; focalbox.crop({str(tmp_path / 'noise.png')!r}, '30x30')"
    assert modules_after("from focalbox import Cropper") & {*_HOSTS, *_NETWORK, "onnxruntime"} == set()
    assert modules_after(code) & {*_HOSTS, "ssl", "http", "email"} == set()


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


def test_batches_are_there_after_importing_focalbox_alone() -> None:
    assert loaded_by("import focalbox; focalbox.batch.run") == []


def test_the_names_of_the_models_are_those_of_the_models() -> None:
    assert tuple(MODELS) == MODEL_NAMES


def test_importing_focalbox_changes_no_global_state() -> None:
    code = (
        "import warnings, numpy, PIL.Image as I; before = (list(warnings.filters), I.MAX_IMAGE_PIXELS, dict(I.OPEN)); "
        "import focalbox; assert before == (list(warnings.filters), I.MAX_IMAGE_PIXELS, dict(I.OPEN))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
