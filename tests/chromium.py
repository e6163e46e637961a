"""Chromium as the tests start it; Playwright is only imported by those that do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

__all__ = ["SCREENSHOTS", "running_browser"]

SCREENSHOTS = os.environ.get("SCREENSHOTS")
"""A folder to leave screenshots in, for somebody to look at."""


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Run Chromium until the context ends."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("Chromium is missing: install Debian's package chromium, or run `make test` as root")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
