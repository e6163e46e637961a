"""Real files of every format and mode, made once."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageCms
from skimage import data

_WRITTEN = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP")


def _file(image: Image.Image, form: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


@pytest.fixture(scope="session")
def file_of() -> Callable[..., bytes]:
    """Give ``file_of(image, format, **options) -> bytes``."""
    return _file


@pytest.fixture(scope="session")
def photograph() -> Image.Image:
    return Image.fromarray(data.chelsea())  # type: ignore[no-untyped-call]


@pytest.fixture(scope="session")
def corners() -> Image.Image:
    """64 x 48 pixels in four flat colours: what is where is seen at once."""
    array = np.zeros((48, 64, 3), np.uint8)
    array[:24, :32] = (200, 30, 30)
    array[:24, 32:] = (30, 200, 30)
    array[24:, :32] = (30, 30, 200)
    array[24:, 32:] = (200, 200, 30)
    return Image.fromarray(array)


@pytest.fixture(scope="session")
def seeds(photograph: Image.Image) -> dict[str, bytes]:
    """One small real file of every kind that readers take different ways for."""
    small = photograph.resize((96, 64))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x8298] = "A. Person"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    files = {form: _file(small, form) for form in _WRITTEN}
    files["JPEG with EXIF and profile"] = _file(small, "JPEG", exif=exif, icc_profile=profile)
    files["JPEG progressive"] = _file(small, "JPEG", progressive=True)
    files["JPEG CMYK"] = _file(small.convert("CMYK"), "JPEG", icc_profile=profile)
    files["JPEG grey"] = _file(small.convert("L"), "JPEG")
    files["PNG palette with transparency"] = _file(small.quantize(16), "PNG", transparency=3)
    files["PNG 16 bit"] = _file(Image.fromarray(np.arange(96 * 64, dtype=np.uint16).reshape(64, 96)), "PNG")
    files["PNG alpha, EXIF, profile"] = _file(small.convert("RGBA"), "PNG", exif=exif, icc_profile=profile)
    files["PNG animated"] = _file(small, "PNG", save_all=True, append_images=[small.rotate(90)])
    files["GIF animated"] = _file(small, "GIF", save_all=True, append_images=[small.rotate(90), small.rotate(180)])
    files["WebP lossless alpha"] = _file(small.convert("RGBA"), "WEBP", lossless=True, exif=exif)
    files["WebP animated"] = _file(small, "WEBP", save_all=True, append_images=[small.rotate(90)])
    files["TIFF deflate, pages"] = _file(
        small, "TIFF", compression="tiff_adobe_deflate", save_all=True, append_images=[small.convert("L")]
    )
    files["TIFF float"] = _file(Image.fromarray(np.linspace(0, 1, 96 * 64, dtype=np.float32).reshape(64, 96)), "TIFF")
    files["TIFF LZW CMYK"] = _file(small.convert("CMYK"), "TIFF", compression="tiff_lzw")
    files["BMP palette"] = _file(small.quantize(16), "BMP")
    return files
