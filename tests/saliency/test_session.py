"""A session reports to nobody."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


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
