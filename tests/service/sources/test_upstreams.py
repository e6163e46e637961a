"""Pictures of other servers, kept on disk: asked for again as their servers say, and served when those fail."""

from __future__ import annotations

import asyncio
import io
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pictures import encoded
from service.servers import SECONDS, Answer, Neighbour, Running, Service

Opened = Callable[..., Service]


def _picture(grey: int) -> bytes:
    return encoded(np.full((60, 90, 3), grey, dtype=np.uint8), "jpeg")


DARK, LIGHT = _picture(20), _picture(230)
JPEG = {"Content-Type": "image/jpeg"}


def _grey(answer: Answer) -> str:
    assert answer.status == 200, answer
    return "light" if np.asarray(Image.open(io.BytesIO(answer.content))).mean() > 128 else "dark"


@pytest.fixture
def caching(opened: Opened, neighbour: Neighbour, tmp_path: Path) -> Callable[..., tuple[Service, str]]:
    """Return what starts a service that keeps what it fetches, and says where its picture lies."""

    def start(**settings: Any) -> tuple[Service, str]:
        given = {"hosts": neighbour.place, "allow_private": "true", "allow_unsigned": "true", "fetched": tmp_path}
        return opened(**{**given, **settings}), f"/v1/crop/60x40/http://{neighbour.place}/a.jpg"

    return start


def test_a_fresh_picture_is_not_fetched_again_not_even_after_a_restart(
    caching: Callable[..., tuple[Service, str]], neighbour: Neighbour
) -> None:
    neighbour.answers["/a.jpg"] = (200, {**JPEG, "Cache-Control": "max-age=600"}, DARK)
    service, address = caching()
    for target in (address, address, address.replace("60x40", "50x50")):
        assert _grey(service.ask(target)) == "dark"
    assert _grey(caching()[0].ask(address)) == "dark"
    assert neighbour.asked == ["/a.jpg"]
    assert caching(hosts="elsewhere.example")[0].ask(address).status == 403, "what is kept is not allowed for ever"


def test_what_may_have_been_cut_off_on_the_way_is_not_kept(
    caching: Callable[..., tuple[Service, str]], neighbour: Neighbour
) -> None:
    open_ended = {**JPEG, "Cache-Control": "max-age=600", "Content-Length": ""}
    service, address = caching()
    neighbour.answers["/a.jpg"] = (200, open_ended, DARK[: len(DARK) // 2])
    assert service.ask(address).status == 422
    neighbour.answers["/a.jpg"] = (200, open_ended, DARK)
    assert _grey(service.ask(address)) == "dark"
    assert neighbour.asked == ["/a.jpg"] * 2


WRITTEN = "Tue, 24 Nov 2026 10:00:00 GMT", "Tuesday, 24-Nov-26 10:00:00 GMT", "Tue Nov 24 10:00:00 2026"
"""The same date in the form that HTTP writes, and in the two that it still reads (RFC 9110, section 5.6.7)."""


@pytest.mark.parametrize("validator", [{"ETag": '"one"'}, *({"Last-Modified": date} for date in WRITTEN)])
def test_a_stale_picture_is_asked_for_by_its_own_tag_or_date(
    caching: Callable[..., tuple[Service, str]], neighbour: Neighbour, validator: dict[str, str]
) -> None:
    neighbour.answers["/a.jpg"] = (200, {**JPEG, **validator}, DARK)
    service, address = caching()
    first, second = service.ask(address), service.ask(address)
    assert first.content == second.content
    assert neighbour.conditions == ["", *validator.values()]
    assert first.headers.get("last-modified") == (WRITTEN[0] if "Last-Modified" in validator else None)
    neighbour.answers["/a.jpg"] = (200, {**JPEG, "ETag": '"two"'}, LIGHT)
    assert _grey(service.ask(address)) == "light"
    neighbour.answers.clear()
    assert service.ask(address).status == 404
    assert service.ask(address).status == 404
    assert neighbour.conditions[-1] == "", "what is gone was forgotten"


def test_no_picture_is_said_to_be_changed_in_the_future(
    caching: Callable[..., tuple[Service, str]], neighbour: Neighbour
) -> None:
    neighbour.answers["/a.jpg"] = (200, {**JPEG, "Last-Modified": "Fri, 01 Jan 2500 10:00:00 GMT"}, DARK)
    service, address = caching()
    assert "last-modified" not in service.ask(address).headers


@pytest.mark.slow
@pytest.mark.parametrize(
    ("control", "expected"),
    [
        ("no-store", "no-store"),
        ("private, max-age=600", "private, max-age=(600|5..)"),
        ("private", "private, max-age=86400"),
        ("must-revalidate, max-age=100000", "public, max-age=86400, must-revalidate"),
        ("private, max-age=100000, proxy-revalidate", "private, max-age=86400, proxy-revalidate"),
        ("private, no-cache", "private, no-cache"),
        ("no-cache", "no-cache"),
        ("max-age=100000", "public, max-age=86400"),
        ("max-age=0", "no-cache"),
        ("s-maxage=100000, max-age=0", "no-cache"),
    ],
)
def test_what_its_server_forbids_our_answer_forbids_too(
    caching: Callable[..., tuple[Service, str]], neighbour: Neighbour, control: str, expected: str
) -> None:
    neighbour.answers["/a.jpg"] = (200, {**JPEG, "Cache-Control": control, "ETag": '"one"'}, DARK)
    for _ in range(2):
        service, address = caching()
        assert re.fullmatch(expected, service.ask(address).headers["cache-control"])
    unkept = "no-store" in control or "private" in control
    assert (neighbour.conditions[-1] == "") == (unkept or "00000" in control)


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        ("", "public, max-age=86400, stale-while-revalidate=50, stale-if-error=70"),
        ("max-age=100000", "public, max-age=86400, stale-if-error=70"),
        ("max-age=100000, stale-while-revalidate=9, stale-if-error=99999",
         "public, max-age=86400, stale-while-revalidate=9, stale-if-error=70"),
        ("s-maxage=100000", "public, max-age=86400"),
        ("private, stale-if-error=9", "private, max-age=86400"),
        ("no-store, stale-if-error=9", "no-store"),
    ],
)  # fmt: skip
def test_our_answer_is_shown_stale_no_longer_than_its_server_lets_it(
    caching: Callable[..., tuple[Service, str]], neighbour: Neighbour, control: str, expected: str
) -> None:
    neighbour.answers["/a.jpg"] = (200, {**JPEG, **({"Cache-Control": control} if control else {})}, DARK)
    service, address = caching(stale_while_revalidate=50, stale_if_error=70)
    assert service.ask(address).headers["cache-control"] == expected


def test_our_answer_is_kept_no_longer_than_its_server_lets_it(
    caching: Callable[..., tuple[Service, str]], neighbour: Neighbour
) -> None:
    neighbour.answers["/a.jpg"] = (200, {**JPEG, "Cache-Control": "max-age=600", "Age": "100"}, DARK)
    service, address = caching()
    for _ in range(2):
        said = service.ask(address).headers["cache-control"]
        assert 400 < int(said.removeprefix("public, max-age=")) <= 500
    assert len(neighbour.asked) == 1


@pytest.mark.parametrize(("control", "kept"), [("no-store", False), ("private", False), ("no-cache", True)])
def test_pixels_that_may_not_be_kept_enter_no_memory(
    caching: Callable[..., tuple[Service, str]],
    neighbour: Neighbour,
    control: str,
    kept: bool,  # noqa: FBT001 - a case
) -> None:
    neighbour.answers["/a.jpg"] = (200, {**JPEG, "Cache-Control": control}, DARK)
    service, address = caching()
    for target in (address, address.replace("60x40", "50x50"), address.replace("crop/60x40", "map")):
        assert service.ask(target).status == 200
    found = re.findall(
        r'^focalbox_cache_total\{.*result="hit".*\} (.*)$', service.ask("/metrics").content.decode(), re.MULTILINE
    )
    assert bool(sum(map(float, found))) == kept
    held = re.search(r"^focalbox_cache_bytes (.*)$", service.ask("/metrics").content.decode(), re.MULTILINE)
    assert held
    assert bool(float(held[1])) == kept


def test_what_was_fetched_from_private_addresses_is_not_served_once_they_are_refused(
    caching: Callable[..., tuple[Service, str]], neighbour: Neighbour
) -> None:
    neighbour.answers["/a.jpg"] = (200, {**JPEG, "Cache-Control": "max-age=600"}, DARK)
    service, address = caching()
    assert service.ask(address).status == 200
    assert caching(allow_private="false")[0].ask(address).status == 403
    assert service.ask(address).status == 200
    assert neighbour.asked == ["/a.jpg"]


@pytest.mark.slow
def test_a_picture_is_served_while_it_is_asked_for_again(
    caching: Callable[..., tuple[Service, str]], neighbour: Neighbour
) -> None:
    control = {"Cache-Control": "max-age=0, stale-while-revalidate=600"}
    neighbour.answers["/a.jpg"] = (200, {**JPEG, **control}, DARK)
    service, address = caching()
    assert _grey(service.ask(address)) == "dark"
    neighbour.answers["/a.jpg"] = (200, {**JPEG, **control}, LIGHT)
    seen = [_grey(service.ask(address)) for _ in range(200)]
    assert seen[0] == "dark"
    assert seen[-1] == "light"
    assert seen == sorted(seen), "never the old one after the new one"


@pytest.mark.parametrize(("control", "kept"), [("", True), ("stale-if-error=600", True), ("must-revalidate", False)])
def test_a_server_that_fails_is_stood_in_for(
    caching: Callable[..., tuple[Service, str]],
    neighbour: Neighbour,
    control: str,
    kept: bool,  # noqa: FBT001 - a case
) -> None:
    neighbour.answers["/a.jpg"] = (200, {**JPEG, "ETag": '"one"', "Cache-Control": control}, DARK)
    service, address = caching()
    assert service.ask(address).status == 200
    neighbour.answers["/a.jpg"] = (503, {}, b"")
    assert service.ask(address).status == (200 if kept else 502)
    neighbour.answers["/a.jpg"] = (403, {}, b"")
    assert service.ask(address).status == 502, "a refusal is no failure"
    neighbour.answers["/a.jpg"] = (503, {}, b"")
    assert caching(stale_seconds=0)[0].ask(address).status == (200 if "stale-if-error" in control else 502)


def test_nobody_waits_for_a_server_that_was_too_slow_just_now(
    caching: Callable[..., tuple[Service, str]], neighbour: Neighbour
) -> None:
    neighbour.answers["/a.jpg"] = (200, {**JPEG, "ETag": '"one"'}, DARK)
    neighbour.answers["/b.jpg"] = (200, {**JPEG, "ETag": '"one"', "Cache-Control": "must-revalidate"}, DARK)
    service, address = caching(fetch_seconds="4")
    assert service.ask(address).status == service.ask(address.replace("a.jpg", "b.jpg")).status == 200
    neighbour.stalled.update({"/a.jpg", "/b.jpg"})
    spent = []
    for _ in range(3):
        began = time.monotonic()
        assert _grey(service.ask(address)) == "dark"
        spent.append(time.monotonic() - began)
    assert spent[0] >= 4
    assert max(spent[1:]) < 3, "the first has learned it for the others"
    assert service.ask(address.replace("a.jpg", "b.jpg")).status == 424, "its server does not let it be stood in for"
    neighbour.stalled.clear()
    neighbour.endless.set()
    neighbour.answers["/a.jpg"] = (200, {**JPEG, "ETag": '"two"'}, LIGHT)
    until = time.monotonic() + SECONDS
    while _grey(service.ask(address)) == "dark":
        assert time.monotonic() < until, "it is asked again in the background"


def test_what_lies_behind_a_redirect_is_asked_for_each_time(
    caching: Callable[..., tuple[Service, str]], neighbour: Neighbour
) -> None:
    neighbour.answers["/a.jpg"] = (302, {"Location": "/b.jpg"}, b"")
    neighbour.answers["/b.jpg"] = (200, {**JPEG, "Cache-Control": "max-age=600", "ETag": '"b"'}, DARK)
    service, address = caching()
    assert _grey(service.ask(address)) == "dark"
    neighbour.answers["/a.jpg"] = (302, {"Location": "/c.jpg"}, b"")
    neighbour.answers["/c.jpg"] = (200, JPEG, LIGHT)
    assert _grey(service.ask(address)) == "light"


@pytest.mark.slow
def test_what_is_kept_needs_no_place_among_those_who_fetch(
    caching: Callable[..., tuple[Service, str]], neighbour: Neighbour
) -> None:
    neighbour.answers["/a.jpg"] = (200, {**JPEG, "Cache-Control": "max-age=600"}, DARK)
    service, address = caching(host_upstreams=1)
    assert _grey(service.ask(address)) == "dark"
    silent = address.replace("a.jpg", "silent.jpg")

    async def ask() -> tuple[Answer, Answer]:
        waiting = asyncio.ensure_future(service.asked(silent))
        assert await asyncio.to_thread(neighbour.begun.wait, SECONDS)
        refused = await service.asked(address.replace("a.jpg", "other.jpg"))
        kept = await service.asked(address)
        neighbour.endless.set()
        await waiting
        return refused, kept

    refused, kept = service.run(ask())
    assert refused.status == 503
    assert _grey(kept) == "dark"


@pytest.mark.slow
def test_several_processes_share_what_was_fetched(
    running: Callable[..., Running], neighbour: Neighbour, tmp_path: Path
) -> None:
    neighbour.answers["/a.jpg"] = (200, {**JPEG, "Cache-Control": "max-age=600"}, DARK)
    folder = tmp_path / "kept"
    folder.mkdir()
    started = running(
        "--allow-unsigned",
        "--workers",
        "2",
        FOCALBOX_SERVICE_HOSTS=neighbour.place,
        FOCALBOX_SERVICE_ALLOW_PRIVATE="true",
        FOCALBOX_SERVICE_FETCHED=str(folder),
    )
    for _ in range(12):
        assert started.get(f"/v1/crop/60x40/http://{neighbour.place}/a.jpg").startswith(b"HTTP/1.1 200 ")
    assert neighbour.asked == ["/a.jpg"]
