"""What the name of an article's file says: its title, its date, its id at Notion; and names of what is no article."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

_DATED = re.compile(r"(\d{4}-\d{2}-\d{2})[-_ ]+(?=\S)")  # Jekyll's posts, Docusaurus' blog
_NOTION = re.compile(r"(?:^|\s)([0-9a-f]{32})$")
_PAGE = {"index", "_index", "readme"}  # named for their folder
_PROJECT = re.compile(
    r"(?:readme|licen[sc]e|changelog|contributing|code_of_conduct)(?:[._-][a-z]{2}(?:[_-][a-z]{2})?)?"
    r"|licen[sc]e[._-].{1,40}",
    re.IGNORECASE,
)
_IN_CAPITALS = {"SECURITY", "HISTORY", "CHANGES", "AUTHORS", "NOTICE", "COPYING", "SUPPORT", "GOVERNANCE", "AGENTS"}


@dataclass(frozen=True, slots=True)
class FileName:
    """What a path says of the article in it. `title`: in words, empty if the name has none."""

    title: str = ""
    date: str | None = None
    notion_id: str | None = None

    @classmethod
    def of(cls, path: str) -> "FileName":
        """Read the name of a file, or for an index page that of its folder."""
        place = PurePosixPath(path.replace("\\", "/"))
        stem = place.parent.name if place.stem.lower() in _PAGE else place.stem
        notion = _NOTION.search(stem)
        stem = stem[: notion.start()] if notion else stem
        dated = _DATED.match(stem)
        stem = stem[dated.end() :] if dated else stem
        title = " ".join((stem if " " in stem else re.sub(r"[-_]+", " ", stem)).split())
        return cls(title[:1].upper() + title[1:], dated[1] if dated else None, notion[1] if notion else None)


def is_project_file(path: str) -> bool:
    """Return whether a file is about a project and no article: README, LICENSE, CHANGELOG and the like."""
    stem = PurePosixPath(path).stem
    return _PROJECT.fullmatch(stem) is not None or stem in _IN_CAPITALS
