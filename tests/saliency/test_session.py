"""A session reports to nobody, and is not loaded when control-C comes meanwhile."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import focalbox
from focalbox.saliency.session import Session


@pytest.mark.slow
def test_looking_writes_nothing_and_reports_nothing(tmp_path: Path) -> None:
    script = (
        "import os, numpy, pathlib\n"
        "from focalbox.saliency.models import model_named\n"
        "model_named('network')(numpy.arange(192 * 192 * 3).reshape(192, 192, 3).astype('uint8'))\n"
        "import sys\n"
        "assert 'onnxruntime' in sys.modules\n"
        "print(os.environ['ORT_DISABLE_TELEMETRY'])\n"
    )
    kept = {name: value for name, value in os.environ.items() if name not in {"ORT_DISABLE_TELEMETRY", "CI"}}
    environment = kept | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    ran = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, env=environment)
    assert ran.stdout.strip() == "1"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_model_may_lie_where_names_are_no_utf_8(tmp_path: Path) -> None:
    shipped = Path(focalbox.__file__).parent / "saliency" / "weights" / "focalbox-mit.onnx"
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/m\xe9.onnx"))
    path.symlink_to(shipped)
    assert Session(path).outputs() == Session(shipped).outputs()


def test_control_c_while_the_library_is_loaded_is_control_c(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "onnxruntime.py").write_text(
        "try:\n"
        "    raise KeyboardInterrupt\n"
        "except KeyboardInterrupt as error:\n"
        "    raise ImportError('initialization failed') from error  # as pybind11 does\n"
    )
    (tmp_path / "own.onnx").write_bytes(b"no model")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "onnxruntime", raising=False)
    with pytest.raises(KeyboardInterrupt):
        Session(tmp_path / "own.onnx").outputs()
