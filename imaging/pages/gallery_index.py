"""The index of galleries: one page that leads to those of all articles of a backlog's source."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from imaging.backlog import Came, SourceReport
from imaging.pages.gallery import templates
from imaging.pages.page import LOCAL_PICTURES, STYLE, policy, raw

_STYLE = STYLE + raw("gallery_index.css")
_ORDER = ("failed", "degraded", "complete", "done before")


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """An article. `gallery`, `picture`, `run`: addresses of its page, of its hero, small, and of its flow run."""

    key: str
    came: Came | Literal["done before"]
    title: str = ""
    why: str = ""
    gallery: str | None = None
    picture: str | None = None
    run: str | None = None


def index_page(report: SourceReport, entries: Sequence[IndexEntry], left_out: int = 0) -> str:
    """Return the page, with those first that are not complete; it loads the heroes alone, as they come into view.

    `left_out`: how many articles it says are not on it.
    """
    return templates.get_template("gallery_index.html.j2").render(
        report=report,
        left_out=left_out,
        entries=sorted(entries, key=lambda entry: _ORDER.index(entry.came)),
        style=_STYLE,
        policy=policy(_STYLE, pictures=LOCAL_PICTURES),
    )
