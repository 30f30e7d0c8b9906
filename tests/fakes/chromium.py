"""Chromium under Playwright, for the tests of pages; they are skipped on machines without it."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def opened():
    """A browser: the machine's own, or the one that `playwright install chromium` downloads."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        own = next(filter(None, map(shutil.which, NAMES)), None)
        path = own or playwright.chromium.executable_path
        if not Path(path).exists():
            pytest.skip("there is no Chromium: `apt-get install chromium`")
        browser = playwright.chromium.launch(executable_path=path)
        try:
            yield browser
        finally:
            browser.close()
