"""What operators set: a fallback, client hints, CORS, switches, the bound on results, and memory."""

from __future__ import annotations

import asyncio
import io
import os
import shutil
from email.utils import parsedate_to_datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from focalbox.errors import InvalidRequest
from focalbox.service.app import build
from focalbox.service.settings import ServiceSettings
from service.servers import Answer, Neighbour, Opened, Service


def _size(answer: Answer) -> tuple[int, int]:
    assert answer.status == 200, answer.content
    return Image.open(io.BytesIO(answer.content)).size


def test_a_fallback_stands_in_for_what_cannot_be_read(opened: Opened, pictures: Path) -> None:
    service = opened(root=pictures, allow_unsigned="true", fallback="coffee.jpg")
    expected = service.ask("/v1/crop/60x40/coffee.jpg")
    for name in ("gone.jpg", "cut.jpg", "letter.txt"):
        answer = service.ask(f"/v1/crop/60x40/{name}")
        assert answer.content == expected.content
        assert answer.headers["cache-control"] == "public, max-age=60"
        assert answer.headers["focalbox-notes"].startswith("the fallback is shown")
    assert "focalbox-notes" not in expected.headers
    told = service.ask("/crop_faces/gone.jpg").headers["focalbox-notes"].split("; ")
    assert [note.split(":")[0] for note in told] == ["the fallback is shown", "no face was found"]
    assert service.ask("/v1/crop/0x40/gone.jpg").status == 400
    plain = opened(root=pictures, allow_unsigned="true")
    assert _size(plain.ask("/smart_crop=w:60,h:40/fallback=file:coffee.jpg/gone.jpg")) == (60, 40)
    assert plain.ask("/smart_crop=w:60,h:40/fallback=file:gone.jpg/gone.jpg").status == 404
    for numbers in (
        "/v1/plan/5x5/gone.jpg",
        "/v1/map/gone.jpg",
        "/imagesize/gone.jpg",
        "/detect_faces=export:true/gone.jpg",
    ):
        assert service.ask(numbers).status == 404, "what is told of one picture is never that of another"


def test_sizes_are_multiplied_for_fine_screens(opened: Opened, pictures: Path) -> None:
    service = opened(root=pictures, allow_unsigned="true", client_hints="true")
    answer = service.ask("/v1/crop/60x40/coffee.jpg", headers={"sec-ch-dpr": "2"})
    assert _size(answer) == (120, 80)
    assert (answer.headers["vary"], answer.headers["accept-ch"]) == (
        "Accept, Sec-CH-DPR, Sec-CH-Width",
        "Sec-CH-DPR, Sec-CH-Width",
    )
    hinted = {"sec-ch-dpr": "3", "sec-ch-width": "90"}
    assert _size(service.ask("/v1/crop/60x40/coffee.jpg", headers=hinted)) == (90, 60)
    assert _size(service.ask("/v1/crop/60x40/coffee.jpg")) == (60, 40)
    off = opened(root=pictures, allow_unsigned="true")
    assert _size(off.ask("/v1/crop/60x40/coffee.jpg", headers={"sec-ch-dpr": "2"})) == (60, 40)


def test_pages_that_are_switched_off_are_not_found(opened: Opened, pictures: Path) -> None:
    service = opened(root=pictures, allow_unsigned="true", docs="false", metrics="false", page="false")
    for path in ("/docs", "/openapi.json", "/metrics", "/", "/page/main.js"):
        answer = service.ask(path)
        assert answer.status == 404
        answer.problem()


def test_a_result_has_a_limit_of_its_own(opened: Opened, pictures: Path) -> None:
    service = opened(root=pictures, allow_unsigned="true", result_pixels="10000")
    assert _size(service.ask("/v1/crop/100x100/coffee.jpg")) == (100, 100)
    for target in (
        "/v1/crop/101x100/coffee.jpg",
        "/v1/crop/16:9/coffee.jpg",
        "/unsafe/fit-in/900x900/filters:stretch():upscale()/coffee.jpg",
        "/resize=w:900,h:900,fit:scale/coffee.jpg",
    ):
        answer = service.ask(target)
        assert answer.status == 413
        assert "at most 10,000 pixels" in answer.problem()


@pytest.mark.parametrize(
    "fallback", ["gone.jpg", "../coffee.jpg", ".hidden.jpg", "ftp://a/b", "https://a.example/b.jpg", "s3://b/c.jpg"]
)
def test_a_fallback_that_is_not_there_is_refused_at_the_start(pictures: Path, fallback: str) -> None:
    settings = {"ROOT": str(pictures), "ALLOW_UNSIGNED": "true", "FALLBACK": fallback}
    found = ServiceSettings.of({f"FOCALBOX_SERVICE_{name}": value for name, value in settings.items()})
    with pytest.raises(InvalidRequest, match="FOCALBOX_SERVICE_FALLBACK is a picture that is served here, not "):
        build(found)


def test_the_room_around_a_ratio_counts_for_that_limit(opened: Opened, pictures: Path) -> None:
    service = opened(root=pictures, allow_unsigned="true", result_pixels=str(600 * 400))
    assert _size(service.ask("/v1/crop/3:2/coffee.jpg")) == (600, 400)
    answer = service.ask("/v1/crop/1:1/coffee.jpg?fit=contain")
    assert answer.status == 413
    assert "not 360,000 (600x600)" in answer.problem()


@pytest.mark.slow
def test_memory_is_held_for_pictures_and_given_back(opened: Opened, pictures: Path) -> None:
    """A dozen PNGs of 4 MB of pixels each, in memory for one or two: all are answered, one after the other."""
    for number in range(12):
        noise = np.random.default_rng(number).integers(0, 255, (30, 30, 3), dtype=np.uint8)
        Image.fromarray(noise).resize((1200, 1000)).save(pictures / f"large-{number}.png")
    service = opened(root=pictures, allow_unsigned="true", at_work="4")
    small = _with_memory(opened, pictures, 44_200_000)

    async def ask(of: Service) -> list[Answer]:
        return await asyncio.gather(*(of.asked(f"/v1/crop/300x200/large-{number}.png") for number in range(12)))

    answers, expected = small.run(ask(small)), service.run(ask(service))
    assert [answer.status for answer in answers] == [200] * 12
    assert [answer.content for answer in answers] == [answer.content for answer in expected]
    assert b"focalbox_memory_bytes 0.0" in small.ask("/metrics").content
    Image.new("RGB", (4000, 3000), "navy").save(pictures / "larger.png", compress_level=1)
    tiny = _with_memory(opened, pictures, 20_000_000)
    refused = tiny.ask("/v1/crop/300x200/larger.png")
    assert refused.status == 413
    assert "memory" in refused.problem()


def _with_memory(opened: Opened, pictures: Path, size: int) -> Service:
    return opened(root=pictures, allow_unsigned="true", at_work="4", cache="none", memory=size)


@pytest.mark.slow
def test_a_slow_host_takes_no_place_from_those_who_work(opened: Opened, pictures: Path, neighbour: Neighbour) -> None:
    service = opened(
        root=pictures, allow_unsigned="true", at_work="1", waiting="0", hosts=neighbour.place, allow_private="true",
        host_upstreams="3",
    )  # fmt: skip

    async def ask() -> tuple[list[Answer], Answer, Answer]:
        gone = asyncio.Event()
        target = f"/v1/crop/30x30/http://{neighbour.place}/silent.jpg%3F"
        slow = [asyncio.ensure_future(service.asked(f"{target}{n}", gone=gone)) for n in range(3)]
        while b"focalbox_fetches 3.0" not in (await service.asked("/metrics")).content:
            await asyncio.wait(slow, timeout=0.001)
            assert not any(task.done() for task in slow)
        fast, refused = await service.asked("/v1/crop/30x30/coffee.jpg"), await service.asked(target)
        gone.set()
        return list(await asyncio.gather(*slow)), fast, refused

    slow, fast, refused = service.run(ask())
    assert fast.status == 200
    assert refused.status == 503
    assert [answer.status for answer in slow] == [0, 0, 0]
    neighbour.endless.set()


@pytest.mark.parametrize(
    ("origins", "origin", "allowed"),
    [
        ("*", "https://a.example", "*"),
        ("https://a.example", "https://a.example", "https://a.example"),
        ("https://a.example", "https://b.example", None),
        ("", "https://a.example", None),
    ],
)
def test_scripts_of_named_origins_may_read(
    opened: Opened, pictures: Path, origins: str, origin: str, allowed: str | None
) -> None:
    service = opened(root=pictures, allow_unsigned="true", **({"cors": origins} if origins else {}))
    answer = service.ask("/v1/plan/1:1/coffee.jpg", headers={"origin": origin})
    assert answer.headers.get("access-control-allow-origin") == allowed
    assert ("etag" in answer.headers.get("access-control-expose-headers", "").lower()) == (allowed is not None)


def test_a_script_of_a_named_origin_may_send_a_picture(opened: Opened, pictures: Path) -> None:
    asked = {"origin": "https://a.example", "access-control-request-method": "POST"}
    service = opened(root=pictures, cors="https://a.example")
    allowed = service.ask("/v1/crop", "OPTIONS", headers=asked)
    assert (allowed.status, allowed.headers["access-control-allow-origin"]) == (204, "https://a.example")
    assert "POST" in allowed.headers["access-control-allow-methods"]
    assert "Content-Type" in allowed.headers["access-control-allow-headers"]
    other = service.ask("/v1/crop", "OPTIONS", headers=asked | {"origin": "https://b.example"})
    assert "access-control-allow-origin" not in other.headers
    assert service.ask("/v1/crop", "OPTIONS").status == 405, "nobody asks for a script"
    assert opened(root=pictures, cors="").ask("/v1/crop", "OPTIONS", headers=asked).status == 405


def test_a_picture_of_the_folder_has_a_date_that_is_asked_about(opened: Opened, pictures: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    shutil.copy(pictures / "coffee.jpg", file)
    service = opened(root=tmp_path, allow_unsigned="true")
    first = service.ask("/v1/crop/30x30/a.jpg")
    date = first.headers["last-modified"]
    moment = parsedate_to_datetime(date)
    assert moment.timestamp() == int(file.stat().st_mtime)
    for asked, status in (
        ({"if-modified-since": date}, 304),
        ({"if-modified-since": moment.strftime("%A, %d-%b-%y %H:%M:%S GMT")}, 304),  # the form of RFC 850
        ({"if-modified-since": moment.strftime("%a %b %e %H:%M:%S %Y")}, 304),  # that of asctime()
        ({"if-modified-since": date, "if-none-match": '"another"'}, 200),
        ({"if-modified-since": "yesterday"}, 200),
    ):
        answer = service.ask("/v1/crop/30x30/a.jpg", headers=asked)
        assert (answer.status, answer.headers["last-modified"]) == (status, date)
    os.utime(file, (10**9, 10**9))  # an older copy is put back
    assert service.ask("/v1/crop/30x30/a.jpg", headers={"if-modified-since": date}).status == 200
