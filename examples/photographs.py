"""Writes the photographs that scikit-image brings along, for the service to be tried on."""

from __future__ import annotations

import argparse
from pathlib import Path

import skimage.data

from focalbox.imaging.encoding import encode, save
from focalbox.imaging.source import open_picture

PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "rocket")


def main() -> None:
    """Write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("demo/photographs"), help="folder for the photographs")
    out: Path = parser.parse_args().out
    for name in PHOTOGRAPHS:
        picture = open_picture(getattr(skimage.data, name)())
        save(encode(picture.decode(picture.size).image, "jpeg", quality=90), out / f"{name}.jpg")
    print(f"{len(PHOTOGRAPHS)} photographs are in {out.resolve()}")


if __name__ == "__main__":
    main()
