"""The addresses elsewhere that the pages of the repository lead to: ``make links`` asks each, given a connection."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from markdown_it import MarkdownIt

__all__ = ["KNOWN", "addresses", "pages"]

ROOT = Path(__file__).parents[1]
KNOWN = {"creativecommons.org", "keepachangelog.com", "semver.org"}
"""Hosts that pages lead to: an address elsewhere cannot be asked without a connection, but a slip in its host is seen."""
_SECONDS = 20
_REFUSED = 400
"""The lowest status of HTTP that says an address is not there (RFC 9110)."""


def pages() -> list[Path]:
    """Return every page of the repository that people read."""
    card = ROOT / "src/focalbox/saliency/weights/MODEL_CARD.md"
    return [
        *sorted(ROOT.glob("*.md")),
        *sorted((ROOT / "docs").rglob("*.md")),
        *sorted((ROOT / "training").rglob("*.md")),
        card,
    ]


def addresses() -> Iterator[tuple[str, str]]:
    """Yield a page's name with each address on the web that it leads to; what stands in code is an example."""
    for path in pages():
        for token in MarkdownIt().parse(path.read_text()):
            for child in token.children or ():
                address = str(child.attrs.get("href") or child.attrs.get("src") or "")
                if urlsplit(address).scheme in {"http", "https"}:
                    yield str(path.relative_to(ROOT)), address


def main() -> None:
    """Ask every address once; exit code 1 when one does not answer well."""
    asked = sorted({address for _, address in addresses()})
    broken = 0
    for address in asked:
        request = urllib.request.Request(address, headers={"User-Agent": "focalbox link check"})  # noqa: S310 - https: a test sees to it
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - as above
                status = answer.status
        except urllib.error.HTTPError as error:
            status = error.code
        except OSError as error:
            print(f"{address}: {error}")  # noqa: T201 - a script
            broken += 1
            continue
        if status >= _REFUSED:
            print(f"{address}: {status}")  # noqa: T201 - as above
            broken += 1
    print(f"{len(asked) - broken} of {len(asked)} addresses answered")  # noqa: T201 - as above
    if broken:
        sys.exit(1)


if __name__ == "__main__":
    main()
