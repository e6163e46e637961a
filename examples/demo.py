"""Crops real photographs to three shapes, draws the five pictures of the method, and prints the plan."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import skimage.data

from focalbox import Cropper
from focalbox.core.crop import document
from focalbox.imaging.encoding import encode, save

SIZES = ("500x200", "1:1", "9:16")
PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "rocket")


def main() -> None:
    """Run the demonstration."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("demo"), help="folder for the results")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    cropper = Cropper()
    for name in PHOTOGRAPHS:
        picture = getattr(skimage.data, name)()
        results = cropper.results(picture, SIZES)
        for result in results:
            save(result.encode("jpeg"), out / f"{name}-{str(result.crop.target).replace(':', '-')}.jpg")
        save(encode(cropper.explain(picture, "500x200"), "png"), out / f"{name}-explained.png")
        crops = tuple(result.crop for result in results)
        print(json.dumps({"picture": name, **document(crops[0].evidence, crops)}, indent=2))
    print(f"\n{len(PHOTOGRAPHS) * len(SIZES)} crops and {len(PHOTOGRAPHS)} strips are in {out.resolve()}:")
    for path in sorted(out.iterdir()):
        print(f"  {path}")


if __name__ == "__main__":
    main()
