"""The service as a whole, asked in all its dialects."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from fsspec.implementations.memory import MemoryFileSystem
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from libthumbor import CryptoURL
from PIL import Image

import focalbox
from focalbox import Cropper
from focalbox.service.dialects.signing import Key, sign
from focalbox.storage.fsspec_store import filesystem_of
from service.servers import Answer, Service

Opened = Callable[..., Service]
SECRET = "a secret of the service itself"


def _image(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize(
    ("target", "format", "size"),
    [
        ("/v1/crop/500x200/astronaut.jpg", "JPEG", (500, 200)),
        ("/v1/crop/1:1/astronaut.jpg?format=png", "PNG", (512, 512)),
        ("/v1/crop/500x200/pets/my%20cat%20%C3%A9.jpg?fit=pad&fill=blur&format=webp", "WEBP", (500, 200)),
        ("/v1/map/coffee.jpg", "PNG", (512, 341)),
        ("/v1/explain/1:1/coffee.jpg", "PNG", None),
        ("/unsafe/300x200/smart/coffee.jpg", "JPEG", (300, 200)),
        ("/unsafe/300x0/coffee.jpg", "JPEG", (300, 200)),
        ("/unsafe/fit-in/300x300/filters:fill(red):format(png)/coffee.jpg", "PNG", (300, 300)),
        ("/unsafe/fit-in/300x300/coffee.jpg", "JPEG", (300, 200)),
        ("/unsafe/100x100/filters:focal(0x0:10x10)/coffee.jpg", "JPEG", (100, 100)),
        ("/smart_crop=w:300,h:200,m:face/output=f:webp/coffee.jpg", "WEBP", (300, 200)),
        ("/AKEYKEYKEYKEYKEYKEYKEz/smart_crop=width:30,height:20/abcdefghij0123456789", "JPEG", (30, 20)),
        ("/v1/crop/80x45/logo.png", "PNG", (80, 45)),
        ("/unsafe/80x45/smart/logo.png", "PNG", (80, 45)),
    ],
)
def test_every_dialect_crops(service: Service, target: str, format: str, size: tuple[int, int] | None) -> None:  # noqa: A002
    answer = service.ask(target)
    assert answer.status == 200, answer.content
    image = _image(answer.content)
    assert image.format == format
    assert answer.headers["content-type"] == Image.MIME[format]
    assert size is None or image.size == size


def test_the_service_answers_what_the_library_does(service: Service, pictures: Path) -> None:
    """One engine: the same bytes whichever way they are asked for."""
    (result,) = Cropper().results(pictures / "astronaut.jpg", ["300x200"])
    expected = result.encode("jpeg", quality=80)
    for target in ("/v1/crop/300x200/astronaut.jpg", "/unsafe/300x200/smart/astronaut.jpg",
                   "/smart_crop=w:300,h:200/astronaut.jpg"):  # fmt: skip
        assert service.ask(target).content == expected, target


@pytest.mark.parametrize("before", ["http://cdn.example.com", "HTTPS://cdn.example.com:8443"])
def test_an_address_may_name_the_host_as_proxies_write_it(service: Service, before: str) -> None:
    for target in ("/v1/plan/1:1/coffee.jpg?zoom=0.5", "/unsafe/300x200/smart/coffee.jpg", "/nothing"):
        plain, absolute = service.ask(target), service.ask(before + target)
        assert (absolute.status, absolute.content) == (plain.status, plain.content)
    assert service.ask(before).content == service.ask("/").content


def test_a_plan_is_the_one_json_form(service: Service, pictures: Path) -> None:
    analysis = focalbox.analyze(pictures / "coffee.jpg")
    expected = analysis.plans(("500x200", "1:1", None), zoom=0.5).to_dict()
    answer = service.ask("/v1/plan/500x200,1:1,free/coffee.jpg?zoom=0.5")
    assert answer.json() == json.loads(json.dumps(expected))
    whole = service.ask("/v1/plan/1:1/coffee.jpg?saliency=true").json()
    assert type(analysis).from_dict(whole) == analysis


def test_coordinates_and_meta_say_what_is_cut(service: Service) -> None:
    box = service.ask("/v1/plan/300x100/coffee.jpg").json()["crops"][0]["box"]
    found = service.ask("/smart_crop=w:300,h:100,coords:true/coffee.jpg").json()
    assert found == {"x": box["left"], "y": box["top"], "width": box["width"], "height": box["height"]}
    meta = service.ask("/unsafe/meta/300x100/smart/coffee.jpg").json()["thumbor"]
    assert meta["source"] == {"url": "coffee.jpg", "width": 600, "height": 400}
    assert meta["target"] == {"width": 300, "height": 100}
    cut = meta["operations"][0]
    assert (cut["left"], cut["top"]) == (box["left"], box["top"])


LEFT = {"left": 80, "top": 20, "width": 600, "height": 400}
"""What is left of scan.png, a photograph on white paper."""


def test_a_border_is_trimmed_in_the_dialects_that_can(service: Service, pictures: Path) -> None:
    (result,) = Cropper().results(pictures / "scan.png", ["150x100"], trim="top-left")
    expected = result.encode("png")
    for target in (
        "/v1/crop/150x100/scan.png?trim=top-left&format=png",
        "/unsafe/trim/150x100/smart/scan.png",
        "/unsafe/trim:top-left/150x100/smart/scan.png",
        "/unsafe/trim:bottom-right:0/150x0/scan.png",  # the side left open is that of what is left
        "/unsafe/trim:bottom-right/fit-in/150x150/scan.png",
    ):
        answer = service.ask(target)
        assert answer.status == 200, answer.content
        assert answer.content == expected, target
    assert service.ask("/unsafe/150x100/smart/scan.png").content != expected
    body = (pictures / "scan.png").read_bytes()
    answer = service.ask("/v1/crop?size=150x100&trim=top-left&format=png", "POST", body, {"content-type": "image/png"})
    assert answer.content == expected
    plan = service.ask("/v1/plan/3:2,free/scan.png?trim=top-left&saliency=true").json()
    assert (plan["source"], plan["trimmed"]) == ({"width": 700, "height": 460}, LEFT)
    assert plan["crops"][0]["box"] == LEFT
    meta = service.ask("/unsafe/meta/trim/150x100/scan.png").json()["thumbor"]
    cut = {"type": "crop", "left": 80, "top": 20, "right": 680, "bottom": 420}
    assert meta["operations"] == [cut, {"type": "resize", "width": 150, "height": 100}]
    assert meta["source"] == {"url": "scan.png", "width": 700, "height": 460}
    map_ = _image(service.ask("/v1/map/scan.png?trim=top-left").content)
    assert map_.size == (512, 341)
    assert service.ask("/v1/explain/1:1/scan.png?trim=top-left").status == 200
    problem = service.ask("/unsafe/trim:top-left:500/150x100/scan.png")
    assert problem.status == 400
    assert "TOLERANCE" in problem.problem()


def test_a_saved_analysis_of_the_whole_picture_cannot_be_trimmed_any_more(service: Service) -> None:
    def planned(trim: str, analysis: str) -> Answer:
        saved = service.ask(f"/v1/plan/1:1/scan.png?saliency=true{analysis}").content
        return service.ask(f"/v1/plan?size=3:2{trim}", "POST", saved, {"content-type": "application/json"})

    assert planned("&trim=top-left", "").status == 400
    trimmed = planned("&trim=top-left", "&trim=top-left").json()
    assert trimmed["crops"][0]["box"] == trimmed["trimmed"] == LEFT


def test_alignments_and_focal_boxes_of_thumbor_mean_the_same_with_a_border_off(service: Service) -> None:
    def cut(options: str) -> int:
        found = service.ask(f"/unsafe/meta/trim/{options}/scan.png").json()["thumbor"]["operations"][0]["left"]
        return int(found)

    assert [cut(f"400x400{where}") for where in ("/left", "", "/right")] == [80, 180, 280]
    assert cut("400x400/filters:focal(300x20:320x40)") == 310 - 200


@pytest.mark.parametrize("kind", ["image/jpeg", "application/octet-stream", "multipart", ""])
def test_uploads(service: Service, pictures: Path, kind: str) -> None:
    body = (pictures / "coffee.jpg").read_bytes()
    expected = service.ask("/v1/crop/90x60/coffee.jpg").content
    if kind == "multipart":
        kind = "multipart/form-data; boundary=XX"
        body = b'--XX\r\nContent-Disposition: form-data; name="p"; filename="a.jpg"\r\n\r\n' + body + b"\r\n--XX--\r\n"
    headers = {"content-type": kind} if kind else {}
    answer = service.ask("/v1/crop?size=90x60", "POST", body, headers)
    assert (answer.status, answer.content) == (200, expected)
    assert answer.headers["cache-control"] == "no-store"
    plan = service.ask("/v1/plan?size=90x60,1:1&size=free", "POST", body, headers)
    assert len(plan.json()["crops"]) == 3
    assert service.ask("/v1/map", "POST", body, headers).headers["content-type"] == "image/png"
    assert service.ask("/v1/explain?size=1:1", "POST", body, headers).status == 200


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("image/jpeg", b"", 422),
        ("image/jpeg", b"Dear Sir", 415),
        ("text/html", b"<html>", 415),
        ("image/jpeg", b"\xff\xd8\xff\xe0", 422),
        ("multipart/form-data", b"", 400),
        ("multipart/form-data; boundary=XX", b"no form", 400),
        (
            "multipart/form-data; boundary=XX",
            b"--XX\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--XX--\r\n",
            400,
        ),
        ("multipart/form-data; boundary=XX", b"--XX--\r\n", 400),
        ("image/jpeg", b"\xff" * 3_000_001, 413),
    ],
)
def test_broken_uploads(opened: Opened, kind: str, body: bytes, status: int) -> None:
    service = opened(allow_unsigned="true", limit_bytes=3_000_000)
    answer = service.ask("/v1/crop?size=90x60", "POST", body, {"content-type": kind})
    assert answer.status == status, answer.content
    answer.problem()


def test_signatures_are_needed_and_come_first(opened: Opened, pictures: Path) -> None:
    service = opened(root=pictures, keys=f"new:{SECRET},old:{SECRET} too", thumbor_key="a thumbor key")
    soon = int(time.time()) + 60
    target = "/v1/crop/60x40/coffee.jpg?fit=tight"
    for key in (Key("new", SECRET), Key("old", f"{SECRET} too")):
        assert service.ask(sign(target, key, soon)).status == 200
    assert service.ask(sign(target, Key("new", "another secret altogether"), soon)).status == 403
    assert service.ask(sign(target, Key("new", SECRET), 1)).status == 403
    for other in (target, "/v1/crop/nonsense/%zz", "/unsafe/60x40/coffee.jpg", "/smart_crop=w:5,h:5/coffee.jpg",
                  "/v1/nonsense/", "/v1/crop/60x40/missing.jpg"):  # fmt: skip
        answer = service.ask(other)
        assert answer.status == 403, other
        answer.problem()
    assert service.ask("/v1/crop", "POST", b"", {"content-type": "image/jpeg"}).status == 403
    thumbor = CryptoURL(key="a thumbor key").generate(image_url="coffee.jpg", width=60, height=40, smart=True)
    assert service.ask(thumbor).status == 200
    assert service.ask(thumbor.replace("60x40", "61x40")).status == 403


def test_the_page_may_upload_with_its_own_address(opened: Opened, pictures: Path) -> None:
    service = opened(root=pictures, keys=f"k:{SECRET}", sizes="500x200")
    body = (pictures / "coffee.jpg").read_bytes()
    page = sign("/", Key("k", SECRET), int(time.time()) + 60)
    kind = {"content-type": "image/jpeg"}
    query = page.partition("?")[2]
    assert service.ask(page).status == 200
    assert service.ask("/v1/plan?size=1:1", "POST", body, {**kind, "x-focalbox-page": query}).status == 200
    assert service.ask("/v1/plan?size=1:1", "POST", body, {**kind, "x-focalbox-page": query + "x"}).status == 403
    assert service.ask("/page/demos.json").status == 403
    demos = service.ask("/page/demos.json", headers={"x-focalbox-page": query}).json()
    assert _image(service.ask(f"/page/demo/{demos[0]}", headers={"x-focalbox-page": query}).content).width > 100
    assert service.ask("/page/demo/..%2fsecret", headers={"x-focalbox-page": query}).status == 404


def test_only_listed_sizes_are_served(opened: Opened, pictures: Path) -> None:
    service = opened(root=pictures, allow_unsigned="true", sizes="60x40,1:1")
    assert service.ask("/v1/crop/60x40/coffee.jpg").status == 200
    assert service.ask("/v1/plan/60x40,1:1/coffee.jpg").status == 200
    for other in ("/v1/crop/61x40/coffee.jpg", "/v1/plan/60x40,free/coffee.jpg", "/unsafe/300x200/smart/coffee.jpg"):
        answer = service.ask(other)
        assert answer.status == 403
        assert "60x40, 1:1" in answer.problem()


def test_answers_can_be_kept(service: Service) -> None:
    target = "/v1/crop/60x40/coffee.jpg"
    first = service.ask(target)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "public, max-age=86400"
    assert first.headers["vary"] == "Accept"
    again = service.ask(target, headers={"if-none-match": f'"other", W/{tag}'})
    assert (again.status, again.content, again.headers["etag"]) == (304, b"", tag)
    assert service.ask(target + "?zoom=1").headers["etag"] != tag
    assert service.ask(target, headers={"accept": "image/webp"}).headers["etag"] != tag
    assert service.ask("/v1/crop/60x40/rocket.jpg").headers["etag"] != tag
    assert service.ask("/unsafe/60x40/filters:max_age(5)/coffee.jpg").headers["cache-control"] == "public, max-age=5"
    assert service.ask("/smart_crop=w:5,h:5/cache=false/coffee.jpg").headers["cache-control"] == "no-cache"


def test_a_changed_file_is_another_picture(opened: Opened, pictures: Path, tmp_path: Path) -> None:
    service = opened(root=tmp_path, allow_unsigned="true")
    (tmp_path / "a.jpg").write_bytes((pictures / "coffee.jpg").read_bytes())
    first = service.ask("/v1/crop/60x40/a.jpg")
    (tmp_path / "a.jpg").write_bytes((pictures / "rocket.jpg").read_bytes())
    second = service.ask("/v1/crop/60x40/a.jpg", headers={"if-none-match": first.headers["etag"]})
    assert second.status == 200
    assert second.content != first.content


def test_formats_are_negotiated(service: Service) -> None:
    for accept, kind in (
        ("image/avif,image/webp,*/*", "image/avif"),
        ("image/webp,*/*;q=0.5", "image/webp"),
        ("", "image/jpeg"),
    ):
        answer = service.ask("/v1/crop/60x40/coffee.jpg", headers={"accept": accept})
        assert answer.headers["content-type"] == kind
        assert Image.MIME[_image(answer.content).format or ""] == kind
    fixed = service.ask("/v1/crop/60x40/coffee.jpg?format=png", headers={"accept": "image/avif"})
    assert fixed.headers["content-type"] == "image/png"
    assert "vary" not in fixed.headers


def test_head_and_ranges(service: Service) -> None:
    whole = service.ask("/v1/crop/60x40/coffee.jpg")
    head = service.ask("/v1/crop/60x40/coffee.jpg", "HEAD")
    assert {**head.headers, "x-request-id": ""} == {**whole.headers, "x-request-id": ""}
    part = service.ask("/v1/crop/60x40/coffee.jpg", headers={"range": "bytes=0-9"})
    assert (part.status, part.content, part.headers["accept-ranges"]) == (200, whole.content, "none")


def test_buckets(opened: Opened, pictures: Path) -> None:
    store = MemoryFileSystem()
    store.pipe_file("/photos/pets/cat.jpg", (pictures / "chelsea.jpg").read_bytes())
    service = opened({"bucket_filesystem": store}, buckets="photos", allow_unsigned="true")
    assert _image(service.ask("/v1/crop/60x40/s3://photos/pets/cat.jpg").content).size == (60, 40)
    for address, status in (("s3://photos/missing.jpg", 404), ("s3://other/pets/cat.jpg", 403), ("s3://photos/", 403)):
        answer = service.ask(f"/v1/crop/60x40/{address}")
        assert answer.status == status
        answer.problem()


def test_a_bucket_of_a_server_that_speaks_s3(opened: Opened, pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moto = pytest.importorskip("moto.server", reason="an S3 server comes with requirements/batch.txt")
    s3fs = pytest.importorskip("s3fs", reason="the extra s3 is not installed")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {"ACCESS_KEY_ID": "test", "SECRET_ACCESS_KEY": "test", "DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    s3fs.S3FileSystem.clear_instance_cache()  # another test's server is gone
    filesystem_of.cache_clear()
    try:
        store = s3fs.S3FileSystem(skip_instance_cache=True)
        store.mkdir("photos")
        store.pipe_file("photos/pets/cat.jpg", (pictures / "chelsea.jpg").read_bytes())
        service = opened(buckets="photos", allow_unsigned="true", limit_bytes=1_000_000)
        assert _image(service.ask("/v1/crop/60x40/s3://photos/pets/cat.jpg").content).size == (60, 40)
        assert service.ask("/v1/crop/60x40/s3://photos/missing.jpg").status == 404
        store.pipe_file("photos/large.jpg", b"\xff\xd8\xff" * 400_000)
        assert service.ask("/v1/crop/60x40/s3://photos/large.jpg").status == 413
    finally:
        server.stop()


def test_analyses_of_broken_pictures_are_problems(service: Service) -> None:
    for name, status in (("letter.txt", 415), ("cut.jpg", 422), (".hidden.jpg", 404), ("pets", 404), ("missing", 404)):
        for address in (f"/v1/crop/60x40/{name}", f"/unsafe/60x40/smart/{name}", f"/smart_crop=w:5,h:5/{name}"):
            answer = service.ask(address)
            assert answer.status == status, address
            assert "/" not in answer.problem().replace("focalbox/", "")
            assert "0x" not in answer.problem()


def test_long_addresses_other_methods_and_unknown_places(service: Service) -> None:
    assert service.ask("/v1/crop/60x40/" + "a" * 10_000).status == 414
    assert service.ask("/v1/crop/60x40/coffee.jpg?" + "a=b&" * 3000).status == 414
    deleted = service.ask("/v1/crop/60x40/coffee.jpg", "DELETE")
    assert (deleted.status, set(deleted.headers["allow"].split(", "))) == (405, {"GET", "HEAD"})
    assert "GET" in deleted.problem()
    assert service.ask("/nothing/here").status == 404
    assert service.ask("/page/nothing.js").status == 404
    assert service.ask("/page/%2e%2e%2fapp.py").status == 404


def test_health_measures_and_description(service: Service) -> None:
    assert service.ask("/healthz").json() == {"status": "alive"}
    assert service.ask("/readyz").json() == {"status": "ready"}
    service.ask("/v1/crop/60x40/coffee.jpg")
    text = service.ask("/metrics").content.decode()
    for name in ("focalbox_requests_total", "focalbox_stage_seconds_bucket", "focalbox_cache_total", "focalbox_admitted",
                 "focalbox_pixels_total", "focalbox_request_seconds_count"):  # fmt: skip
        assert name in text
    assert service.ask("/openapi.json").json()["openapi"] == "3.1.0"
    assert service.ask("/docs").status == 200


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=120), st.sampled_from(["GET", "HEAD"]), st.dictionaries(
    st.sampled_from(["accept", "if-none-match", "x-request-id", "range", "x-focalbox-page"]), st.text(
        st.characters(max_codepoint=255), max_size=40)))  # fmt: skip
def test_any_request_gets_an_answer_that_is_nobodys_fault(
    service: Service, rest: bytes, method: str, headers: dict[str, str]
) -> None:
    for begin in (b"/", b"/v1/crop/60x40/coffee.jpg?", b"/v1/plan/", b"/unsafe/", b"/smart_crop="):
        answer = service.ask(begin + rest, method, headers=headers)
        assert answer.status < 500, (begin + rest, answer)
        if answer.status >= 400:
            answer.problem()


def test_what_goes_wrong_inside_is_not_told(opened: Opened, pictures: Path, caplog: pytest.LogCaptureFixture) -> None:
    def model(rgb: Any) -> Any:
        if rgb.max() == 0:
            return focalbox.SaliencyMap([[1.0]])
        message = "a secret of /home/somebody"
        raise RuntimeError(message)

    service = opened({"cropper": Cropper(model=model)}, root=pictures, allow_unsigned="true")
    answer = service.ask("/v1/crop/60x40/coffee.jpg")
    assert answer.status == 500
    assert "secret" not in answer.content.decode()
    assert "a secret" in caplog.text


def test_equal_tags_are_equal_bytes_whatever_was_asked_before(
    opened: Opened, photographs: Mapping[str, Any], tmp_path: Path
) -> None:
    Image.fromarray(photographs["astronaut"]).resize((1700, 1500)).save(tmp_path / "a.jpg", quality=85)
    sizes = ("100x40", "500x200", "1080x432", "250x250", "explain")
    found: dict[str, set[bytes]] = {}
    for order in (sizes, sizes[::-1]):
        service = opened(root=tmp_path, allow_unsigned="true")
        for size in order:
            answer = service.ask("/v1/explain/500x200/a.jpg" if size == "explain" else f"/v1/crop/{size}/a.jpg")
            assert answer.status == 200
            found.setdefault(answer.headers["etag"], set()).add(answer.content)
    assert [len(contents) for contents in found.values()] == [1] * len(sizes)


def test_what_became_of_a_film_is_said(opened: Opened, tmp_path: Path) -> None:
    frames = [Image.new("RGB", (90, 60), (40 * number, 90, 160)) for number in range(5)]
    frames[0].save(tmp_path / "film.gif", save_all=True, append_images=frames[1:], duration=100)
    service = opened(root=tmp_path, allow_unsigned="true")
    kept = service.ask("/v1/crop/30x30/film.gif?format=webp")
    assert "focalbox-notes" not in kept.headers
    first = service.ask("/v1/crop/30x30/film.gif?format=jpeg")
    assert first.headers["focalbox-notes"] == "the picture has 5 frames, and jpeg shows the first of them"
    grey = service.ask("/unsafe/30x30/filters:grayscale():format(gif)/film.gif")
    assert _image(grey.content).format == "GIF"
    assert "the first frame was taken" in grey.headers["focalbox-notes"]


def test_a_palette_stays_one(opened: Opened, tmp_path: Path) -> None:
    chart = Image.new("RGB", (90, 60), "white")
    chart.paste((200, 30, 30), (20, 10, 50, 50))
    chart.quantize(4).save(tmp_path / "chart.png")
    service = opened(root=tmp_path, allow_unsigned="true")
    assert _image(service.ask("/v1/crop/60x60/chart.png?format=png").content).mode == "P"


def test_a_plan_tells_alternatives_the_best_first(service: Service) -> None:
    alone = json.loads(service.ask("/v1/plan/2:5/rocket.jpg").content)
    several = json.loads(service.ask("/v1/plan/2:5,1:1/rocket.jpg?alternatives=3").content)
    assert several["crops"][0] == alone["crops"][0]
    tall = [crop for crop in several["crops"] if crop["target"] == {"ratio": "2:5"}]
    assert 2 <= len(tall) <= 3
    scores = [sum(crop["score"].values()) for crop in tall]
    assert scores == sorted(scores, reverse=True)
    assert service.ask("/v1/plan/free/rocket.jpg?alternatives=3").status == 400
