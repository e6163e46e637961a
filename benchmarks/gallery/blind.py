"""``make sheet``: blind sheets, on which a person counts the crops to reject without knowing which cropper made them.

Each row is a picture and its crops by several croppers in random order; a key beside the sheets says who made which. The
pictures are not free: the sheets are not for the repository.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path

from PIL import Image, ImageDraw

from benchmarks.croppers import RATIOS, centre
from benchmarks.labels import GAIN_SETS, LabelledPicture, read_set
from benchmarks.peers import PEERS, peer_windows
from benchmarks.truth import read_people
from focalbox.core.geometry import Box
from focalbox.core.target import Size
from focalbox.cropper import Cropper

__all__ = ["draw_rows", "windows_by_cropper"]

_PANEL, _CAPTION = 200, 14
"""Longest side of a panel and height of the line above it, pixels."""

_ROWS = 12
"""Rows of a sheet."""


def main() -> None:
    """Draw sheets and write their key."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gallery.blind", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the labelled pictures")
    parser.add_argument("--peers", type=Path, default=Path(".cache/peers"), help="answers of other croppers")
    parser.add_argument("--count", type=int, default=60, help="pictures, each in one ratio")
    parser.add_argument("--seed", type=int, default=0, help="another one chooses other pictures")
    parser.add_argument("--out", type=Path, default=Path("out/blind"), help="folder for the sheets and the key")
    wanted = parser.parse_args()
    order = random.Random(wanted.seed)  # noqa: S311 - an order, no secret
    pictures = [
        *read_people(wanted.data),
        *(one for name in GAIN_SETS for one in read_set(wanted.data, name, limit=40)),
    ]
    chosen = order.sample(pictures, min(wanted.count, len(pictures)))
    cropper = Cropper()
    wanted.out.mkdir(parents=True, exist_ok=True)
    key, rows = [], []
    for number, picture in enumerate(chosen):
        place = number % len(RATIOS)
        found = list(windows_by_cropper(picture, cropper, wanted.peers).items())
        order.shuffle(found)
        rows.append((f"{number} {RATIOS[place]}", picture.open(), [windows[place] for _, windows in found]))
        key.append({"number": number, "picture": picture.name, "croppers": [name for name, _ in found]})
    for start in range(0, len(rows), _ROWS):
        draw_rows(rows[start : start + _ROWS]).save(wanted.out / f"sheet-{start // _ROWS}.webp", "WEBP", quality=85)
    (wanted.out / "key.json").write_text(json.dumps(key, indent=1), "utf-8")
    print(f"{len(rows)} pictures are on sheets in {wanted.out.resolve()}; key.json says whose crops they are")


def windows_by_cropper(picture: LabelledPicture, cropper: Cropper, cache: Path | None) -> Mapping[str, tuple[Box, ...]]:
    """Return the windows of the six ratios that the middle, the other croppers and focalbox choose."""
    analysis = cropper.analyze(picture.content)
    choosers: dict[str, Callable[[], tuple[Box, ...]]] = {
        "centre": lambda: centre(picture).windows,
        **{peer.name: lambda peer=peer: peer_windows(peer, picture, RATIOS, cache).boxes for peer in PEERS},  # type: ignore[misc]
        "focalbox": lambda: tuple(analysis.plan(ratio).relative for ratio in RATIOS),
    }
    return {name: choose() for name, choose in choosers.items()}


def draw_rows(rows: list[tuple[str, Image.Image, list[Box]]]) -> Image.Image:
    """Draw rows of a name, a picture and its windows: the picture first, then what each window shows."""
    columns = 1 + max(len(windows) for _, _, windows in rows)
    cell = _PANEL + 6, _PANEL + _CAPTION + 4
    sheet = Image.new("RGB", (cell[0] * columns, cell[1] * len(rows)), "white")
    draw = ImageDraw.Draw(sheet)
    for row, (name, picture, windows) in enumerate(rows):
        size = Size(*picture.size)
        shown = [picture, *(picture.crop(box.to_pixels(size).corners) for box in windows)]
        for column, panel in enumerate(shown):
            small = panel.copy()
            small.thumbnail((_PANEL, _PANEL))
            place = column * cell[0], row * cell[1]
            draw.text(place, name if column == 0 else "ABCDEFGH"[column - 1], fill="black")
            sheet.paste(small, (place[0], place[1] + _CAPTION))
    return sheet


if __name__ == "__main__":
    main()
