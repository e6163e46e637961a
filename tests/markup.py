"""HTML as the tests read it."""

from __future__ import annotations

from html.parser import HTMLParser

__all__ = ["tags_in"]


def tags_in(text: str) -> list[tuple[str, dict[str, str | None]]]:
    """Return the name and the attributes of every tag, in order."""
    reader = _Reader()
    reader.feed(text)
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
