"""Every link of the built site and of the repository's pages leads somewhere; of addresses elsewhere the form is checked.

`make links` asks the addresses elsewhere too: it needs a connection, which tests must do without.
"""

from __future__ import annotations

import re
import subprocess
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from markdown_it import MarkdownIt

from links import KNOWN, addresses, pages

ROOT = Path(__file__).parents[2]


class Page(HTMLParser):
    """Keeps what a page leads to, what it loads, and its anchors."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value for name, value in attrs if value is not None}
        self.anchors |= {found[name] for name in ("id", "name") if name in found}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag == "link" and found.get("rel") not in {"canonical", "prev", "next"} and "href" in found:
            self.loaded.append(found["href"])
        elif "src" in found:
            self.loaded.append(found["src"])
        if "srcset" in found:
            self.loaded += [one.split()[0] for one in found["srcset"].split(",")]


def test_every_link_and_anchor_of_the_site_is_there(site: Path) -> None:
    read = {path: Page(path.read_text()) for path in sorted(site.rglob("*.html"))}
    assert len(read) > 20
    broken, followed = [], 0
    for path, page in read.items():
        if path.name == "404.html":  # served at any depth: its addresses begin at the root of the site
            continue
        for link in page.links + page.loaded:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            followed += 1
            if not target.is_file():
                broken.append(f"{path.relative_to(site)}: {link}")
            elif parts.fragment and parts.fragment != "__tabbed" and target in read:
                known = read[target].anchors
                if unquote(parts.fragment) not in known:
                    broken.append(f"{path.relative_to(site)}: {link}")
    assert followed > 500
    assert broken == []


def test_a_page_loads_nothing_from_elsewhere(site: Path) -> None:
    for path in site.rglob("*.html"):
        elsewhere = [one for one in Page(path.read_text()).loaded if urlsplit(one).scheme not in {"", "data"}]
        assert elsewhere == [], path
    for path in site.rglob("*.css"):
        loaded = re.findall(r"(?:url\(|@import\s+)[\"']?(https?://[^\"')]+)", path.read_text())
        assert loaded == [], path


@pytest.mark.parametrize("page", [str(path.relative_to(ROOT)) for path in pages()])
def test_links_of_the_repositorys_pages_lead_to_files_and_headings(page: str) -> None:
    tokens = MarkdownIt().parse((ROOT / page).read_text())
    inner = [child for token in tokens for child in token.children or ()]
    targets = [str(child.attrs.get("href") or child.attrs.get("src") or "") for child in inner]
    made = (ROOT / "docs").resolve()  # `docs/hooks.py` makes some pages and pictures when the site is built
    for target in targets:
        parts = urlsplit(target)
        if parts.scheme:
            continue
        place = ((ROOT / page).parent / unquote(parts.path)).resolve() if parts.path else ROOT / page
        if made in place.parents and place.parent.name in {"reference", "pictures", "assets"}:
            continue
        assert place.exists(), f"{page}: {target}"
        assert not parts.fragment or place.suffix != ".md" or parts.fragment in _anchors(place), f"{page}: {target}"


def _anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    tokens = MarkdownIt().parse(page.read_text())
    headings = [after.content for token, after in pairwise(tokens) if token.type == "heading_open"]
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_addresses_elsewhere_have_a_host_that_is_known() -> None:
    for page, address in addresses():
        parts = urlsplit(address)
        assert parts.scheme == "https", f"{page}: {address}"
        assert parts.hostname in KNOWN, f"{page}: {address} (a new host belongs into tests/links.py)"
        assert re.fullmatch(r"[!-~]+", address), f"{page}: {address}"
    assert {urlsplit(address).hostname for _, address in addresses()} == KNOWN, "a host that no page names any more"


def test_make_links_is_there() -> None:
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.search(r"^links\s", said, re.MULTILINE)
