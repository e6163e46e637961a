"""What caches go by: tags, ages, negotiated formats, and HEAD."""

from __future__ import annotations

import concurrent.futures
import itertools
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pictures import encoded
from service.servers import Opened, Service, Watched, image_of


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


def test_stale_answers_may_be_shown_as_the_settings_say(opened: Opened, pictures: Path) -> None:
    stale = {"stale_while_revalidate": 60, "stale_if_error": 3600}
    service = opened(root=pictures, allow_unsigned="true", fallback="coffee.jpg", **stale)
    said = "stale-while-revalidate=60, stale-if-error=3600"
    first = service.ask("/v1/crop/60x40/coffee.jpg")
    assert first.headers["cache-control"] == f"public, max-age=86400, {said}"
    again = service.ask("/v1/crop/60x40/coffee.jpg", headers={"if-none-match": first.headers["etag"]})
    assert (again.status, again.headers["cache-control"]) == (304, first.headers["cache-control"])
    for target, control in (
        ("/unsafe/60x40/filters:max_age(5)/coffee.jpg", f"public, max-age=5, {said}"),
        ("/v1/plan/1:1/coffee.jpg", f"public, max-age=86400, {said}"),
        ("/v1/crop/60x40/gone.jpg", "public, max-age=60"),  # the fallback, for a minute and no longer
        ("/smart_crop=w:5,h:5/cache=false/coffee.jpg", "no-cache"),
        ("/v1/plan/1:1/gone.jpg", "no-store"),
        ("/healthz", "no-store"),
        ("/openapi.json", "no-cache"),
    ):
        assert service.ask(target).headers["cache-control"] == control, target
    upload = service.ask("/v1/crop?size=60x40", "POST", (pictures / "coffee.jpg").read_bytes())
    assert (upload.status, upload.headers["cache-control"]) == (200, "no-store")


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


def test_a_version_that_is_asked_for_is_that_one_or_none(opened: Opened, pictures: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes((pictures / "coffee.jpg").read_bytes())
    service = opened(root=tmp_path, allow_unsigned="true", fallback="a.jpg")
    os.utime(tmp_path / "a.jpg", (10**9, 10**9))
    target, same = "/v1/crop/60x40/a.jpg", "Sun, 09 Sep 2001 01:46:40 GMT"
    tag = service.ask(target).headers["etag"]
    for status, name, value in (
        (200, "if-match", tag), (200, "if-match", f'"a,b", W/{tag} , {tag}'), (200, "if-match", "*"),
        (412, "if-match", '"other"'), (412, "if-match", f"W/{tag}"), (412, "if-match", ""), (412, "if-match", tag[:-1]),
        (200, "if-unmodified-since", same), (200, "if-unmodified-since", "Sunday, 09-Sep-01 01:46:40 GMT"),
        (200, "if-unmodified-since", "Sun Sep  9 01:46:41 2001"), (200, "if-unmodified-since", "nonsense"),
        (412, "if-unmodified-since", "Sun, 09 Sep 2001 01:46:39 GMT"),
    ):  # fmt: skip
        for method in ("GET", "HEAD"):
            answer = service.ask(target, method, headers={name: value})
            assert answer.status == status, (name, value)
            assert answer.status == 200 or answer.headers["cache-control"] == "no-store"
    refused = service.ask(target, headers={"if-match": '"other"', "if-none-match": tag, "range": "bytes=9-"})
    assert (refused.status, refused.problem()) == (412, "the answer is not the one that If-Match names")
    both = {"if-match": tag, "if-unmodified-since": "Sun, 09 Sep 2001 01:46:39 GMT", "if-none-match": tag}
    assert service.ask(target, headers=both).status == 304, "If-Match overrules a date, and then If-None-Match counts"
    assert service.ask("/v1/crop/60x40/b.jpg", headers={"if-match": '"other"'}).status == 412, "the fallback is one too"
    assert service.ask("/openapi.json", headers={"if-match": tag}).status == 200, "it has no tag"
    assert service.ask("/page/style.css", headers={"if-match": tag}).status == 412
    upload = service.ask(
        "/v1/crop?size=60x40", "POST", (pictures / "coffee.jpg").read_bytes(), headers={"if-match": '"other"'}
    )
    assert upload.status == 200, "nobody has had a part of it before"


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


@pytest.mark.slow
@pytest.mark.parametrize("how", ["in place", "by another"])
def test_equal_tags_are_equal_bytes_while_a_file_is_replaced_all_the_time(
    watched: Callable[..., tuple[Service, Watched]], tmp_path: Path, how: str
) -> None:
    service, _ = watched(root=tmp_path, cache="none", waiting=100)
    versions = [encoded(np.full((300, 400, 3), grey, dtype=np.uint8), "jpeg") for grey in (20, 240)]
    place, beside = tmp_path / "a.jpg", tmp_path / "next"
    place.write_bytes(versions[0])
    found: dict[str, set[bytes]] = {}
    done = threading.Event()

    def replace() -> None:
        for version in itertools.cycle(versions):
            if how == "in place":
                place.write_bytes(version)
            else:
                beside.write_bytes(version)
                beside.replace(place)
            if done.wait(0.002):
                return

    def ask(client: int) -> None:
        for number in range(150):
            answer = service.ask(f"/v1/crop/{30 + (number + client) % 3}x20/a.jpg")
            if how == "in place" and answer.status in {415, 422}:  # empty for a moment, or not all of it
                continue
            assert answer.status == 200, answer
            found.setdefault(answer.headers["etag"], set()).add(answer.content)

    with concurrent.futures.ThreadPoolExecutor(9) as threads:
        replacing = threads.submit(replace)
        try:
            list(threads.map(ask, range(8)))
        finally:
            done.set()
        replacing.result()
    assert len(found) == 6
    assert [len(contents) for contents in found.values()] == [1] * 6
