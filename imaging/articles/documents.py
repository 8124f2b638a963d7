"""Reading article files: Markdown with front matter, or JSON."""

from imaging.articles.article import Article
from imaging.articles.origin import Origin
from imaging.articles.parsing import parse_json, parse_markdown
from imaging.errors import InvalidInput

MAX_BYTES = 10_000_000
# All Markdown extensions that GitHub's Linguist knows, `.mdx`, and JSON.
SUFFIXES = (
    ".md", ".markdown", ".mdown", ".mdwn", ".mdtext", ".mdtxt", ".mdx", ".mkd", ".mkdn", ".mkdown", ".livemd", ".json",
)  # fmt: skip


def parse_document(data: bytes, name: str) -> Article:
    """Return the article in a document: JSON if the name ends in `.json`, else Markdown. Raises InvalidInput."""
    text = decoded(data, name)
    return parse_json(text) if name.lower().endswith(".json") else parse_markdown(text)


def read_from(article: Article, source: str, path: str) -> Article:
    """Return the article with its origin set to a file of a source, keeping the URL that it names itself.

    Symbolic links in the path are kept: `current/intro.md` is one article, whichever release it points to.
    """
    return article.model_copy(update={"origin": Origin(source=source, path=path, url=article.origin.url)})


def decoded(data: bytes, name: str) -> str:
    """Return the text of a document. Raises InvalidInput if it is too large or not UTF-8."""
    if len(data) > MAX_BYTES:
        raise InvalidInput(f"{name} has more than {MAX_BYTES:,} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput(f"{name} is not UTF-8 text") from None
