"""The memory of a decode is estimated from the header: near the real one, and checked against the limit before any
pixel."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.Image import Image as Picture

from focalbox.core.target import Size
from focalbox.cropper import Cropper
from focalbox.errors import LimitExceeded
from focalbox.imaging.colour_spaces import rgb_profile
from focalbox.imaging.limits import Limits
from focalbox.imaging.memory import Need
from focalbox.imaging.output.encoding import encode
from focalbox.imaging.source import open_picture
from pictures import encoded

SRGB = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
SIDES = (3000, 2000)
MEASURE = (
    "import sys\n"
    "import numpy as np\n"
    "from focalbox.imaging.source import Limits, open_picture\n"
    "open_picture(np.zeros((8, 8, 3), np.uint8)).decode()\n"
    "def peak(): return 1024 * int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])\n"
    "before = peak()\n"
    "picture = open_picture(open(sys.argv[1], 'rb').read(), Limits(bytes=2**30, memory=2**40))\n"
    "picture.decode(picture.size if sys.argv[2] == 'full' else None)\n"
    "print(peak() - before)\n"
)


@pytest.fixture(scope="module")
def files(photograph: Picture) -> dict[str, bytes]:
    """6 MP of every kind that takes memory in its own way."""
    large = photograph.resize(SIDES)
    grey = np.asarray(large.convert("L"))
    clear = large.convert("RGBA")
    clear.putpixel((0, 0), (0, 0, 0, 0))
    exif = Image.Exif()
    exif[0x0112] = 6
    return {
        "JPEG progressive": encoded(large, "JPEG", progressive=True),
        "JPEG turned": encoded(large, "JPEG", exif=exif.tobytes()),
        "JPEG linear": encoded(
            large, "JPEG", icc_profile=rgb_profile((0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06), 1.0)
        ),
        "PNG": encoded(large, "PNG", compress_level=1),
        "PNG alpha": encoded(clear, "PNG", compress_level=1),
        "PNG 16 bit": encoded(Image.fromarray(grey.astype(np.uint16) * 257), "PNG", compress_level=1),
        "TIFF float": encoded(Image.fromarray(grey.astype(np.float32)), "TIFF", compression="tiff_adobe_deflate"),
        "WEBP": encoded(large, "WEBP", method=0),
        "WEBP lossless": encoded(large, "WEBP", lossless=True, method=0, quality=0),
        "WEBP alpha": encoded(clear, "WEBP", method=0),
        "AVIF": encoded(large, "AVIF", speed=10),
    }


KINDS = (
    "JPEG progressive",
    "JPEG turned",
    "JPEG linear",
    "PNG",
    "PNG alpha",
    "PNG 16 bit",
    "TIFF float",
    "WEBP",
    "WEBP lossless",
    "WEBP alpha",
    "AVIF",
)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process by itself is read from /proc")
@pytest.mark.parametrize("kind", KINDS)
def test_the_budget_holds(kind: str, files: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "picture"
    path.write_bytes(files[kind])
    ran = subprocess.run([sys.executable, "-c", MEASURE, path, "full"], capture_output=True, text=True, check=True)
    taken = int(ran.stdout)

    def decode(memory: int) -> None:
        picture = open_picture(files[kind], Limits(memory=memory))
        picture.decode(picture.size)

    with pytest.raises(LimitExceeded, match="MB to decode"):
        decode(taken - 1)  # less than it really takes is never thought to be enough
    decode(3 * taken + 64 * 2**20)  # and nothing is refused without need


@pytest.mark.slow
def test_what_needs_more_is_refused_by_the_header(files: dict[str, bytes]) -> None:
    with pytest.raises(
        LimitExceeded, match=r"^the picture needs about [\d.]+ [kM]B to decode \(3000x2000\), but .* 19.1 MB$"
    ):
        open_picture(files["AVIF"], Limits(memory=20_000_000)).decode()
    small = open_picture(files["JPEG turned"], Limits(memory=40_400_000))
    assert small.decode().scale > 1  # a small copy of a JPEG takes hardly any
    with pytest.raises(LimitExceeded):
        open_picture(files["JPEG turned"], Limits(memory=40_400_000)).decode(small.size)


@pytest.mark.slow
def test_results_count_beside_the_decoded_picture(files: dict[str, bytes]) -> None:
    cropper = Cropper(limits=Limits(memory=75_000_000))
    assert cropper.crop(files["PNG alpha"], "500x200").size == (500, 200)
    with pytest.raises(LimitExceeded, match="MB to decode"):
        cropper.crop(files["PNG alpha"], "2900x1900")  # told from the header
    with pytest.raises(
        LimitExceeded, match=r"^the results need about [\d.]+ [kM]B with the decoded picture of 3000x2000"
    ):
        cropper.crop_many(files["PNG alpha"], ["16:9", "3:2", "1:1"])  # known once they are planned
    result = Cropper(limits=Limits(memory=900_000_000)).results(files["JPEG turned"], ["2000x3000"])[0]
    assert result.memory == 900_000_000


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="as above")
@pytest.mark.parametrize("least", [0, 255])
def test_alpha_takes_no_second_picture(least: int, files: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    with Image.open(BytesIO(files["PNG alpha"])) as image:
        image.putpixel((0, 0), (0, 0, 0, least))
        path.write_bytes(encoded(image, "PNG", compress_level=1))
    crop = (
        "import sys\nfrom focalbox import Cropper\n"
        "def peak(): return 1024 * int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])\n"
        "cropper = Cropper()\n"
        "cropper.crop(sys.argv[2], '60x60')\n"
        "before = peak()\n"
        "picture = cropper.open(sys.argv[1])\n"
        "mode = cropper.crop(picture, '500x200', zoom=1.0).mode\n"
        "print(mode, peak() - before <= picture.need.peak)\n"
    )
    small = tmp_path / "small.png"
    Image.new("RGBA", (80, 80), (9, 9, 9, 9)).save(small)
    ran = subprocess.run([sys.executable, "-c", crop, path, small], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["RGB" if least else "RGBA", "True"]


@pytest.mark.parametrize("format", ["avif", "webp", "gif", "png", "jpeg"])
def test_a_result_that_needs_more_is_not_written(format: str) -> None:  # noqa: A002
    image = Image.new("RGB", (1000, 800))
    with pytest.raises(LimitExceeded, match=f"1000x800 needs about [0-9.]+ [kM]B to be written as {format}"):
        encode(image, format, memory=1_000_000)
    assert encode(image, format, memory=100_000_000)


def test_a_need_grows_with_the_picture_and_shrinks_with_the_scale() -> None:
    whole = Need("JPEG", "RGB", Size(4000, 3000), drafts=True)
    assert whole.peak > Need("JPEG", "RGB", Size(4000, 3000), scale=2, drafts=True).peak
    assert whole.peak < Need("JPEG", "RGB", Size(4000, 3000), drafts=True, held=1.5).peak
