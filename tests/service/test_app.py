"""The service as a whole, asked in all its dialects."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
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
from service.servers import SECRET, Opened, Service, image_of


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
    image = image_of(answer.content)
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


def test_only_listed_sizes_are_served(opened: Opened, pictures: Path) -> None:
    service = opened(root=pictures, allow_unsigned="true", sizes="60x40,1:1")
    assert service.ask("/v1/crop/60x40/coffee.jpg").status == 200
    assert service.ask("/v1/plan/60x40,1:1/coffee.jpg").status == 200
    for other in ("/v1/crop/61x40/coffee.jpg", "/v1/plan/60x40,free/coffee.jpg", "/unsafe/300x200/smart/coffee.jpg"):
        answer = service.ask(other)
        assert answer.status == 403
        assert "60x40, 1:1" in answer.problem()


def test_where_a_crop_of_an_upload_would_be_is_told_for_every_size(opened: Opened, pictures: Path) -> None:
    service = opened(root=pictures, allow_unsigned="true", sizes="60x40")
    content = (pictures / "coffee.jpg").read_bytes()
    status = {
        target: service.ask(target, "POST", content, {"content-type": "image/jpeg"}).status
        for target in (
            "/v1/plan?size=61x40,free",
            "/v1/crop?size=60x40",
            "/v1/crop?size=61x40",
            "/v1/explain?size=61x40",
        )
    }
    assert list(status.values()) == [200, 200, 403, 403]


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
        assert Image.MIME[image_of(answer.content).format or ""] == kind
    fixed = service.ask("/v1/crop/60x40/coffee.jpg?format=png", headers={"accept": "image/avif"})
    assert fixed.headers["content-type"] == "image/png"
    assert "vary" not in fixed.headers


def test_head_and_ranges(service: Service) -> None:
    whole = service.ask("/v1/crop/60x40/coffee.jpg")
    head = service.ask("/v1/crop/60x40/coffee.jpg", "HEAD")
    assert {**head.headers, "x-request-id": ""} == {**whole.headers, "x-request-id": ""}
    part = service.ask("/v1/crop/60x40/coffee.jpg", headers={"range": "bytes=0-9"})
    assert (part.status, part.content, part.headers["accept-ranges"]) == (200, whole.content, "none")


def test_only_pictures_in_allowed_buckets_are_served(opened: Opened, pictures: Path) -> None:
    store = MemoryFileSystem()
    store.pipe_file("/photos/pets/cat.jpg", (pictures / "chelsea.jpg").read_bytes())
    service = opened({"bucket_filesystem": store}, buckets="photos", allow_unsigned="true")
    assert image_of(service.ask("/v1/crop/60x40/s3://photos/pets/cat.jpg").content).size == (60, 40)
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
        assert image_of(service.ask("/v1/crop/60x40/s3://photos/pets/cat.jpg").content).size == (60, 40)
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
    for answer in ("crop", "plan", "map", "explain"):
        for method in ("GET", "HEAD", "PUT"):
            refused = service.ask(f"/v1/{answer}", method)
            assert (refused.status, refused.headers["allow"]) == (405, "POST"), (method, answer)
        assert "/v1/crop/500x200/SOURCE" in service.ask(f"/v1/{answer}").problem()
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
    answer = service.ask("/v1/crop/60x50/coffee.jpg")
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
    assert image_of(grey.content).format == "GIF"
    assert "the first frame was taken" in grey.headers["focalbox-notes"]


def test_a_palette_stays_one(opened: Opened, tmp_path: Path) -> None:
    chart = Image.new("RGB", (90, 60), "white")
    chart.paste((200, 30, 30), (20, 10, 50, 50))
    chart.quantize(4).save(tmp_path / "chart.png")
    service = opened(root=tmp_path, allow_unsigned="true")
    assert image_of(service.ask("/v1/crop/60x60/chart.png?format=png").content).mode == "P"
