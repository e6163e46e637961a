"""Writes the photographs that come with scikit-image into a folder, for trying the service."""

from __future__ import annotations

import argparse
from pathlib import Path

import skimage.data
from PIL import Image

PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "rocket")


def main() -> None:
    """Write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("demo/photographs"), help="folder for the photographs")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    for name in PHOTOGRAPHS:
        Image.fromarray(getattr(skimage.data, name)()).save(out / f"{name}.jpg", quality=90)
    print(f"{len(PHOTOGRAPHS)} photographs are in {out.resolve()}")


if __name__ == "__main__":
    main()
