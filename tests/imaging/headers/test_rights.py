"""Rights and focal points: read from files of other programs, and written so that they, and nothing else, are read back."""

import time
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageSequence
from PIL.PngImagePlugin import PngInfo

from focalbox import Cropper
from focalbox.core.target import Size
from focalbox.imaging.headers.iptc import read_iptc
from focalbox.imaging.headers.rights import Rights, read_xmp
from focalbox.imaging.orientation import upright_point
from focalbox.imaging.output.xmp import write_xmp
from focalbox.imaging.source import open_picture
from pictures import encoded

PACKET = b"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
 xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/" xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#"
 xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#"
 photoshop:Credit="An Agency" xmpRights:Marked="True" exif:GPSLatitude="52,31.2N" photoshop:City="Berlin">
 <dc:rights><rdf:Alt><rdf:li xml:lang="de">nicht dies</rdf:li>
 <rdf:li xml:lang="x-default">(c) A. Person &amp; Co</rdf:li></rdf:Alt></dc:rights>
 <dc:creator><rdf:Seq><rdf:li>A. Person</rdf:li><rdf:li>B. Person</rdf:li></rdf:Seq></dc:creator>
 <xmpRights:WebStatement>https://example.org/rights</xmpRights:WebStatement>
 <mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:AppliedToDimensions stDim:w="80" stDim:h="60" stDim:unit="pixel"/>
 <mwg-rs:RegionList><rdf:Bag>
  <rdf:li><rdf:Description mwg-rs:Type="Face">
   <mwg-rs:Area stArea:x="0.1" stArea:y="0.1" stArea:unit="normalized"/></rdf:Description></rdf:li>
  <rdf:li rdf:parseType="Resource"><mwg-rs:Type>Focus</mwg-rs:Type><mwg-rs:Area rdf:parseType="Resource">
   <stArea:x>0.75</stArea:x><stArea:y>0.25</stArea:y><stArea:w>0.1</stArea:w><stArea:h>0.1</stArea:h>
   <stArea:unit>normalized</stArea:unit></mwg-rs:Area></rdf:li>
 </rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""

texts = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=30)
rights = st.builds(
    Rights,
    texts,
    st.lists(texts.filter(bool), max_size=4).map(tuple),
    texts,
    texts,
    texts,
    texts,
    st.sampled_from(["", "True"]),
    texts,
    texts,
    texts,
    texts,
)
HEAD = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:cc="http://creativecommons.org/ns#"
 xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/"
 xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:ext="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"><rdf:Description rdf:about="">"""
TAIL = "</rdf:Description></rdf:RDF></x:xmpmeta>"
KEPT = "A. Person"


def picture() -> Image.Image:
    return Image.fromarray(np.random.default_rng(3).integers(0, 256, (60, 80, 3), dtype=np.uint8))


def iptc(*fields: tuple[int, bytes]) -> bytes:
    return b"".join(bytes([0x1C, 2, kind]) + len(text).to_bytes(2, "big") + text for kind, text in fields)


def with_iptc(block: bytes) -> bytes:
    """Return a JPEG with Photoshop's resource of IPTC."""
    file = BytesIO()
    picture().save(file, "JPEG")
    resource = b"8BIM\x04\x04\0\0" + len(block).to_bytes(4, "big") + block + bytes(len(block) % 2)
    body = b"Photoshop 3.0\0" + resource
    return file.getvalue()[:2] + b"\xff\xed" + (len(body) + 2).to_bytes(2, "big") + body + file.getvalue()[2:]


def file_of(form: str, **options: object) -> bytes:
    return encoded(picture(), form, **options)


def test_what_programs_write_is_read() -> None:
    found, focus = read_xmp(PACKET)
    assert found == Rights(
        "(c) A. Person & Co",
        ("A. Person", "B. Person"),
        "An Agency",
        statement="https://example.org/rights",
        marked="True",
    )
    assert focus is not None
    assert (focus.x, focus.y) == (0.75, 0.25)


@given(rights, st.none() | st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_what_is_written_is_read_again(written: Rights, point: tuple[float, float] | None) -> None:
    packet = write_xmp(written, point, Size(80, 60))
    found, focus = read_xmp(packet)
    assert found == written
    assert (focus is None) == (point is None)
    if focus is not None and point is not None:
        assert (focus.x, focus.y) == pytest.approx(point, abs=1e-6)


def test_a_packet_fits_into_a_segment_of_jpeg() -> None:
    long = Rights("&" * 4096, ("<" * 4096,) * 8, "&" * 4096, "&" * 4096, "&" * 4096, "&" * 4096)
    packet = write_xmp(long, (0.5, 0.5), Size(80, 60))
    assert packet is not None
    assert len(packet) < 65_502
    assert read_xmp(packet)[0].notice == long.notice


@given(st.binary(max_size=400))
def test_noise_has_no_rights_and_raises_nothing(noise: bytes) -> None:
    assert read_xmp(noise) == (Rights(), None)
    assert read_xmp(HEAD.encode() + noise + TAIL.encode())[1] is None
    assert isinstance(read_iptc(noise), Rights)


def said(body: str) -> Rights:
    return read_xmp((HEAD + body + TAIL).encode())[0]


def test_rights_are_read_in_every_form_that_rdf_has_for_them() -> None:
    licensor = "<plus:Licensor><rdf:Seq><rdf:li {}></rdf:Seq></plus:Licensor>"
    address = "https://example.org/a?b=1"
    assert said(f'<xmpRights:WebStatement rdf:resource="{address}"/>').statement == address
    assert said(f'<cc:license rdf:resource="{address}"/>').license == address
    assert said("<dc:rights><![CDATA[(c) A & B]]></dc:rights>").notice == "(c) A & B"
    assert said("<dc:rights rdf:parseType='Resource'><rdf:value>x</rdf:value></dc:rights>").notice == "x"
    assert said("<plus:DataMining>DMI-PROHIBITED</plus:DataMining>").mining == "DMI-PROHIBITED"
    assert said(f"<ext:DigitalSourceType>{address}</ext:DigitalSourceType>").origin == address
    for form in (
        f'plus:LicensorURL="{address}"/>',
        f"rdf:parseType='Resource'><plus:LicensorURL>{address}</plus:LicensorURL></rdf:li>",
        f'><rdf:Description plus:LicensorURL="{address}"/></rdf:li>',
    ):
        assert said(licensor.format(form)).licensor == address


def test_a_text_keeps_its_spaces_and_joiners_and_loses_its_controls() -> None:
    text = "(c)\xa0A.\u2009Person \u200f\u0634\u200c\u062e\u0635"
    assert said(f"<dc:rights>{text}</dc:rights>").notice == text
    assert read_iptc(iptc((116, b"A\x01\x9b. Person\x7f"))).notice == "A. Person"


def test_rights_of_the_pictures_that_went_into_it_are_not_its_own() -> None:
    parts = f"<xmpMM:Pantry><rdf:Bag><rdf:li><rdf:Description><dc:creator><rdf:Seq><rdf:li>{KEPT}</rdf:li></rdf:Seq>"
    parts += "</dc:creator></rdf:Description></rdf:li></rdf:Bag></xmpMM:Pantry>"
    assert said(parts) == Rights()


@pytest.mark.parametrize(
    ("opening", "closing", "times"),
    [
        ("<mwg-rs:RegionList><rdf:li>", "</rdf:li></mwg-rs:RegionList>", 15_000),
        ("<mwg-rs:Regions><mwg-rs:AppliedToDimensions>", "</mwg-rs:AppliedToDimensions></mwg-rs:Regions>", 11_000),
        ("<dc:rights>", "</dc:rights>", 40_000),
        ("<plus:Licensor><rdf:Seq><rdf:li>", "</rdf:li></rdf:Seq></plus:Licensor>", 14_000),
        ("<dc:creator><rdf:Seq><rdf:li>x</rdf:li></rdf:Seq></dc:creator>", "", 16_000),
    ],
)
def test_a_packet_takes_as_long_as_it_is_however_it_is_nested(opening: str, closing: str, times: int) -> None:
    before = time.process_time()
    said(opening * times + closing * times)
    assert time.process_time() - before < 5  # walked again at each level, a twentieth of the first took 12 seconds


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_not_expanded(encoding: str) -> None:
    space = "http://purl.org/dc/elements/1.1/"
    bomb = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb">]><a xmlns:dc="{space}" dc:rights="&b;"/>'
    assert read_xmp(bomb.encode(encoding)) == (Rights(), None)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
@pytest.mark.parametrize("result", ["jpeg", "png", "webp", "avif", "tiff", "gif"])
def test_rights_are_kept_from_and_in_every_format_and_places_never(form: str, result: str) -> None:
    if form == "PNG":
        chunk = PngInfo()
        chunk.add_itxt("XML:com.adobe.xmp", PACKET.decode())
        content = file_of(form, pnginfo=chunk)
    else:
        content = file_of(form, **({"tiffinfo": {700: PACKET}} if form == "TIFF" else {"xmp": PACKET}))
    written = Cropper().results(content, ["40x40"], keep_metadata=True)[0].encode(result)
    assert b"GPS" not in written
    assert b"Berlin" not in written
    again = open_picture(written)
    kept = again.decode(again.size, keep_profile=True).metadata
    assert kept.rights == read_xmp(PACKET)[0]
    dropped = Cropper().results(content, ["40x40"])[0].encode(result)
    assert open_picture(dropped).focal_point is None
    assert b"Person" not in dropped


@pytest.mark.slow
@pytest.mark.parametrize("form", ["webp", "png", "avif", "gif"])
def test_films_keep_them_too(form: str) -> None:
    frames = [Image.new("RGB", (80, 60), colour) for colour in ("red", "lime")]
    file = BytesIO()
    frames[0].save(file, "WEBP", save_all=True, append_images=frames[1:], xmp=PACKET, duration=100)
    written = Cropper().results(file.getvalue(), ["40x40"], keep_metadata=True)[0].encode(form)
    with Image.open(BytesIO(written)) as film:
        assert sum(1 for _ in ImageSequence.Iterator(film)) == 2
    again = open_picture(written)
    assert again.decode(keep_profile=True).metadata.rights == read_xmp(PACKET)[0]


@pytest.mark.parametrize("coding", ["mac_arabic", "utf-7", "cp037", "utf-16", "nonsense"])
def test_a_packet_in_another_coding_hides_no_declarations(coding: str) -> None:
    declared = f'<?xml version="1.0" encoding="{coding}"?>'.encode()
    for less, mark in ((b"\xbc", b"\xa1"), (b"+ADw-", b"+ACE-")):  # "<" and "!" from right to left, and in UTF-7
        rest = less + mark + b"DOCTYPE a [" + less + mark + b'ENTITY b "bb">]><a/>'
        assert read_xmp(declared + rest) == (Rights(), None)


def test_what_exif_says_of_rights_is_said_in_xmp_too() -> None:
    exif = Image.Exif()
    exif[0x8298], exif[0x013B] = "(c) Ä. Person".encode(), b"A. Person"
    (result,) = Cropper().results(file_of("JPEG", exif=exif), ["40x40"], keep_metadata=True)
    again = open_picture(result.encode("gif"))
    assert again.decode(keep_profile=True).metadata.rights == Rights("(c) Ä. Person", ("A. Person",))


def test_iptc_speaks_where_xmp_is_silent() -> None:
    block = iptc((80, b"A. Person"), (116, "© Ä. Person".encode()), (90, b"Berlin"), (110, "Agéncy".encode("latin-1")))
    assert read_iptc(block) == Rights("© Ä. Person", ("A. Person",), "Agéncy")
    result = Cropper().results(with_iptc(block), ["40x40"], keep_metadata=True)[0]
    assert open_picture(result.encode("jpeg")).decode(keep_profile=True).metadata.rights == read_iptc(block)
    assert b"Berlin" not in result.encode("jpeg")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_focal_point_is_one_of_the_upright_picture(orientation: int) -> None:
    marked = Image.new("L", (80, 60))
    marked.putpixel((60, 15), 255)
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = BytesIO()
    marked.save(file, "PNG", exif=exif)
    opened = open_picture(file.getvalue())
    upright = np.asarray(opened.decode(opened.size).image)[..., 0]
    row, column = divmod(int(upright.argmax()), upright.shape[1])
    x, y = upright_point(60.5 / 80, 15.5 / 60, orientation)
    assert (int(x * upright.shape[1]), int(y * upright.shape[0])) == (column, row)
    jpeg = open_picture(file_of("JPEG", xmp=PACKET, exif=exif))
    assert jpeg.focal_point == upright_point(0.75, 0.25, orientation)


def test_a_result_says_where_the_focal_point_is_in_it() -> None:
    cropper = Cropper()
    content = file_of("PNG")
    (result,) = cropper.results(content, ["60x60"], keep_metadata=True)
    x, y = result.crop.focal_point
    box = result.crop.box
    expected = (x * 80 - box.left) / box.width, (y * 60 - box.top) / box.height
    assert open_picture(result.encode("jpeg")).focal_point == pytest.approx(expected, abs=1e-6)
    (own,) = cropper.results(file_of("JPEG", xmp=PACKET), ["80x60"], keep_metadata=True)
    assert open_picture(own.encode("webp")).focal_point == pytest.approx((0.75, 0.25))


def test_a_focal_point_can_be_handed_over() -> None:
    content = file_of("JPEG", xmp=PACKET)
    point = open_picture(content).focal_point
    assert point is not None
    assert Cropper().plan(content, "20x60", focus=point).box.left == round(0.75 * 80 - 10)
