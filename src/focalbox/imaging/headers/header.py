"""The header of a file: its format, size and counts, read without a decoder that would allocate memory for them."""

from __future__ import annotations

import struct
from collections.abc import Callable

from focalbox.imaging.headers.gif import gif_frames

__all__ = ["count_frames", "drop_blanks", "say_what_it_is", "sniff", "webp_canvas"]

_HEIC_BRANDS = {
    b"heic",
    b"heix",
    b"hevc",
    b"hevx",
    b"heim",
    b"heis",
    b"hevm",
    b"hevs",
    b"mif1",
    b"msf1",
}  # ISO 23008-12
_AVIF_BRANDS = {b"avif", b"avis"}  # AV1 Image File Format 1.1, section 6
_BIG = 43  # BigTIFF's version number, where TIFF has 42
_BRANDS_READ = 64
"""Bytes of the file type box that are looked at for compatible brands."""
_BLANKS = b"\r\n\t \xef\xbb\xbf"
"""White space and UTF-8's byte order mark, which scripts print before a picture; no signature begins with them."""
_OTHERS = (
    (b"%PDF", "a PDF"),
    (b"%!PS", "PostScript"),
    (b"\xc5\xd0\xd3\xc6", "PostScript"),
    (b"8BPS", "a Photoshop file"),
    (b"gimp xcf", "a GIMP file"),
    (b"\0\0\1\0", "an icon (ICO)"),
    (b"\0\0\2\0", "a cursor (CUR)"),
    (b"icns", "an icon (ICNS)"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"II\xbc", "JPEG XR"),
    (b"\xff\x10\xff\x50", "JPEG XS"),
    (b"qoif", "QOI"),
    (b"BPG\xfb", "BPG"),
    (b"FLIF", "FLIF"),
    (b"\x8aMNG", "MNG"),
    (b"\x8bJNG", "JNG"),
    (b"DDS ", "a texture (DDS)"),
    (b"v/1\x01", "OpenEXR"),
    (b"#?R", "Radiance HDR"),
    (b"\1\xda", "SGI"),
    (b"Y\xa6j\x95", "a Sun raster"),
    (b"SIMPLE  =", "FITS"),
    (b"AT&TFORM", "DjVu"),
    (b"/* XPM", "XPM"),
    (b"#define ", "XBM"),
    (b"\xd7\xcd\xc6\x9a", "a Windows metafile"),
    (b"FUJIFILM", "a camera's raw file"),
    (b"IIU\0", "a camera's raw file"),
    (b"IIR", "a camera's raw file"),
    (b"FOVb", "a camera's raw file"),
    (b"<svg", "SVG"),
    (b"data:", "a data URL"),
    (b"iVBORw0KGgo", "a PNG in base64"),
    (b"/9j/", "a JPEG in base64"),
    (b"R0lGOD", "a GIF in base64"),
    (b"UklGR", "a WebP in base64"),
    (b"{", "JSON"),
    (b"[", "JSON"),
    (b"\x89PNG", "a PNG that was sent as if it were text"),
    (b"PK\3\4", "a ZIP archive"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"7z\xbc\xaf", "an archive"),
    (b"Rar!", "an archive"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"\0\0\1\xba", "a video"),
)
"""The first bytes of files that people send as pictures but that are not read (texts in lower case), and their names."""
_NETPBM = {b"1", b"2", b"3", b"4", b"5", b"6", b"7", b"F", b"f"}
"""The characters after the P of Netpbm's formats, before a blank."""
_AT_THE_END = b"TRUEVISION-XFILE.\0"
"""The end of Targa files, which have no signature at their beginning."""
_TEXT_LOOKED_AT = 1000
"""Bytes in which the first element of a text is searched: it may come after a declaration, comments and blanks."""
_VIDEOS = {b"isom", b"iso2", b"mp41", b"mp42", b"qt  ", b"M4V ", b"avc1", b"3gp4", b"3gp5", b"3gp6", b"3g2a", b"dash"}
"""Major brands of films in boxes (ISO/IEC 14496-12, annex E; QuickTime; 3GPP TS 26.244)."""
_OLD_VIDEOS = {b"moov", b"mdat", b"wide"}
"""Boxes that old QuickTime films begin with."""
_RIFFS = {b"AVI ": "a video", b"WAVE": "sound"}
"""The kinds of files that are in RIFF."""
_READ = "JPEG, PNG, WebP, AVIF, GIF, TIFF, BMP and HEIC are read"


def say_what_it_is(data: bytes) -> str:
    """Name the kind of a file that `sniff` does not know, if it can be told, and the formats that are read.

    Examples
    --------
    >>> say_what_it_is(b"%PDF-1.7")
    'is a PDF: JPEG, PNG, WebP, AVIF, GIF, TIFF, BMP and HEIC are read'
    """
    found = next((name for signature, name in _OTHERS if data.startswith(signature)), "")
    if data[4:8] == b"ftyp":
        brand = data[8:12]
        found = "a video" if brand in _VIDEOS else "a camera's raw file" if brand == b"crx " else found
    elif data[4:8] in _OLD_VIDEOS:
        found = "a video"
    elif data[:4] == b"RIFF":
        found = _RIFFS.get(data[8:12], found)
    elif data[:1] == b"P" and data[1:2] in _NETPBM and data[2:3].isspace():
        found = "Netpbm (PPM, PGM, PBM, PAM, PFM)"
    elif data.endswith(_AT_THE_END):
        found = "Targa (TGA)"
    elif data.startswith(b"<"):
        text = data[:_TEXT_LOOKED_AT].lower()
        page = b"<html" in text or b"<!doctype html" in text
        found = "SVG" if b"<svg" in text else "a page (HTML)" if page else "XML" if text.startswith(b"<?xml") else found
    return f"{f'is {found}' if found else 'does not begin like a picture'}: {_READ}"


def drop_blanks(data: bytes) -> bytes:
    """Return the bytes of a file without the blanks that a script printed before them."""
    return data.lstrip(_BLANKS)


def sniff(data: bytes) -> str | None:
    """Return the name of the format whose signature ``data`` begins with, or None.

    The name of a file is never asked: a PNG called ``.jpg`` is a PNG.

    Examples
    --------
    >>> sniff(b"GIF89a...")
    'GIF'
    >>> sniff(b"Dear Sir or Madam") is None
    True
    """
    signatures = (
        (b"\xff\xd8\xff", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"GIF87a", "GIF"),
        (b"GIF89a", "GIF"),
        (b"II*\0", "TIFF"),
        (b"MM\0*", "TIFF"),
        (b"II+\0", "TIFF"),
        (b"MM\0+", "TIFF"),
        (b"BM", "BMP"),
    )
    for signature, name in signatures:
        if data.startswith(signature):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp":
        box = data[8 : min(_BRANDS_READ, int.from_bytes(data[:4], "big"))]
        brands = {box[at : at + 4] for at in (0, *range(8, len(box), 4))}  # bytes 4 to 8 are a version
        if brands & _AVIF_BRANDS:
            return "AVIF"
        if brands & _HEIC_BRANDS:
            return "HEIF"
    return None


def webp_canvas(data: bytes) -> tuple[int, int] | None:
    """Return the width and height of a WebP file in pixels, or None when its header is unreadable.

    Pillow's plug-in allocates the canvas as soon as it is constructed, so the size is read before it.
    (WebP Container Specification, RFC 9649; VP8, RFC 6386, section 9.1; VP8L, RFC 9649, section 3.4.)
    """
    kind, body = data[12:16], data[20:30]
    if len(body) < 10:  # noqa: PLR2004 - the bytes of the largest of the three headers
        return None
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return None


def count_frames(name: str, data: bytes, max_frames: int) -> int:
    """Count the frames of a GIF or the pages of a TIFF, and stop counting just above ``max_frames``.

    Pillow decodes or parses every frame to count them; this skips from block to block. A broken or cyclic chain ends
    the count: the first frame may still be whole.

    Returns
    -------
    int
        1 to ``max_frames + 1``; always 1 for other formats, whose headers carry the count.
    """
    count: Callable[[bytes, int], int] | None = {"GIF": gif_frames, "TIFF": _tiff_pages}.get(name)
    if count is None:
        return 1
    try:
        return max(1, count(data, max_frames))
    except (struct.error, IndexError):
        return 1


def _tiff_pages(data: bytes, max_frames: int) -> int:
    """Follow the chain of directories of a TIFF (TIFF 6.0, section 2) or BigTIFF."""
    order = "<" if data[:2] == b"II" else ">"
    big = _BIG in data[2:4]
    link, counter, entry, first = ("Q", "Q", 20, 8) if big else ("I", "H", 12, 4)
    (at,) = struct.unpack_from(order + link, data, first)
    pages = 0
    while at and pages <= max_frames:
        try:
            (entries,) = struct.unpack_from(order + counter, data, at)
            pages += 1
            (at,) = struct.unpack_from(order + link, data, at + struct.calcsize(order + counter) + entry * entries)
        except (struct.error, OverflowError):
            break
    return pages
