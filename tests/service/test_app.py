"""The service as a whole, asked in all its dialects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import focalbox
from focalbox import Cropper
from service.servers import Opened, Service, image_of


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


@pytest.mark.parametrize("place", ["/", "/metrics", "/readyz", "/docs", "/v1/crop", "/v1/crop/40x40/coffee.jpg"])
@pytest.mark.parametrize("character", ["%0a", "%00", "%7f", "%C2%85"])
def test_no_address_has_a_control_character(service: Service, place: str, character: str) -> None:
    """A line break behind a path would fit the pattern of its route, and no rule of a proxy that keeps it inside."""
    answer = service.ask(place + character)
    assert (answer.status, answer.problem()) == (400, "an address holds no control characters")


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
