"""`--write-back`: an article's pictures go into its own file, and nothing else in the file changes.

The file is read before anything is paid for, so that one that cannot be written is refused then. What somebody else has
written to it since is never overwritten.
"""

import os
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from imaging.articles.files.documents import MAX_BYTES, SUFFIXES
from imaging.entry import located
from imaging.errors import ImagesError, InvalidInput, NotWritten
from imaging.kinds import Kind
from imaging.record import ImageSet
from imaging.text.inserted import has_broken
from imaging.write_back.dialects import DIALECTS, HUGO_FOLDER, dialect_of, is_configuration, site_of
from imaging.write_back.document import Document, document_of
from imaging.write_back.fields import Target
from imaging.write_back.front_matter import names_in
from imaging.write_back.site_path import SitePath, site_path
from imaging.write_back.writing import written_into

_MOST_FOLDERS = 12  # above an article in which its site's configuration is looked for
OF_THE_SITE = "  ! the site "
"""How a line begins that holds for all articles of a site, and is said once."""
_WITHOUT_HTML = (
    f"{OF_THE_SITE}leaves HTML out of Markdown, so plain pictures stand in the text: in Hugo's configuration"
    " markup.goldmark.renderer.unsafe = true lets <picture> elements through"
)
_BUNDLE = re.compile(r"_?index\.(?:[\w-]+\.)?\w+", re.IGNORECASE)  # a page of Hugo with files of its own
_UNSAFE = re.compile(r"\bunsafe\b[\"']?\s*[:=]\s*true\b")


@dataclass(frozen=True, slots=True)
class ArticleFile:
    """An article's file as it was read, and how pictures are written into it.

    `site`: its site's folder, if known; `below`: the path of its host below which it is served.
    """

    path: Path
    data: bytes
    document: Document
    target: Target
    site: Path | None
    below: SitePath

    def written_back(self, image_set: ImageSet, output: Path | None = None) -> list[str]:
        """Write the pictures into the file; return what was done and what was not, a line each. Raises NotWritten.

        `output`: the folder of copies whose paths are written in place of public addresses.
        """
        target = self.target
        if output:
            start, ours, before_text = self._addresses_in(output)
            place = f"{image_set.user_id}/{image_set.slug}/"
            images = [
                located(image, lambda key: start + quote(key.removeprefix(place))) if image.durable else image
                for image in image_set.images
            ]
            heroes = [quote(image.key.removeprefix(place)) for image in images if image.kind is Kind.HERO and image.key]
            image_set = image_set.model_copy(update={"images": images})
            begun = tuple(f"{one}{name}" for one in ours for name in ("platform/", *heroes))
            target = replace(target, ours=begun, before_text=before_text)
        try:
            written = written_into(self.document, image_set, target)
        except ImagesError as error:
            raise NotWritten(f"{error}; the pictures are stored, {self.path} is as it was") from None
        data = written.text.encode()
        if data != self.data:
            self._replace(data)
        done = "" if data != self.data else "; nothing had to change"
        places = ", ".join(written.places) or "no picture"
        leaves_html_out = target.dialect.name == "hugo" and not target.dialect.keeps_html and written.in_text
        return [
            f"Written back ({target.dialect.name}): {places}{done}",
            *(f"  ! {reason}" for reason in written.left),
            *([_WITHOUT_HTML] if leaves_html_out else []),
            *self._not_shown(output, written.places),
        ]

    def _not_shown(self, output: Path | None, places: Collection[str]) -> Iterator[str]:
        """Yield the line on copies that the site's pages cannot show, since their folder is no part of what it serves.

        Hugo looks for files in its folder for them, and beside the text of a page bundle.
        """
        if not (output and self.site and places):
            return
        static, output = self.target.dialect.static, output.resolve()
        shown = [self.site] if self.target.dialect.name != "hugo" else [self.site / "static"]
        if _BUNDLE.fullmatch(self.path.name):
            shown.append(self.path.parent)
        if not any(output.is_relative_to(folder) for folder in shown):
            best = self.site / (static or "")
            yield f"{OF_THE_SITE}does not serve --output: choose a folder below {best}, and run again, at no cost"

    def _addresses_in(self, output: Path) -> tuple[str, tuple[str, ...], str]:
        """Return how a copy's address begins, how it may have begun before, and what the text has before it.

        A site below a path of its host has that path in front; before its configuration said so it had not.
        """
        output, static = output.resolve(), self.target.dialect.static
        served = (self.site / static) if self.site and static is not None else None
        if served and output.is_relative_to(served):
            start = f"/{quote(output.relative_to(served).as_posix())}/".replace("/./", "/")
            return self.below.everywhere + start, (self.below.everywhere + start, start), self.below.in_text
        below = quote(Path(os.path.relpath(output, self.path.parent)).as_posix())
        # Astro takes ./ alone for a path; Hugo finds the files of a page bundle by their names, without it.
        plain = "" if below == "." else f"{below}/"
        start = plain if below.startswith("..") or self.target.dialect.name == "hugo" else f"./{plain}"
        return start, (start,), ""

    def _replace(self, data: bytes) -> None:
        draft = self.path.with_name(f".{self.path.name[-100:]}.{os.getpid()}")
        try:
            with draft.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            before = self.path.stat()
            draft.chmod(before.st_mode & 0o7777)
            with suppress(PermissionError):
                os.chown(draft, before.st_uid, before.st_gid)
            if self.path.read_bytes() != self.data:
                raise NotWritten(
                    f"{self.path} was changed while the pictures were made, and is left as it is: run again to write"
                    " them into it, which pays nothing"
                )
            draft.replace(self.path)
        except OSError as error:
            raise NotWritten(f"{self.path} cannot be written: {error.strerror}; the pictures are stored") from None
        finally:
            draft.unlink(missing_ok=True)


def article_file(source: str, dialect: str | None = None) -> ArticleFile:
    """Return the file of an article, to write into. Raises InvalidInput for what cannot be written back."""
    path = Path(source).resolve()
    if source == "-" or not path.is_file() or path.suffix.lower() not in SUFFIXES or path.suffix.lower() == ".json":
        raise InvalidInput("--write-back: ARTICLE must be a Markdown file, since pictures are written into its text")
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        raise InvalidInput(f"--write-back: {source} and its folder must be writable")
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InvalidInput(f"--write-back: {source} has more than {MAX_BYTES:,} bytes")
    try:
        document = document_of(data.decode())
    except UnicodeDecodeError:
        raise InvalidInput(f"--write-back: {source} is not UTF-8 text") from None
    if has_broken(document.body):
        raise InvalidInput(
            "--write-back: a comment <!-- article-images:... --> has no <!-- /article-images --> below it, or a blank"
            " line between them: put it right, or take both out"
        )
    return ArticleFile(path, data, document, *_target(path, document, dialect))


def check_dialect(dialect: str | None, *, write_back: bool) -> None:
    """Raise InvalidInput for a dialect that is none, or is of no use."""
    if dialect is not None and not write_back:
        raise InvalidInput("--dialect: needs --write-back")
    if dialect is not None and dialect not in DIALECTS:
        raise InvalidInput(f"--dialect: {dialect} is none; choose from {', '.join(DIALECTS)}")


def _target(path: Path, document: Document, chosen: str | None) -> tuple[Target, Path | None, SitePath]:
    above = list(_names_above(path))
    site = site_of(above)
    kind = "" if document.names_its_language else document.kind
    name = chosen or (site.dialect if site else dialect_of(path.as_posix(), kind, names_in(document)))
    dialect, is_mdx = DIALECTS[name], path.suffix.lower() == ".mdx"
    folder = path.parents[site.up] if site and site.dialect == name else None
    configuration = _configuration(folder, above[site.up], name) if site and folder else ""
    if name == "hugo" and folder and not _UNSAFE.search(configuration):  # Goldmark leaves HTML out of Markdown then
        dialect = replace(dialect, keeps_html=False)
    target = Target(replace(dialect, is_mdx=is_mdx or dialect.is_mdx), is_mdx)
    return target, folder, site_path(name, configuration)


def _names_above(path: Path) -> Iterator[Collection[str]]:
    """Yield the names in the article's folder and in those above it, up to the repository's own folder.

    With those of the folder that holds Hugo's configuration in parts.
    """
    for folder in path.parents[:_MOST_FOLDERS]:
        try:
            names = frozenset(os.listdir(folder))
        except OSError:
            return
        with suppress(OSError):
            names |= {f"{HUGO_FOLDER}/{name}" for name in os.listdir(folder / HUGO_FOLDER)}
        yield names
        if ".git" in names or folder == Path.home():
            return


def _configuration(site: Path, names: Collection[str], dialect: str) -> str:
    """Return the text of a site's configuration."""
    texts = []
    for name in sorted(names):
        if is_configuration(name, dialect):
            with suppress(OSError):
                texts.append((site / name).read_text(errors="replace"))
    return "\n".join(texts)
