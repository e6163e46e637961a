"""The names of models: known without loading one, and nothing else is one."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.errors import InvalidRequest
from focalbox.saliency.models import MODELS
from focalbox.saliency.names import DEFAULT_MODEL, MODEL_NAMES, check_model, is_file


@pytest.mark.slow
def test_names_load_no_model() -> None:
    code = (
        "import sys, focalbox.saliency.names; print([name for name in ('numpy', 'onnxruntime') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_every_model_has_its_name_and_the_default_is_the_first() -> None:
    assert tuple(MODELS) == MODEL_NAMES
    assert MODEL_NAMES[0] == DEFAULT_MODEL
    for name in MODEL_NAMES:
        check_model(name)
        assert not is_file(name)


@given(st.text())
def test_anything_is_a_name_a_file_or_refused(text: str) -> None:
    check_model(f"{text}.onnx")
    assert is_file(f"{text}.onnx")
    if text in MODEL_NAMES or text.endswith(".onnx"):
        check_model(text)
    else:
        with pytest.raises(InvalidRequest) as refused:
            check_model(text)
        assert str(refused.value) == (
            f"a model is one of {', '.join(MODEL_NAMES)} or the path of an .onnx file, not {text!r}"
        )


@pytest.mark.parametrize("wrong", ["", "Network", "network ", "cats.ONNX", "cats.onnx.gz", "cats.pt"])
def test_what_is_nearly_a_name_is_refused(wrong: str) -> None:
    with pytest.raises(InvalidRequest, match=r"the path of an \.onnx file, not "):
        check_model(wrong)
