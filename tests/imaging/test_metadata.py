"""Rights and focal points: the first that says something is heard, and points are those of the upright picture."""

from __future__ import annotations

from io import BytesIO
from itertools import combinations
from typing import Any

import pytest
from PIL import Image
from PIL.Image import Image as Picture
from PIL.PngImagePlugin import PngInfo

from focalbox import Cropper
from focalbox.core.target import Size
from focalbox.imaging.headers.exif import Exif
from focalbox.imaging.headers.properties import Header
from focalbox.imaging.headers.rights import Rights
from focalbox.imaging.metadata import Metadata, read_metadata
from focalbox.imaging.source import open_picture
from pictures import encoded


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_focal_point_is_where_its_program_saw_it(orientation: int, corners: Picture) -> None:
    """Programs that turn a picture for their user say its sides as they show them."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    for sides in (corners.size, corners.size[::-1]):
        picture = open_picture(encoded(corners, "JPEG", exif=exif, xmp=FOCUS.format(*sides).encode()))
        turned_already = sides != corners.size
        stored = open_picture(encoded(corners, "JPEG", exif=exif, xmp=FOCUS.format(0, 0).encode())).focal_point
        assert picture.focal_point == ((0.75, 0.25) if turned_already else stored)


FOCUS = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/" xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#"
 xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#">
<rdf:Description><mwg-rs:Regions rdf:parseType="Resource">
<mwg-rs:AppliedToDimensions stDim:w="{}" stDim:h="{}" stDim:unit="pixel"/>
<mwg-rs:RegionList><rdf:Bag><rdf:li><rdf:Description mwg-rs:Type="Focus">
<mwg-rs:Area stArea:x="0.75" stArea:y="0.25" stArea:unit="normalized"/></rdf:Description></rdf:li></rdf:Bag>
</mwg-rs:RegionList></mwg-rs:Regions></rdf:Description></rdf:RDF>"""


XMP = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">
<rdf:Description><dc:rights><rdf:Alt><rdf:li xml:lang="x-default">{}</rdf:li></rdf:Alt></dc:rights></rdf:Description>
</rdf:RDF>"""

SPEAKERS = {
    "xmp": XMP.format("xmp").encode(),
    "more_xmp": XMP.format("more_xmp").encode(),
    "iptc": b"\x1c\x02\x74\x00\x04iptc",
    "exif": Exif(copyright=b"exif"),
    "copyright": b"copyright",
}
"""What says of whom a picture is, the first to be heard first: each says its own name."""


@pytest.mark.parametrize("speaking", [pair for count in (1, 2, 5) for pair in combinations(SPEAKERS, count)])
def test_of_those_who_say_whose_it_is_the_first_is_heard(speaking: tuple[str, ...]) -> None:
    said = {"exif": Exif(), **{name: SPEAKERS[name] for name in speaking}}
    found = read_metadata(Header("JPEG", 1, **said), Size(80, 60))  # type: ignore[arg-type]
    assert found.rights.notice == speaking[0]
    assert (found.exif is not None) == ("exif" in speaking)


def texts_of(**texts: str) -> PngInfo:
    info = PngInfo()
    for name, text in texts.items():
        info.add_itxt(name, text)
    return info


def credits_of(artist: str, owner: str) -> Image.Exif:
    exif = Image.Exif()
    exif[0x013B], exif[0x8298] = artist, owner
    return exif


@pytest.mark.parametrize(
    ("form", "options"),
    [
        *(
            (form, {"exif": credits_of("A. Person", "\u00a9 A. Person")})
            for form in ("JPEG", "PNG", "WEBP", "AVIF", "TIFF")
        ),
        *((form, {"xmp": XMP.format("mine").encode()}) for form in ("JPEG", "WEBP", "AVIF")),
        ("PNG", {"pnginfo": texts_of(**{"XML:com.adobe.xmp": XMP.format("mine")})}),
        ("PNG", {"pnginfo": texts_of(Author="A. Person", Copyright="\u00a9 A. Person")}),
        ("TIFF", {"tiffinfo": {700: XMP.format("mine").encode()}}),
        ("TIFF", {"tiffinfo": {33723: b"\x1c\x02\x74\x00\x04mine"}}),
    ],
)
def test_of_a_picture_that_pillow_opened_as_much_is_kept_as_of_its_file(
    form: str, options: dict[str, Any], corners: Picture
) -> None:
    content = encoded(corners, form, **options)
    (of_file,) = Cropper().results(content, ["free"], keep_metadata=True)
    with Image.open(BytesIO(content)) as image:
        (of_picture,) = Cropper().results(image, ["free"], keep_metadata=True)
    assert of_picture.image.info == of_file.image.info
    assert of_file.metadata is not None
    assert of_file.metadata.rights != Rights()


def test_who_says_nothing_of_it_says_nothing() -> None:
    assert read_metadata(Header("JPEG", 1, Exif(orientation=6)), Size(80, 60)) == Metadata()


def test_only_what_there_is_is_written() -> None:
    assert Metadata(exif=b"", profile=b"p", xmp=b"x").info() == {"icc_profile": b"p", "xmp": b"x"}
    file = BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG", **Metadata(exif=Exif(copyright=b"mine").credits()).info())
    with Image.open(BytesIO(file.getvalue())) as image:
        assert (image.getexif()[0x8298], image.info.get("icc_profile")) == ("mine", None)


def test_a_point_of_a_second_packet_is_heard_where_the_first_has_none() -> None:
    first, second = XMP.format("whose").encode(), FOCUS.format(80, 60).encode()
    found = read_metadata(Header("JPEG", 1, Exif(), xmp=first, more_xmp=second), Size(80, 60))
    assert (found.focal_point, found.rights.notice) == ((0.75, 0.25), "whose")
