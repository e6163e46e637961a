"""The processor of django-imagekit makes the library's window."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from PIL import Image

import focalbox


def test_the_processor_of_imagekit_makes_the_librarys_window(photo: Any, photographs: Mapping[str, np.ndarray]) -> None:
    from focalbox.integrations.pillow import fit  # noqa: PLC0415 - as above

    photo.banner.generate()
    with photo.image.open() as original, photo.banner.storage.open(str(photo.banner)) as cached:
        picture, banner = Image.open(original), Image.open(cached)
        assert np.array_equal(np.asarray(banner), np.asarray(fit(picture, (200, 80), Image.Resampling.LANCZOS)))


@pytest.mark.parametrize(("mode", "becomes"), [("P", "RGB"), ("1", "RGB"), ("PA", "RGBA")])
def test_a_palette_is_resized_as_smoothly_as_other_pictures(
    photographs: Mapping[str, np.ndarray], mode: str, becomes: str
) -> None:
    from focalbox.integrations.imagekit import FocalCrop  # noqa: PLC0415 - as above

    picture = Image.fromarray(photographs["chelsea"]).convert("P" if mode == "PA" else mode).convert(mode)
    processor = FocalCrop(60, 60)
    made = processor.process(picture)
    assert (made.mode, made.tobytes()) == (becomes, processor.process(picture.convert(becomes)).tobytes())


def test_options_decide_and_name_the_file(photographs: Mapping[str, np.ndarray]) -> None:
    from focalbox.integrations.imagekit import FocalCrop  # noqa: PLC0415 - as above

    picture = Image.fromarray(photographs["chelsea"])
    plain, right = FocalCrop(60, 60), FocalCrop(60, 60, focus=(1.0, 0.5))
    assert plain.process(picture).size == right.process(picture).size == (60, 60)
    assert plain.process(picture).tobytes() != right.process(picture).tobytes()
    assert plain.process(picture).tobytes() == FocalCrop(60, 60).process(picture).tobytes()
    assert vars(right) == {"width": 60, "height": 60, "options": {"focus": (1.0, 0.5)}}  # imagekit hashes them
    with pytest.raises(focalbox.InvalidRequest, match="zooom"):
        FocalCrop(90, 60, zooom=0.8).process(picture)  # type: ignore[call-arg]
