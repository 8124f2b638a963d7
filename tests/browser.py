"""A real browser, for what a person sees."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PATIENCE = 60  # seconds
in_a_browser = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CI"), reason="needs a browser: install Debian's chromium"
)
# Without these Chromium looks for hosts of its own at every start.
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
# Prefect's graph of a run is drawn anew all the time, by the processor: a whole one for as long as the page is open.
WITHOUT_GRAPHS = "--disable-software-rasterizer"
# Its server would pack the megabytes of its UI for each browser.
UNPACKED = {"Accept-Encoding": "identity"}


@contextmanager
def browser_page(width: int = 1400, height: int = 1400, *, graphs: bool = False) -> Iterator[Page]:
    """A page in a browser. While it is open no flow can run in this thread: Playwright holds its event loop.

    `graphs`: Prefect's UI draws the graph of a run, which no test looks at.
    """
    with sync_playwright() as playwright:
        arguments = QUIET if graphs else [*QUIET, WITHOUT_GRAPHS]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        page = browser.new_page(viewport={"width": width, "height": height}, extra_http_headers=UNPACKED)
        page.set_default_timeout(PATIENCE * 1000)
        expect.set_options(timeout=PATIENCE * 1000)
        yield page
        browser.close()
