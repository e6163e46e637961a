"""Stability: whether crops stay where they are when a picture is stored, scaled, mirrored or lit a little differently."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence

from PIL import Image, ImageEnhance, ImageOps

from benchmarks.croppers import RATIOS, analyze
from benchmarks.intervals import interval
from benchmarks.labels import LabelledPicture
from benchmarks.tables import table, without
from focalbox.core.geometry import Box
from focalbox.saliency.models import Model

__all__ = ["CHANGES", "overlaps", "stability_table", "store"]

_GOAL = 0.97
"""Mean IoU that the crops of a changed picture should reach with the original's: a goal."""


def store(image: Image.Image, form: str = "PNG", **options: int) -> bytes:
    """Return the bytes of a file of a picture."""
    kept = io.BytesIO()
    image.save(kept, form, **options)
    return kept.getvalue()


def _halve(image: Image.Image) -> Image.Image:
    return image.resize((max(1, image.width // 2), max(1, image.height // 2)), Image.Resampling.BOX)


CHANGES: Mapping[str, Callable[[Image.Image], bytes]] = {
    "JPEG quality 70": lambda image: store(image, "JPEG", quality=70),
    "half size": lambda image: store(_halve(image), "PNG"),
    "mirror": lambda image: store(ImageOps.mirror(image), "PNG"),
    "brightness -10 %": lambda image: store(ImageEnhance.Brightness(image).enhance(0.9), "PNG"),
    "brightness +10 %": lambda image: store(ImageEnhance.Brightness(image).enhance(1.1), "PNG"),
}
"""What happens to a picture on its way, as the bytes of a file."""


def overlaps(model: Model, picture: LabelledPicture) -> dict[str, float]:
    """Return the mean IoU of the windows of every ratio with the unchanged picture's, for each change."""
    image = picture.open()
    original = _windows(model, store(image, "PNG"))
    found = {}
    for name, change in CHANGES.items():
        windows = _windows(model, change(image))
        if name == "mirror":
            windows = [window.mirror() for window in windows]
        pairs = zip(original, windows, strict=True)
        found[name] = sum(first.jaccard(second) for first, second in pairs) / len(original)
    return found


def stability_table(models: Mapping[str, Model], pictures: Sequence[LabelledPicture]) -> str:
    """Measure every model and write the table."""
    rows = []
    for name, model in models.items():
        found = [overlaps(model, picture) for picture in pictures]
        means = {change: interval([one[change] for one in found]) for change in CHANGES}
        overall = interval([sum(one.values()) / len(one) for one in found])
        reached = "yes" if all(mean.value >= _GOAL for mean in means.values()) else "no"
        cells = [without(mean, ".3f") for mean in means.values()]
        rows.append([name, *cells, f"{overall.value:.3f} [{overall.low:.3f}, {overall.high:.3f}]", reached])
    return table(["model", *CHANGES, "mean", f"each >= {_GOAL}"], rows)


def _windows(model: Model, content: bytes) -> list[Box]:
    analysis = analyze(model, content)
    return [analysis.plan(ratio).relative for ratio in RATIOS]
