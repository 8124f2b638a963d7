"""The Origin of an article: the source, path and URL by which it is recognised beside its id and title."""

import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Annotated
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from imaging.articles.sources import BUCKET, is_feed

# Query parameters that track where a reader came from, and do not identify the page.
_TRACKING = re.compile(
    r"(?:utm|mtm|pk|at|hsa)_\w+|[a-z]{0,3}clid|msclkid|mc_[ce]id|igshid|_hs\w+|ref|ref_src|source|xtor|wt_mc|_ga",
    re.IGNORECASE,
)
# Fragments likewise. Any other may identify one of many articles on a page, as in a changelog.
_PASSING = re.compile(
    rf"(?:(?:{_TRACKING.pattern})=.*|:~:.*|comments?|respond|more-\d+|top|rss|atom|feed|)", re.IGNORECASE
)
_LONGEST = 4096  # characters, as of a path on Linux
_LONGEST_SITE = 40  # characters; a longer host is no name to put on a card
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.(?!(?:local|internal|test|example)$)[^\W\d_]{2,}")
_KEPT_FOLDERS = 2  # last parts of a source's path that a claim keeps
_KEPT_PARTS = 3  # last parts of a single file's path: enough to identify it without revealing the machine


def _sound(text: str) -> str:
    """Return text that is valid in a run's parameters: no control characters or lone surrogates, limited length."""
    whole = text.encode(errors="replace").decode()
    return re.sub(r"[\x00-\x1f\x7f]", "", whole)[:_LONGEST].strip()


Place = Annotated[str, AfterValidator(_sound)]


class Origin(BaseModel):
    """Where an article comes from. `backlog` and `run` fill it in; a CMS may set the article's `url`.

    `path` is relative to `source`; for a file given alone, it is the whole path.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Place = Field("", title="Source", description="A folder, bucket:FOLDER or a feed's address")
    path: Place = Field("", title="Path", description="The article's file, relative to its source")
    url: Place = Field("", title="URL", description="The article's own address, if it has one")

    @property
    def site(self) -> str:
        """The host of the article's address as its readers know it; empty where it has no name on the internet."""
        try:
            host = (urlsplit(self.url.strip()).hostname or "").removeprefix("www.")
            named = host.encode("ascii").decode("idna") if "xn--" in host else host
        except (ValueError, UnicodeError):
            return ""
        return named if len(named) <= _LONGEST_SITE and _HOST.fullmatch(named) else ""

    @property
    def is_feed(self) -> bool:
        """Whether the article is a feed item, whose id may change with each fetch."""
        return is_feed(self.source)

    @property
    def is_in_bucket(self) -> bool:
        """Whether the file is in the bucket."""
        return self.source.startswith(BUCKET)

    @property
    def file(self) -> str:
        """The file's whole path, or its key in the bucket; empty without a file."""
        return _join("" if self.is_in_bucket else _slashes(self.source), _slashes(self.path)) if self.path else ""

    @property
    def known_path(self) -> str | None:
        """The path that a claim keeps: relative to the source, or for a file given alone, its last parts."""
        path = _slashes(self.path)
        return (path if self.source else "/".join(_parts(path)[-_KEPT_PARTS:])) or None

    @property
    def known_file(self) -> str | None:
        """The last parts of the whole path that a claim keeps, to find the file from a folder beside its source."""
        if not self.path or self.is_in_bucket:
            return None
        within = _parts(_slashes(self.path)) if self.source else []
        return "/".join(_parts(self.file)[-max(_KEPT_PARTS, len(within) + _KEPT_FOLDERS) :])

    @property
    def shorter_paths(self) -> list[str]:
        """The paths that a claim may have, made with a source further down or for the file alone."""
        parts = _parts(self.file)
        return ["/".join(parts[start:]) for start in range(1, len(parts))]

    def ends_with(self, file: str | None) -> bool:
        """Return whether this file's path ends with `file`."""
        return bool(file) and f"/{self.file}".endswith(f"/{file}")

    def leads_to(self, path: str, file: str | None, is_file: Callable[[str], bool]) -> bool | None:
        """Return whether a claim's path is this article's file; None if no file exists there any more.

        The claim may have been made with another source, a folder further up or down: so every parent folder of this
        file is tried, first with `file`, the end of the whole path.
        """
        if self.source and path == self.known_path:
            return True
        for noted in (file, path):
            places = _below_each_folder(self.file, noted) if noted else ()
            if there := {place for place in places if place == self.file or is_file(place)}:
                return there == {self.file}
        return None


def url_key(url: str) -> str:
    """Return an address in normal form, to compare; empty for one without a page of its own.

    `http` and `https`, `www.`, a slash at the end, tracking parameters and their order make no difference.
    """
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.")
        port = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
    except ValueError:
        return ""
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode(sorted(pair for pair in pairs if not _TRACKING.fullmatch(pair[0])))
    path = re.sub(r"/(?:index\.\w+)?$", "", unquote(parts.path))
    fragment = "" if _PASSING.fullmatch(parts.fragment) else parts.fragment
    return f"{host}{port}{path}?{query}#{fragment}" if path or query or fragment else ""


def id_key(article_id: str) -> str:
    """Return an id in normal form, to compare: many feeds use the article's address as its id."""
    return (url_key(article_id) if is_feed(article_id) else "") or article_id


def _below_each_folder(file: str, path: str) -> Iterator[str]:
    """Yield `path` below each parent folder of `file`."""
    for folder in PurePosixPath(file).parents:
        yield _join("" if str(folder) == "." else str(folder), path)


def _join(folder: str, path: str) -> str:
    return f"{folder.rstrip('/')}/{path}" if folder else path


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in {"", "."}]


def _slashes(path: str) -> str:
    return path.replace("\\", "/")
