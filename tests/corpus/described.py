"""Files that say whose picture they are and where it was taken: whole, in odd places, damaged and mistyped."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator

from PIL import Image
from PIL.Image import Image as Picture
from PIL.PngImagePlugin import PngInfo

from corpus.sample import SIZE, Sample
from focalbox.core.target import Size
from focalbox.imaging.animation.apng import png_chunk
from focalbox.imaging.headers.gif import insert_gif_xmp
from focalbox.imaging.headers.rights import Rights
from focalbox.imaging.output.xmp import write_xmp
from imaging import boxes
from imaging.tiffs import with_tag
from pictures import encoded

__all__ = ["tell"]


def tell(photograph: Picture, mean: float) -> Iterator[Sample]:
    """Make files that say whose picture it is and where it was taken."""
    exif = Image.Exif()
    exif[0x8298] = "A. Person"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    packet = write_xmp(Rights("A. Person", licensor="https://example.org"), (0.25, 0.75), Size(*SIZE)) or b""
    for form in ("JPEG", "WEBP", "AVIF"):
        yield Sample(form, "XMP, EXIF, a place", encoded(photograph, form, xmp=packet, exif=exif), mean=mean)
    yield Sample("TIFF", "XMP", encoded(photograph, "TIFF", tiffinfo={700: packet}), mean=mean)
    yield Sample("GIF", "XMP", insert_gif_xmp(encoded(photograph, "GIF"), packet), mean=mean)
    text = PngInfo()
    text.add_itxt("XML:com.adobe.xmp", packet.decode(), zip=True)
    yield Sample("PNG", "XMP, EXIF, a place", encoded(photograph, "PNG", pnginfo=text, exif=exif), mean=mean)
    burdened = encoded(photograph, "JPEG")
    burdened = burdened[:2] + (b"\xff\xfe\0\x0aa remark" * 1000) + burdened[2:]
    yield Sample("JPEG", "1000 remarks", burdened, mean=mean)
    yield from _oddly(photograph, mean, packet)


def _oddly(photograph: Picture, mean: float, packet: bytes) -> Iterator[Sample]:
    """Make files whose descriptions are damaged, of another type than they should be, or where few look."""
    plain = encoded(photograph, "JPEG")

    def segments(*bodies: tuple[int, bytes]) -> bytes:
        written = (struct.pack(">BBH", 0xFF, mark, len(body) + 2) + body for mark, body in bodies)
        return plain[:2] + b"".join(written) + plain[2:]

    broken = (0xE0, b"JFIF"), (0xE2, b"ICC_PROFILE\0"), (0xED, b"Photoshop 3.0\x008BIM\4\4"), (0xEE, b"Adobe")
    yield Sample("JPEG", "segments that end too early", segments(*broken), mean=mean)
    name = hashlib.md5(packet, usedforsecurity=False).hexdigest().upper().encode()
    first = b"http://ns.adobe.com/xap/1.0/\0<x xmpNote:HasExtendedXMP='" + name + b"'/>"
    more = b"http://ns.adobe.com/xmp/extension/\0" + name + struct.pack(">II", len(packet), 0) + packet
    yield Sample("JPEG", "extended XMP", segments((0xE1, first), (0xE1, more)), mean=mean)
    tiff, iptc = encoded(photograph, "TIFF", compression="tiff_lzw"), b"\x1c\2\x74\0\x09A. Person\0\0"
    for feature, tag, kind, value, count in (
        ("IPTC as LONG", 33723, 4, iptc, None),
        ("XMP as ASCII", 700, 2, packet, None),
        ("a text beyond the end", 270, 2, b"\xff\xff\xff\0", 9),
        ("least values as BYTE", 280, 1, bytes(3), None),
        ("EXIF nowhere", 34665, 4, b"\xff\xff\xff\x7f", None),
    ):
        yield Sample("TIFF", feature, with_tag(tiff, tag, kind, value, count=count), mean=mean)
    png = encoded(photograph, "PNG")
    at = png.index(b"IDAT") - 4
    notice = png_chunk(b"tEXt", b"Copyright\0A. Person")
    yield Sample("PNG", "a copyright of its own", png[:at] + notice + png[at:], mean=mean)
    width, height = photograph.size
    framed = Image.new("RGB", (width + 32, height + 16), "white")
    framed.paste(photograph, (10, 6))
    film = encoded(
        framed, "AVIF", save_all=True, append_images=[framed.transpose(Image.Transpose.ROTATE_180)], duration=100
    )
    window = boxes.aperture(framed.size, 10, 6, width, height)
    yield Sample("AVIF", "animated, clean aperture", boxes.in_track(film, window), mean=mean, frames=2)
