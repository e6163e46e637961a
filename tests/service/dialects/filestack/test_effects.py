"""Filestack's effects: what each does to the pixels of a crop, and where it stands in a chain."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from focalbox.imaging.output.effects import apply_effects
from focalbox.service.dialects.filestack.effects import EFFECTS
from focalbox.service.dialects.filestack.tasks import SUPPORTED
from service.servers import Service, image_of


def _shown(service: Service, tasks: str) -> np.ndarray:
    answer = service.ask(f"/{tasks}/output=f:png/coffee.jpg")
    assert answer.status == 200, answer.content
    return np.asarray(image_of(answer.content).convert("RGB")).astype(int)


def test_every_effect_is_a_task_that_is_told() -> None:
    assert EFFECTS.keys() <= SUPPORTED.keys()


def test_sepia_makes_brown_of_grey() -> None:
    def browned(grey: int, **options: str) -> tuple[int, ...]:
        image = apply_effects(Image.new("RGB", (1, 1), (grey,) * 3), EFFECTS["sepia"](options))
        return image.getpixel((0, 0))  # type: ignore[return-value]

    assert [browned(grey) for grey in (0, 128, 255)] == [(51, 29, 29), (179, 145, 94), (255, 255, 221)]
    assert browned(128) == browned(128, tone="80")
    assert browned(128, tone="0") == (255, 255, 128)
    for tone in range(0, 81, 10):
        for grey in range(0, 256, 15):
            red, green, blue = browned(grey, tone=str(tone))
            assert red >= green >= blue, (tone, grey)
            assert red >= grey


def test_tones_are_modulated_as_their_percentages_say(service: Service) -> None:
    plain = _shown(service, "resize=w:60")
    assert np.array_equal(_shown(service, "resize=w:60/modulate"), plain)
    grey = _shown(service, "resize=w:60/modulate=saturation:0")
    assert (grey.max(axis=2) == grey.min(axis=2)).all()
    dark = _shown(service, "resize=w:60/modulate=brightness:50")
    lightness = [shown.max(axis=2) + shown.min(axis=2) for shown in (plain, dark)]
    assert np.abs(lightness[0] / 2 - lightness[1]).max() <= 2
    assert (_shown(service, "resize=w:60/modulate=brightness:0") == 0).all()
    cyan = _shown(service, "resize=w:60/modulate=hue:180")
    assert np.abs(cyan - (plain.max(axis=2) + plain.min(axis=2))[..., None] + plain).max() <= 1, "the opposite hue"


def test_sharpening_before_the_size_is_in_pixels_of_the_source(service: Service, pictures: Path) -> None:
    first = _shown(service, "sharpen=amount:8/resize=w:150")
    assert np.array_equal(first, _shown(service, "resize=w:150/sharpen=amount:2")), "a quarter as large"
    source = Image.open(pictures / "coffee.jpg").filter(ImageFilter.UnsharpMask(8, 100, 0))
    expected = np.asarray(source.resize((150, 100), Image.Resampling.LANCZOS)).astype(int)
    plain = _shown(service, "resize=w:150")
    assert np.abs(first - expected).mean() < 0.4 * np.abs(plain - expected).mean()


@pytest.mark.parametrize("task", ["sepia", "modulate=hue:90", "sharpen", "monochrome", "negative", "flip", "flop",
                                  "blur", "blackwhite", "pixelate=amount:5"])  # fmt: skip
def test_what_real_addresses_chain_after_a_crop_changes_its_pixels_and_not_its_size(
    service: Service, task: str
) -> None:
    plain, done = _shown(service, "smart_crop=w:90,h:60"), _shown(service, f"smart_crop=w:90,h:60/{task}")
    assert done.shape == plain.shape
    assert np.abs(done - plain).mean() > 1
