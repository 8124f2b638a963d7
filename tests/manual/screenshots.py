"""The pictures in README and docs: `make screenshots` takes them into docs/images.

Form and gallery are those of the local stack, in a folder of its own, with no keys; the terminal's output is a
real one. Look at them before you commit them.
"""

import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO, StringIO
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image
from playwright.sync_api import Page
from rich.console import Console
from rich.text import Text

from imaging.cards import draw_card
from imaging.painting.painter import paint
from tests import OURS
from tests.browser import browser_page
from tests.conftest import EXAMPLES
from tests.imaging.cards.contact_sheet import cards
from tests.manual.documents import DOCS

IMAGES = DOCS / "images"
MOST_BYTES = 150_000
SCRIPT = Path(sysconfig.get_path("scripts")) / "article-images"
ARTICLE = EXAMPLES / "how-sourdough-rises.md"
PAGE = "default/laktoseintoleranz-und-laktase"
COLUMNS = 108


def keep(picture: Image.Image, name: str) -> None:
    """Write a picture as WebP: without loss where that is small enough, else in the best quality that is."""
    tries: list[dict[str, Any]] = [{"lossless": True}, *({"quality": quality} for quality in range(90, 30, -5))]
    for options in tries:
        with BytesIO() as out:
            picture.convert("RGB").save(out, "WEBP", method=6, **options)
            if out.tell() < MOST_BYTES:
                (IMAGES / f"{name}.webp").write_bytes(out.getvalue())
                return
    raise ValueError(f"{name} does not fit into {MOST_BYTES} bytes")


def shot(page: Page) -> Image.Image:
    """Return what the window shows."""
    return Image.open(BytesIO(page.screenshot()))


def environment(home: Path) -> dict[str, str]:
    """Return the variables of a machine on which nothing is set."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith((*OURS, "PREFECT_"))}
    return plain | {"PREFECT_HOME": str(home / ".prefect"), "HOME": str(home), "DO_NOT_TRACK": "1"}


@contextmanager
def stack(folder: Path) -> Iterator[Iterator[str]]:
    """Yield the lines that `article-images up` prints in a folder."""
    command = [sys.executable, str(SCRIPT), "up", "--port", "4299"]
    with subprocess.Popen(command, cwd=folder, env=environment(folder), stdout=subprocess.PIPE, text=True) as up:
        assert up.stdout
        try:
            yield iter(up.stdout.readline, "")
        finally:
            up.terminate()


def address(lines: Iterator[str], pattern: str) -> str:
    """Return the first address in the lines that matches."""
    found = next(match for line in lines if (match := re.search(rf"http\S*{pattern}\S*", line)))
    return found[0]


def take_ui(page: Page, lines: Iterator[str]) -> None:
    """Fill in the run form, start the run, and take the form and the run's gallery in the UI."""
    page.goto(address(lines, "/run$"))
    page.locator("textarea").first.fill("Kaffee richtig lagern")
    page.wait_for_timeout(2000)
    keep(shot(page), "form")
    page.get_by_role("button", name="Submit").click()
    page.goto(address(lines, "/artifacts/artifact/"))
    page.get_by_role("link", name="open", exact=True).first.wait_for()
    page.wait_for_timeout(2000)
    keep(shot(page), "artifact")


def take_terminal(page: Page, folder: Path) -> None:
    """Run an article, and take what the terminal shows."""
    typed = ["article-images", "run", ARTICLE.name]
    (folder / ARTICLE.name).write_text(ARTICLE.read_text())
    shown = environment(folder) | {"FORCE_COLOR": "1", "COLUMNS": str(COLUMNS)}
    command = [sys.executable, str(SCRIPT), *typed[1:]]
    done = subprocess.run(command, cwd=folder, env=shown, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True)
    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True)
    console.print(Text.from_ansi(f"$ {' '.join(typed)}\n{done.stdout.decode()}"))
    page.set_content(console.export_svg(title="article-images"))
    keep(Image.open(BytesIO(page.locator("svg").screenshot())), "terminal")


def take_gallery(page: Page, folder: Path) -> None:
    """Run the German article, and take its gallery page in light and dark, side by side."""
    article = EXAMPLES / "laktoseintoleranz-und-laktase.md"
    command = [sys.executable, str(SCRIPT), "run", str(article), "--json"]
    subprocess.run(command, cwd=folder, env=environment(folder), stdout=subprocess.DEVNULL, check=True)
    page.goto((folder / f".article-images/gallery/{PAGE}.html").as_uri())
    half = (880, 1172)
    page.set_viewport_size({"width": 1180, "height": 1572})
    both = Image.new("RGB", (2 * half[0], half[1]))
    page.emulate_media(color_scheme="light")
    both.paste(shot(page).resize(half, Image.Resampling.LANCZOS), (0, 0))
    page.emulate_media(color_scheme="dark")
    page.get_by_role("heading", name="Social networks").evaluate("heading => heading.scrollIntoView()")
    both.paste(shot(page).resize(half, Image.Resampling.LANCZOS), (half[0], 0))
    keep(both, "gallery")


def card_sheet() -> Image.Image:
    """Return a title in each of eight scripts, in the four templates."""
    size, small, gap = (1200, 630), (260, 136), 4
    languages = ("de", "el", "ru", "ar", "hi", "th", "zh", "ja")
    every = [*cards(size)]
    sheet = Image.new("RGB", (4 * (small[0] + gap), len(languages) * (small[1] + gap)), "white")
    for row, language in enumerate(languages):
        for column, card in enumerate(islice((card for card in every if card.language == language), 4)):
            drawn = Image.open(BytesIO(draw_card(card))).convert("RGB").resize(small, Image.Resampling.LANCZOS)
            sheet.paste(drawn, (column * (small[0] + gap), row * (small[1] + gap)))
    return sheet


def painted_series() -> Image.Image:
    """Return five painted pictures of each of six articles, each article a series."""
    colors = ("#0a7d5a", "#b5532a", "#1f4e9c", "#5a4391", "#c2185b", "#8a4b2d")
    sizes = ((2752, 1536), (1024, 1024), (1024, 1024), (1024, 1024), (768, 1344))
    height, gap = 112, 2
    widths = [round(height * across / down) for across, down in sizes]
    strip = sum(widths) + gap * len(widths)
    sheet = Image.new("RGB", (2 * strip, 3 * (height + gap)), "white")
    for number, color in enumerate(colors):
        left, top = number % 2 * strip, number // 2 * (height + gap)
        for picture, (size, width) in enumerate(zip(sizes, widths, strict=True)):
            drawn = paint(f"article {number}, picture {picture}", size, color, f"article {number}")
            sheet.paste(drawn.resize((width, height), Image.Resampling.LANCZOS), (left, top))
            left += width + gap
    return sheet


def main(*chosen: str) -> None:
    """Take the pictures that are chosen by part (drawings, ui, terminal, gallery), or all."""
    IMAGES.mkdir(exist_ok=True)
    parts = chosen or ("drawings", "ui", "terminal", "gallery")
    if "drawings" in parts:
        keep(card_sheet(), "cards")
        keep(painted_series(), "painter")
    with TemporaryDirectory(prefix="blog-") as name, browser_page(1400, 1000, graphs=True) as page:
        folder = Path(name)
        if "terminal" in parts:
            take_terminal(page, folder)
        if "gallery" in parts:
            take_gallery(page, folder)
        if "ui" in parts:
            with stack(folder) as lines:
                page.set_viewport_size({"width": 1400, "height": 1000})
                page.emulate_media(color_scheme="dark")
                take_ui(page, lines)


if __name__ == "__main__":
    main(*sys.argv[1:])
