"""Real files of every format and mode, made once."""

import numpy as np
import pytest
from PIL import Image, ImageCms
from skimage import data

from pictures import encoded

_WRITTEN = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP")


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
    files = {form: encoded(small, form) for form in _WRITTEN}
    files["JPEG with EXIF and profile"] = encoded(small, "JPEG", exif=exif, icc_profile=profile)
    files["JPEG progressive"] = encoded(small, "JPEG", progressive=True)
    files["JPEG CMYK"] = encoded(small.convert("CMYK"), "JPEG", icc_profile=profile)
    files["JPEG grey"] = encoded(small.convert("L"), "JPEG")
    files["PNG palette with transparency"] = encoded(small.quantize(16), "PNG", transparency=3)
    files["PNG 16 bit"] = encoded(Image.fromarray(np.arange(96 * 64, dtype=np.uint16).reshape(64, 96)), "PNG")
    files["PNG alpha, EXIF, profile"] = encoded(small.convert("RGBA"), "PNG", exif=exif, icc_profile=profile)
    files["PNG animated"] = encoded(small, "PNG", save_all=True, append_images=[small.rotate(90)])
    files["GIF animated"] = encoded(small, "GIF", save_all=True, append_images=[small.rotate(90), small.rotate(180)])
    files["WebP lossless alpha"] = encoded(small.convert("RGBA"), "WEBP", lossless=True, exif=exif)
    files["WebP animated"] = encoded(small, "WEBP", save_all=True, append_images=[small.rotate(90)])
    files["TIFF deflate, pages"] = encoded(
        small, "TIFF", compression="tiff_adobe_deflate", save_all=True, append_images=[small.convert("L")]
    )
    files["TIFF float"] = encoded(Image.fromarray(np.linspace(0, 1, 96 * 64, dtype=np.float32).reshape(64, 96)), "TIFF")
    files["TIFF LZW CMYK"] = encoded(small.convert("CMYK"), "TIFF", compression="tiff_lzw")
    files["BMP palette"] = encoded(small.quantize(16), "BMP")
    return files
