"""The page's files: what is there, who may ask, and what a browser may do with them."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest

from focalbox.service.dialects.signing import Key, sign
from focalbox.service.endpoints import PAGE_HEADER
from service.servers import Service

FILES = sorted(file.name for file in (resources.files("focalbox.service") / "page").iterdir())
LATER = 9_999_999_999


def test_every_file_is_served_with_its_type_and_its_bounds(service: Service) -> None:
    assert "index.html" in FILES
    for name in FILES:
        answer = service.ask(f"/page/{name}")
        assert answer.status == 200
        kind = {"html": "text/html", "js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
        assert answer.headers["content-type"].startswith(kind[name.rpartition(".")[2]])
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        again = service.ask(f"/page/{name}", headers={"if-none-match": answer.headers["etag"]})
        assert (again.status, again.content) == (304, b"")


@pytest.mark.parametrize(
    "name",
    ["nothing.js", ".hidden", "..", "../settings/values.py", "..%2fsettings%2fvalues.py", "a%5cb", "a" * 300],
)
def test_nothing_else_is_served(name: str, service: Service) -> None:
    assert service.ask(f"/page/{name}").status in {400, 404}


def test_photographs_to_try_are_pictures_that_are_listed(service: Service) -> None:
    names = service.ask("/page/demos.json").json()
    assert names
    for name in names:
        assert service.ask(f"/page/demo/{name}").content[:2] == b"\xff\xd8"
    assert service.ask("/page/demo/nobody").status == 404


def test_whether_a_picture_lies_in_the_folder_is_told_by_name_and_length(service: Service, pictures: Path) -> None:
    length = (pictures / "coffee.jpg").stat().st_size
    found = {"folder": True, "servable": True, "there": True, "sizes": []}
    assert service.ask(f"/page/place.json?name=coffee.jpg&bytes={length}").json() == found
    for name, size in (("coffee.jpg", length + 1), ("tea.jpg", length)):
        assert service.ask(f"/page/place.json?name={name}&bytes={size}").json() == {**found, "there": False}
    for name in ("../x", ".hidden.jpg", "..a.jpg", "back%5Cslash.jpg", "/a.jpg"):
        missing = service.ask(f"/page/place.json?name={name}&bytes={length}").json()
        assert missing == {**found, "there": False, "servable": False}


def test_where_addresses_are_signed_so_is_the_pages(opened: Callable[..., Service], pictures: Path) -> None:
    service = opened(root=pictures, keys="k:a secret long enough")
    query = sign("/", Key("k", "a secret long enough"), LATER).partition("?")[2]
    assert service.ask("/").status == 200, "the page itself says nothing of the pictures"
    for path in ("/page/demos.json", "/page/place.json?name=a&bytes=1"):
        assert service.ask(path).status == 403
        assert service.ask(path, headers={PAGE_HEADER: query}).status == 200


@pytest.mark.parametrize(
    ("settings", "links"),
    [
        ({}, ["docs", "docs", "openapi.json", "metrics"]),
        ({"docs": "false"}, ["metrics"]),
        ({"docs": "false", "metrics": "false"}, []),
    ],
)
def test_the_page_links_to_nothing_that_is_switched_off(
    settings: dict[str, str], links: list[str], opened: Callable[..., Service]
) -> None:
    page = opened(allow_unsigned="true", **settings).ask("/").content.decode()
    assert [link for link in re.findall(r'<a [^>]*href="([^"]*)"', page) if not link.startswith("#")] == links


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({"page": "false"}, {"/": 404, "/page/demos.json": 404, "/docs": 200, "/page/docs.js": 200}),
        ({"page": "false", "docs": "false"}, {"/": 404, "/docs": 404, "/page/docs.js": 404}),
    ],
)
def test_what_is_switched_off_is_not_there(
    settings: dict[str, str], found: dict[str, int], opened: Callable[..., Service]
) -> None:
    service = opened(allow_unsigned="true", **settings)
    assert {path: service.ask(path).status for path in found} == found
