"""The path reads downwards: from the cropper to the bytes, no module calls one that waits for it further up."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

from focalbox import Cropper
from focalbox.options import CropKeywords
from pictures import Photographs, encoded


@contextmanager
def returns() -> Iterator[list[str]]:
    """Collect calls into a module of focalbox that is at work already, while another one was called from it."""
    at_work: list[tuple[str, FrameType]] = []
    found: list[str] = []

    def profile(frame: FrameType, event: str, _: object) -> None:
        name = str(frame.f_globals.get("__name__", ""))
        if event == "call" and name.startswith("focalbox."):
            modules = [module for module, _ in at_work]
            if name in modules and modules[-1] != name:
                found.append(f"{modules[-1]} calls {name}.{frame.f_code.co_name}")
            at_work.append((name, frame))
        elif event == "return" and at_work and at_work[-1][1] is frame:
            at_work.pop()

    sys.setprofile(profile)
    try:
        yield found
    finally:
        sys.setprofile(None)


@pytest.mark.slow
@pytest.mark.parametrize("keywords", [{}, {"fit": "tight"}, {"fit": "pad", "fill": "blur"}, {"trim": "top-left"}])
@pytest.mark.parametrize("form", ["jpeg", "png", "webp"])
def test_no_module_is_entered_again_from_further_down(
    form: str, keywords: CropKeywords, photographs: Photographs
) -> None:
    content = encoded(photographs["coffee"], form)
    cropper = Cropper(model="classical")
    with returns() as found:
        for result in cropper.results(content, ["50x20", "free"], **keywords):
            result.encode(form)
    assert found == []


def test_a_call_back_up_is_noticed(photographs: Photographs) -> None:
    inner = Cropper(model="classical")
    with returns() as found:
        Cropper(model=lambda rgb: inner.analyze(rgb).saliency).analyze(photographs["coffee"])
    assert "focalbox.looking calls focalbox.cropper.analyze" in found
