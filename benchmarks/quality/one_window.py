"""``python -m benchmarks.quality.one_window``: whether one picture and one ratio give one window at every size."""

from __future__ import annotations

import argparse
import io
import random
from pathlib import Path

from PIL import Image

from benchmarks.croppers import RATIOS
from benchmarks.intervals import share_of
from benchmarks.labels import GAIN_SETS, LabelledPicture, read_set
from benchmarks.tables import replace_between, table
from focalbox.core.choice.crop import Crop
from focalbox.core.target import Ratio, Size, Target
from focalbox.cropper import Cropper
from focalbox.imaging.scales import decode_scale
from focalbox.options import CropOptions
from focalbox.prepared import needed_size

__all__ = ["windows_of"]

_WIDTHS = (100, 250, 500, 1080)
"""Widths of the sizes that are asked for, pixels; the nearest that have exactly the ratio are taken."""

_SAME = 0.99
"""Jaccard index from which two windows are one: a pixel of 100."""

_FROM_EACH = 60
"""Pictures of each set."""

_LARGE = 2400
"""Longer side to which every second picture is enlarged, pixels: small ones are decoded at one scale whatever is asked."""

_SEED = 20261126


def main() -> None:
    """Measure, print, and write the table into docs/quality.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.one_window", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the labelled pictures")
    parser.add_argument("--write", type=Path, default=Path("docs/quality.md"), help="page to write the table into")
    wanted = parser.parse_args()
    pictures = [one for name in GAIN_SETS for one in read_set(wanted.data, name, limit=_FROM_EACH)]
    cropper, order, scales = Cropper(), random.Random(_SEED), 0  # noqa: S311 - an order, no secret
    rows: list[tuple[float, float]] = []
    heads: list[tuple[float, float]] = []
    for index, picture in enumerate(pictures):
        content = enlarge(picture) if index % 2 else picture.content
        for ratio in RATIOS:
            asked = windows_of(cropper, content, ratio, order)
            first = asked[0]
            rows.append((float(all(one.relative.jaccard(first.relative) >= _SAME for one in asked)), 1.0))
            kept = {tuple(one.kind == "face" for one in crop.cut) for crop in asked}
            heads.append((float(len(kept) > 1), 1.0))
        size = Size(*Image.open(io.BytesIO(content)).size)
        needed = [needed_size(size, [Size(width, width)], CropOptions()) for width in _WIDTHS]
        scales += len({decode_scale(size, one) for one in needed}) > 1
    same, apart = share_of(rows), share_of(heads)
    text = (
        f"{len(pictures)} pictures ({scales} of them decoded at several scales), {len(RATIOS)} ratios, each planned as a "
        f"ratio and as sizes of that ratio about {', '.join(map(str, _WIDTHS))} pixels wide, each time from the file, in "
        "random order.\n\n"
    ) + table(
        ["measure", "share of pictures x ratios", "95 % interval"],
        [
            [f"all windows have an IoU of at least {_SAME}", f"{same.value:.4f}", f"{same.low:.4f} to {same.high:.4f}"],
            ["a face cut in one and whole in another", f"{apart.value:.4f}", f"{apart.low:.4f} to {apart.high:.4f}"],
        ],
    )
    print(text)
    replace_between(wanted.write, "one window", text)


def windows_of(cropper: Cropper, content: bytes, ratio: Ratio, order: random.Random) -> list[Crop]:
    """Return the crops of one picture and ratio for every size, from a decode of their own each, in random order."""
    # Of exactly the ratio: 250 x 312 is another one than 4:5, whose window is a pixel wider.
    steps = [max(1, round(width / ratio.across)) for width in _WIDTHS]
    sizes = [Size(round(step * ratio.across), round(step * ratio.down)) for step in steps]
    targets: list[Target] = [ratio, *sizes]
    order.shuffle(targets)
    found = []
    for target in targets:
        prepared = cropper.prepare(content, [target])  # what a crop and a request of the service are made from
        found.append(prepared.analysis.plan(target))
    return found


def enlarge(picture: LabelledPicture) -> bytes:
    """Return a picture as the JPEG of a camera would be: large, its colours at half the resolution."""
    image = picture.open()
    scale = _LARGE / max(image.size)
    large = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.BICUBIC)
    stored = io.BytesIO()
    large.save(stored, "JPEG", quality=85)
    return stored.getvalue()


if __name__ == "__main__":
    main()
