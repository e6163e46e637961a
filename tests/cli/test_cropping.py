"""What the flags of a command make."""

from __future__ import annotations

import pytest

from focalbox.cli.cropping import read_flags
from focalbox.errors import InvalidRequest


def test_flags_come_before_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOCALBOX_MODEL", "classical")
    settings, cropper, wanted = read_flags({"model": None, "yunet": None, "zoom": 0.5})
    assert (settings.model, cropper.model_name, wanted.zoom) == ("classical", "classical", 0.5)
    _, cropper, _ = read_flags({"model": "frequency-tuned", "yunet": None})
    assert cropper.model_name == "frequency-tuned"


@pytest.mark.parametrize(
    "wrong", [{"yunet": "missing.onnx"}, {"model": "missing.onnx"}, {"fill": "no colour"}, {"zoom": 2}]
)
def test_what_makes_no_sense_is_said_before_any_picture_is_read(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest):
        read_flags({"model": None, "yunet": None, **wrong})
