"""Crops real photographs to three shapes, draws the five pictures of the method, and prints the plan."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import skimage.data

from focalbox import Cropper

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
        prepared = cropper.prepare(picture, SIZES)  # decoded once, looked at once
        for result in cropper.finish(prepared, SIZES):
            result.save(out / f"{name}-{str(result.crop.target).replace(':', '-')}.jpg")
        cropper.explain(picture, "500x200").save(out / f"{name}-explained.png")
        print(json.dumps({"picture": name, **prepared.analysis.plans(SIZES).to_dict()}, indent=2))
    print(f"\n{len(PHOTOGRAPHS) * len(SIZES)} crops and {len(PHOTOGRAPHS)} strips are in {out.resolve()}:")
    for path in sorted(out.iterdir()):
        print(f"  {path}")


if __name__ == "__main__":
    main()
