"""Every dialect read from any bytes: understood or refused in our own words, and the service never answers 500."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from focalbox.errors import InvalidRequest
from focalbox.service.problems import NotFound, Problem, problem_of
from focalbox.service.routing import dialect_of, read_address, read_upload_address
from focalbox.service.settings import ServiceSettings
from laws import cases
from service.servers import Service

OPEN = ServiceSettings.of({"FOCALBOX_SERVICE_ALLOW_UNSIGNED": "true", "FOCALBOX_SERVICE_PRESETS": "card=30x20"})
PIECES: dict[str, list[bytes]] = {
    "native": [b"v1", b"p", b"crop", b"plan", b"map", b"explain", b"card", b"30x20", b"16:9", b"free"],
    "thumbor": [
        b"unsafe", b"meta", b"trim", b"trim:top-left:5", b"1x2:30x40", b"adaptive-full-fit-in", b"-30x0", b"origx20",
        b"left", b"top", b"smart", b"filters:quality(9):fill(auto)", b"filters:rotate(90):max_bytes(5)",
    ],
    "imgproxy": [
        b"unsafe", b"rs:fill:30:20", b"g:fp:.1:.2", b"g:obj:face", b"bg:fff", b"t:10:f00", b"plain", b"ex:1", b"dpr:2",
        b"Y29mZmVlLmpwZw.webp", b"coffee.jpg@png",
    ],
    "filestack": [
        b"AKEYKEYKEYKEYKEYKEYKEz", b"smart_crop=w:30,h:20", b"resize=w:5,fit:crop,align:[top,left]", b"crop=dim:[1,2,3,4]",
        b"b64", b"W1sic21hcnRfY3JvcCIseyJ3IjozMH1dXQ", b"security=p:e30,s:00", b"output=format:webp", b"rotate=deg:exif",
        b"detect_faces=export:true", b"imagesize", b"fallback=file:b,cache:9", b"cache=expiry:9",
        b"crop_faces", b"crop_faces=f:[1,2],b:9,n:.2",
    ],
}  # fmt: skip
"""Segments that each dialect knows, to be put together in any order and broken anywhere."""
BEGINNINGS = {
    "native": (b"/v1/",),
    "thumbor": (b"/unsafe/",),
    "imgproxy": (b"/unsafe/rs:fill:30:20/",),
    "filestack": (b"/smart_crop=w:30,h:20/",),
}
"""What makes an address one of a dialect."""
ENDS = [b"coffee.jpg", b"http://127.0.0.1/a.jpg", b"https:/a.example/b%3Fc=d", b"s3://bucket/key", b"", b"..%2f..%2fa"]
QUERIES = st.sampled_from(
    [b"", b"fit=tight", b"keep=0,0,1,1&avoid=a", b"policy=e30&signature=00", b"alternatives=2", b"size=1:1&size=free"]
)


@st.composite
def addresses(draw: st.DrawFn, dialect: str) -> tuple[bytes, bytes]:
    """Draw a path and a query that begin well, and may be broken further on."""
    begin = draw(st.sampled_from(BEGINNINGS[dialect]))
    parts = draw(st.lists(st.sampled_from(PIECES[dialect]), max_size=6))
    rest = b"/".join([*parts, draw(st.sampled_from(ENDS))])
    for broken in draw(
        st.lists(st.binary(max_size=4) | st.sampled_from([b"%", b"%00", b"//", b"-1", b"(", b"]"]), max_size=3)
    ):
        at = draw(st.integers(0, len(rest)))
        rest = rest[:at] + broken + rest[at + draw(st.integers(0, 3)) :]
    return begin + rest, draw(QUERIES | st.binary(max_size=40))


@pytest.mark.parametrize("dialect", PIECES)
@settings(max_examples=cases(400), deadline=None)
@given(data=st.data())
def test_an_address_is_understood_or_refused_in_our_own_words(dialect: str, data: st.DataObject) -> None:
    path, query = data.draw(addresses(dialect))
    shared = {"thumbor", "imgproxy"}
    expected = shared if dialect in shared else {dialect}
    assert dialect_of(path) in expected, "unsafe/ is of both: what follows decides, however it was broken"
    refused: Problem | None = None
    try:
        image_request = read_address(path, query, OPEN)
    except (InvalidRequest, NotFound) as error:
        refused = problem_of(error)
    if refused is not None:
        assert refused.status in {400, 403, 404, 414}, (path, query, refused)
        assert refused.detail
        return
    assert image_request.identity()
    assert image_request.named_sizes()


@pytest.mark.parametrize("answer", ["crop", "plan", "map", "explain", "other"])
@settings(max_examples=cases(100), deadline=None)
@given(query=QUERIES | st.binary(max_size=60))
def test_an_upload_is_understood_or_refused_in_our_own_words(answer: str, query: bytes) -> None:
    try:
        found = read_upload_address(answer, f"/v1/{answer}".encode(), query, None, OPEN).identity()
    except InvalidRequest as error:
        found = str(error)
    assert found


@pytest.mark.parametrize("dialect", PIECES)
@settings(max_examples=cases(40), deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_service_never_fails(service: Service, dialect: str, data: st.DataObject) -> None:
    path, query = data.draw(addresses(dialect))
    answer = service.ask(path + (b"?" + query if query else b""))
    assert answer.status < 500 or answer.status in {502, 503}, (path, query, answer)
    if answer.status >= 400:
        assert answer.problem()
