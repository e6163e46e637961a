"""What axe-core, an engine that checks pages against WCAG, finds wrong with a page that a browser shows."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Page

_ENGINE = Path(__file__).parent / "service/node_modules/axe-core/axe.min.js"
_RUN = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations.flatMap(
    ({impact, id, help, nodes}) => nodes.map(({target}) => `${impact}: ${help} (${id}): ${target.join(' ')}`))"""


@cache
def _engine() -> str:
    if not _ENGINE.is_file():
        pytest.fail("axe-core from npm is missing: run `make test`, or `npm ci` in tests/service")
    return _ENGINE.read_text("utf-8")


def violations(page: Page) -> list[str]:
    """Return what breaks a rule of WCAG 2 A and AA, or a best practice of axe-core's, in what is shown now."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_engine())
    found: list[str] = page.evaluate(_RUN)
    return found
