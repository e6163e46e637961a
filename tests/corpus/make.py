"""Makes the corpus: small files of every format with the features that uploads show, from scikit-image's pictures."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from itertools import product
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from PIL.Image import Image as Picture
from skimage import data

from corpus.described import tell
from corpus.sample import SIZE, Sample
from focalbox.imaging.animation.apng import png_chunk
from focalbox.imaging.animation.edit_list import set_plays
from focalbox.imaging.colour_spaces import rgb_profile
from focalbox.imaging.source import can_read
from imaging import bmps, boxes, pngs
from pictures import encoded

__all__ = ["Sample", "samples"]

_SRGB = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)


def samples() -> Iterator[Sample]:
    """Make every file of the corpus."""
    photograph = Image.fromarray(data.chelsea()).resize(SIZE)  # type: ignore[no-untyped-call]
    mean = float(np.asarray(photograph).mean())
    for form in ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP"):
        yield Sample(form, "plain", encoded(photograph, form), mean=mean)
        yield Sample(form, "cut in half", encoded(photograph, form)[: len(encoded(photograph, form)) // 2])
    yield from _turned(photograph, mean)
    yield from _films(photograph)
    yield from _png(photograph, mean)
    yield from _jpeg(photograph, mean)
    yield from _tiff(photograph, mean)
    yield from _odd(photograph, mean)
    yield from _boxed(photograph, mean)
    yield from tell(photograph, mean)
    for feature, content in (
        ("nothing", b""),
        ("a page", b"<!DOCTYPE html><title>404</title>"),
        ("blank", b"\r\n" * 9),
    ):
        yield Sample("none", feature, content)


def _turned(photograph: Picture, mean: float) -> Iterator[Sample]:
    exif = Image.Exif()
    exif[0x0112] = 6
    for form in ("JPEG", "PNG", "WEBP", "AVIF", "TIFF"):
        yield Sample(form, "EXIF orientation", encoded(photograph, form, exif=exif.tobytes()), (64, 96), mean)


def _films(photograph: Picture) -> Iterator[Sample]:
    frames = []
    for index in range(4):
        frame = photograph.copy()
        ImageDraw.Draw(frame).rectangle((index * 20, 10, index * 20 + 15, 30), fill=(240, 200, 30))
        frames.append(frame)
    mean = float(np.asarray(frames[0]).mean())
    for form in ("GIF", "PNG", "WEBP", "AVIF"):
        content = encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=100, loop=0)
        yield Sample(form, "animated", content, mean=mean, frames=4)
        loop = 2 if form == "GIF" else 3  # repeats, and plays
        content = encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=100, loop=loop)
        content = set_plays(content, 3) if form == "AVIF" else content
        yield Sample(form, "animated, shown three times", content, mean=mean, frames=4, plays=3)


def _png(photograph: Picture, mean: float) -> Iterator[Sample]:
    content = encoded(photograph, "PNG")
    linear = np.rint((np.asarray(photograph) / 255) ** 2.2 * 255).astype(np.uint8)
    text = np.random.default_rng(1).integers(32, 127, 1_200_000, dtype=np.uint8).tobytes()

    def with_chunk(content: bytes, chunk: bytes) -> bytes:
        at = content.index(b"IDAT") - 4
        return content[:at] + chunk + content[at:]

    damaged = png_chunk(b"tEXt", b"Comment\0hello")[:-1] + b"\0"
    large = png_chunk(b"zTXt", b"workflow\0\0" + zlib.compress(text))
    gamma = png_chunk(b"gAMA", struct.pack(">I", 100_000))
    yield Sample("PNG", "1.2 MB of compressed text", with_chunk(content, large), mean=mean)
    yield Sample("PNG", "wrong checksum of a text", with_chunk(content, damaged), mean=mean)
    yield Sample("PNG", "gAMA of linear light", with_chunk(encoded(Image.fromarray(linear), "PNG"), gamma), mean=mean)
    profile = rgb_profile(_SRGB, 1.0)
    linear_file = encoded(Image.fromarray(linear), "PNG", icc_profile=profile)
    yield Sample("PNG", "linear ICC profile", linear_file, mean=mean)
    yield Sample("PNG", "no IEND", content[:-12], mean=mean)
    yield from _without_rows(photograph)


def _without_rows(photograph: Picture) -> Iterator[Sample]:
    """Make PNG of whole chunks and checksums whose codes end before the last row."""
    for feature, interlaced in (("rows are missing", False), ("interlaced, rows are missing", True)):
        rows = pngs.rows_of(np.asarray(photograph), 8, interlaced=interlaced)
        yield Sample("PNG", feature, pngs.png_of_rows(2, 8, SIZE, rows[: len(rows) // 2], interlaced=interlaced))
    film = encoded(photograph, "PNG", save_all=True, append_images=[photograph.rotate(180)], duration=100)
    at = film.index(b"fdAT") - 4
    number, codes = film[at + 8 : at + 12], film[at + 12 : at + 8 + int.from_bytes(film[at : at + 4], "big")]
    plain = zlib.decompress(codes)
    half = png_chunk(b"fdAT", number + zlib.compress(plain[: len(plain) // 2]))
    yield Sample("PNG", "animated, rows are missing", film[:at] + half + png_chunk(b"IEND", b""))


def _jpeg(photograph: Picture, mean: float) -> Iterator[Sample]:
    plain, progressive = encoded(photograph, "JPEG"), encoded(photograph, "JPEG", progressive=True)
    yield Sample("JPEG", "progressive", progressive, mean=mean)
    yield Sample("JPEG", "no EOI", plain[:-2], mean=mean)
    yield Sample("JPEG", "rows are missing", plain[: len(plain) * 2 // 3] + plain[-2:])
    yield Sample("JPEG", "progressive, a film behind", progressive + b"\xff\xda" * 200, mean=mean)
    yield Sample("JPEG", "CMYK", encoded(photograph.convert("CMYK"), "JPEG"), mean=mean)
    yield Sample("JPEG", "a line feed before", b"\r\n" + plain, mean=mean)


def _odd(photograph: Picture, mean: float) -> Iterator[Sample]:
    """Make what is rare and allowed."""
    pixels = np.asarray(photograph)
    grey = np.asarray(photograph.convert("L"))
    content = encoded(photograph, "PNG")
    first = content.index(b"IDAT") - 4

    def with_chunks(*chunks: bytes) -> bytes:
        return content[:first] + b"".join(chunks) + content[first:]

    rare = {
        "unknown and rare chunks": [
            (b"sPLT", b"x\0\x08" + bytes(6)),
            (b"hIST", bytes(10)),
            (b"tIME", bytes(7)),
            (b"abCd", b"x"),
        ],
        "damaged eXIf": [(b"eXIf", b"II*\0\xff\xff\xff\xff")],
        "damaged iCCP": [(b"iCCP", b"x\0\0" + zlib.compress(bytes(200))[:9])],
        "damaged compressed iTXt": [(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0no zlib")],
        "sRGB and a gAMA that contradicts": [(b"sRGB", b"\0"), (b"gAMA", struct.pack(">I", 100_000))],
        "empty IDAT": [(b"IDAT", b""), (b"IDAT", b"")],
    }
    for feature, chunks in rare.items():
        yield Sample("PNG", feature, with_chunks(*(png_chunk(*chunk) for chunk in chunks)), mean=mean)
    deep = {"16 bit": (2, pixels), "16 bit grey": (0, grey)}
    for feature, (kind, values) in deep.items():
        rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values.astype(np.uint16) * 257)
        header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", *SIZE, 16, kind, 0, 0, 0))
        file = content[:8] + header + png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND", b"")
        yield Sample("PNG", feature, file, mean=float(values.mean()))
    plain = encoded(photograph, "JPEG", quality=95)
    segments = b"".join(b"\xff" + bytes([0xE3 + index % 8]) + struct.pack(">H", 52) + bytes(50) for index in range(200))
    yield Sample("JPEG", "200 segments and fill bytes", plain[:2] + segments + b"\xff\xff" + plain[2:], mean=mean)
    yield Sample("JPEG", "restart markers", encoded(photograph, "JPEG", restart_marker_blocks=2), mean=mean)
    yield Sample(
        "JPEG", "MPO", encoded(photograph, "MPO", save_all=True, append_images=[photograph.resize((48, 32))]), mean=mean
    )
    for order, mark in (("<", b"II"), (">", b"MM")):
        for name, code, form in (("BYTE", 1, "B"), ("LONG", 4, "I"), ("SSHORT", 8, "h")):
            entry = struct.pack(f"{order}HHHI", 1, 0x0112, code, 1) + struct.pack(order + form, 6).ljust(4, b"\0")
            exif = b"Exif\0\0" + mark + struct.pack(order + "HI", 42, 8) + entry + bytes(4)
            segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
            feature = f"orientation as {name}, {mark.decode()}"
            yield Sample("JPEG", feature, plain[:2] + segment + plain[2:], (64, 96), mean)
    kinds: dict[str, tuple[Any, dict[str, Any]]] = {
        "16 bit, big-endian": (pixels.astype(np.uint16) * 257, {"photometric": "rgb", "byteorder": ">"}),
        "tiles, planes, BigTIFF": (
            np.ascontiguousarray(pixels.transpose(2, 0, 1)),
            {"photometric": "rgb", "planarconfig": "separate", "tile": (32, 32), "bigtiff": True},
        ),
        "predictor": (pixels, {"photometric": "rgb", "compression": "zlib", "predictor": 2}),
    }
    for feature, (values, options) in kinds.items():
        tiff = BytesIO()
        tifffile.imwrite(tiff, values, **options)
        yield Sample("TIFF", feature, tiff.getvalue(), mean=mean)
    yield from _samples(pixels, grey)
    floats = BytesIO()
    tifffile.imwrite(floats, (grey / 255).astype(np.float32), photometric="minisblack")
    yield Sample("TIFF", "floating-point grey", floats.getvalue(), mean=float(grey.mean()))
    yield Sample("TIFF", "LZW", encoded(photograph, "TIFF", compression="tiff_lzw"), mean=mean)
    rows = pixels[..., ::-1].tobytes()
    head = struct.pack("<IiiHHIIiiII", 40, SIZE[0], -SIZE[1], 1, 24, 0, 0, 0, 0, 0, 0)
    yield Sample("BMP", "top down", b"BM" + struct.pack("<IHHI", 54 + len(rows), 0, 0, 54) + head + rows, mean=mean)
    wide = pixels[::-1].astype(np.uint32)
    rows = (wide[..., 0] << 22 | wide[..., 1] << 12 | wide[..., 2] << 2).astype("<u4").tobytes()
    masks = struct.pack("<III", 0x3FF << 20, 0x3FF << 10, 0x3FF)
    head = struct.pack("<IiiHHIIiiII", 40, *SIZE, 1, 32, 3, len(rows), 0, 0, 0, 0) + masks
    whole = b"BM" + struct.pack("<IHHI", 66 + len(rows), 0, 0, 66) + head + rows
    yield Sample("BMP", "ten bits a channel", whole, mean=mean)
    rows = pixels[::-1, :, ::-1].tobytes()
    head = struct.pack("<IHHHH", 12, *SIZE, 1, 24)
    yield Sample(
        "BMP", "header of OS/2", b"BM" + struct.pack("<IHHI", 26 + len(rows), 0, 0, 26) + head + rows, mean=mean
    )
    yield from _numbers(photograph)


def _numbers(photograph: Picture) -> Iterator[Sample]:
    """Make BMP whose pixels are numbers of colours."""
    quantized = photograph.quantize(4, dither=Image.Dither.NONE)
    numbers, palette = np.asarray(quantized), np.array(quantized.getpalette()).reshape(-1, 3)
    colours = [(int(red), int(green), int(blue)) for red, green, blue in palette]
    seen = float(palette[numbers].mean())
    yield Sample("BMP", "2 bits a pixel", bmps.bmp(SIZE, 2, bmps.rows_of(numbers, 2), colours), mean=seen)
    black = (numbers == 0).astype(np.uint8)
    rows = bmps.rows_of(black, 8)
    white = bmps.bmp(SIZE, 8, rows, [(0, 0, 0), (255, 255, 255)])
    yield Sample("BMP", "black and white in 8 bits", white, mean=float(black.mean()) * 255)
    runs = bmps.runs_of(numbers)
    yield Sample("BMP", "runs", bmps.bmp(SIZE, 8, runs, colours, packing=1), mean=seen)
    cut = bmps.bmp(SIZE, 8, runs[: len(runs) // 2], colours, packing=1)
    yield Sample("BMP", "runs that end early", cut)


def _samples(pixels: NDArray[np.uint8], grey: NDArray[np.uint8]) -> Iterator[Sample]:
    """Make TIFF of samples that are rare, in either order of bytes."""
    opaque = np.dstack([grey, np.full_like(grey, 255)]).astype(np.uint16) * 257
    rare: dict[str, tuple[Any, str, dict[str, Any]]] = {
        "signed bytes": ((grey.astype(np.int16) - 128).astype(np.int8), "minisblack", {}),
        "signed bytes, tiles": ((pixels.astype(np.int16) - 128).astype(np.int8), "rgb", {"tile": (32, 32)}),
        "16 bit grey and alpha": (opaque, "minisblack", {"extrasamples": ["unassalpha"], "rowsperstrip": 9}),
        "16 bit grey and alpha, predictor": (
            opaque,
            "minisblack",
            {"extrasamples": ["unassalpha"], "compression": "zlib", "predictor": 2},
        ),
        "16 bit grey from white": (65535 - grey.astype(np.uint16) * 257, "miniswhite", {"compression": "zlib"}),
        "16 bit in planes": (np.ascontiguousarray(pixels.transpose(2, 0, 1)).astype(np.uint16) * 257, "rgb", {}),
        "floats, deflated": ((grey / 255).astype(np.float32), "minisblack", {"compression": "zlib"}),
        "BigTIFF": (pixels, "rgb", {"bigtiff": True}),
        "BigTIFF, tiles, deflated": (pixels, "rgb", {"bigtiff": True, "tile": (32, 32), "compression": "zlib"}),
    }
    for (feature, (values, photometric, options)), order in product(rare.items(), "<>"):
        told: dict[str, Any] = {"photometric": photometric, "byteorder": order, "metadata": None, **options}
        if values.shape[0] == 3:
            told["planarconfig"] = "separate"
        file = BytesIO()
        tifffile.imwrite(file, values, **told)
        mean = float((pixels if photometric == "rgb" else grey).mean())
        yield Sample("TIFF", f"{feature}, {'II' if order == '<' else 'MM'}", file.getvalue(), mean=mean)


def _boxed(photograph: Picture, mean: float) -> Iterator[Sample]:
    """Make what cameras write and encoders at hand do not: tiles, clean apertures, and two ways of saying what is up."""
    width, height = photograph.size
    framed = Image.new("RGB", (width + 32, height + 16), "white")
    framed.paste(photograph, (10, 6))
    window = boxes.aperture(framed.size, 10, 6, width, height)
    parts = [
        photograph.crop((left, 0, left + height, height)) for left in (0, height)
    ]  # the second goes beyond the edge
    exif = Image.Exif()
    exif[0x0112] = 6
    for form, brand in (("AVIF", b"avif"), ("HEIC", b"heic")) if can_read("heic") else (("AVIF", b"avif"),):
        tiles = [
            boxes.item_of(boxes.encode_boxed(part, form), number, hidden=True) for number, part in enumerate(parts, 1)
        ]
        tiled = boxes.put_together(brand, [boxes.grid_of(3, tiles, 2, photograph.size), *tiles], 3)
        yield Sample(form, "tiles", tiled, mean=mean)
        cut = boxes.item_of(boxes.encode_boxed(framed, form), 1, [window])
        yield Sample(form, "clean aperture", boxes.put_together(brand, [cut], 1), mean=mean)
        turned = boxes.item_of(boxes.encode_boxed(photograph, form), 1, [boxes.rotation(3)])
        for feature, told in (
            ("turned by a box and by EXIF", exif.tobytes()[6:]),
            ("EXIF at a wrong place", b"nothing"),
        ):
            content = boxes.put_together(brand, [turned], 1, bytes(4) + told)
            yield Sample(form, feature, content, (height, width), mean)


def _tiff(photograph: Picture, mean: float) -> Iterator[Sample]:
    for below in (False, True):
        file = BytesIO()
        with tifffile.TiffWriter(file) as writer:
            writer.write(
                np.asarray(photograph.resize((24, 16))),
                photometric="rgb",
                subfiletype=1,
                subifds=1 if below else None,
                metadata=None,
            )
            writer.write(np.asarray(photograph), photometric="rgb", metadata=None)
        place = "the picture below a preview" if below else "a preview first"
        yield Sample("TIFF", place, file.getvalue(), mean=mean)
