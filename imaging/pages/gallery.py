"""Gallery and table artifacts for the Prefect UI. (`page` makes the standalone HTML page.)"""

import re
import textwrap
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from imaging.backlog import BacklogReport
from imaging.makers import MAKERS
from imaging.migration.report import MigrationReport
from imaging.record import Image, ImageSet
from imaging.sanitizing.quoting import without_query
from imaging.text.counting import number_of

_LINE = 80  # characters, which the first UI has room for on a screen of 1,400 pixels

NONE = "–"
"""Shown in place of an empty value: a hyphen alone is a list in Markdown."""

# Each status in words for users.
STATUS_TEXT = {
    "stored": "stored",
    "reused": "reused",
    "provider_url": "not stored: provider's URL, short-lived",
    "inline": "not stored: kept as data",
    "failed": "failed",
}


def markdown_gallery(image_set: ImageSet, thumbnails: Mapping[str, str], again: str | None = None) -> str:
    """Return the gallery for the Prefect UI.

    `thumbnails` maps image names to small `data:` URLs; `again` is the address of a form to run the article again.
    """
    return templates.get_template("gallery.md.j2").render(
        set=image_set,
        images=[(image, thumbnails.get(image.name) or image.url) for image in image_set.images],
        painted=painted(image_set),
        status_text=STATUS_TEXT,
        again=again,
    )


def markdown_backlog(report: BacklogReport, link: Callable[[str], str]) -> str:
    """Return the summary of a backlog for the Prefect UI; `link` returns a flow run's URL by its id."""
    return templates.get_template("backlog.md.j2").render(report=report, link=link)


def markdown_migration(report: MigrationReport) -> str:
    """Return the summary of a migration for the Prefect UI."""
    return templates.get_template("migration.md.j2").render(report=report)


def table(image_set: ImageSet) -> list[dict[str, str]]:
    """Return the rows of the URL set's table: one for each image, in the plan's order."""
    return [
        {
            "image": image.name,
            "kind": image.kind.value,
            "status": image.status,
            "size": size(image),
            "cost (USD)": f"{image.cost_usd:.3f}",
            "url": _address(short_url(image)) if image.url else NONE,  # cells are Markdown; reasons are free text
        }
        for image in image_set.images
    ]


def size(image: Image) -> str:
    """Return pixels and bytes in words for users: `2752x1536, 3.1 MB`."""
    if image.width is None or image.bytes is None:
        return NONE
    return f"{image.width}x{image.height}, {amount(image.bytes)}"


def amount(size_bytes: int) -> str:
    """Return bytes in words for users: `3.1 MB`."""
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes >= 1e6 else f"{size_bytes / 1e3:.0f} KB"


def file_name(image: Image) -> str:
    """Return the name of the file that a browser saves: the picture's, with its type's extension: `hero.png`."""
    return f"{image.name}{PurePosixPath(image.key or '').suffix}"


def short_url(image: Image) -> str:
    """Return the image's URL, or the reason for a failed image.

    A `data:` URL is cut, and a provider's URL loses its query, which may contain a signature.
    """
    if image.url is None:
        return image.error or "-"
    if image.url.startswith("data:"):
        return f"{image.url[:40]}…"
    return image.url if image.durable else without_query(image.url)


def painted(image_set: ImageSet) -> bool:
    """Return whether the offline painter made any of the pictures."""
    return any(MAKERS[image.provider].is_painter for image in image_set.images)


def literal(text: object) -> Markup:
    """Escape every ASCII punctuation mark with a backslash, so that the text is neither Markdown nor HTML.

    Titles and errors are untrusted; in a Markdown artifact they must not become a link or a tag. Entities would not do:
    Prefect's first UI shows them unrendered.
    """
    folded = " ".join(str(text).split())
    return Markup(re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", folded))  # noqa: S704 - see above


def _lines(text: object) -> Markup:
    """Return the text as `literal`, in lines: Prefect's first UI does not wrap what is in a table, and cuts it."""
    folded = " ".join(str(text).split())
    return Markup("<br>").join(literal(line) for line in textwrap.wrap(folded, _LINE, break_on_hyphens=False))


def _fenced(text: object) -> Markup:
    """Return the text for a fenced block, with the fence characters, which would end it, as entities."""
    return Markup(str(text).replace("`", "&#96;").replace("~~~", "&#126;~~"))  # noqa: S704 - nothing is markup there


def _attribute(text: object) -> Markup:
    """Write every ASCII punctuation mark as an entity, for an HTML attribute within Markdown."""
    folded = " ".join(str(text).split())
    return Markup(re.sub(r"[!-/:-@\[-`{-~]", lambda mark: f"&#{ord(mark[0])};", folded))  # noqa: S704 - as above


def _address(url: str) -> str:
    """Percent-encode characters that would end a table cell, line or link in Markdown; a valid URL is unchanged."""
    return re.sub(r"[\s|`<>\"\\\[\]()*~]", lambda sign: "".join(f"%{byte:02X}" for byte in sign[0].encode()), url)


templates = Environment(
    loader=PackageLoader("imaging.pages", "templates"),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.filters |= {
    "literal": literal,
    "number_of": number_of,
    "lines": _lines,
    "attribute": _attribute,
    "address": _address,
    "fenced": _fenced,
    "size": size,
    "file_name": file_name,
}
