"""The parts of a Markdown file as they are, byte for byte: its front matter, and the text below."""

import json
import re
from dataclasses import dataclass
from typing import Literal

from imaging.articles.files.headless import headless
from imaging.errors import InvalidInput

_END = r"(?:\r\n|\r(?!\n)|\n)"
_INSIDE = rf"[^\S\r\n]*{_END}(?P<inside>(?:[^\r\n]*{_END})*?)"
_LAST = rf"[^\S\r\n]*(?:{_END}|\Z)"
_FENCED = {
    "yaml": re.compile(rf"\ufeff?\s*---(?:ya?ml)?{_INSIDE}(?:---|\.\.\.){_LAST}"),
    "toml": re.compile(rf"\ufeff?\s*(?P<fence>\+\+\+|---(?=toml))(?:toml)?{_INSIDE}(?P=fence){_LAST}"),
}
_OPEN = re.compile(rf"\ufeff?\s*(?:---(?:ya?ml|toml)?|\+\+\+)[^\S\r\n]*{_END}")
_JSON = re.compile(rf"\ufeff?\s*(?:---json[^\S\r\n]*{_END}\s*)?(?=\{{\s*\")")
# Pandoc's: title, authors and date, each a line that begins with %, with more lines indented.
_TITLE_BLOCK = re.compile(rf"\ufeff?%[^\r\n]*(?:{_END}(?:%|[ \t]+\S)[^\r\n]*)*(?:{_END}|\Z)")

FrontMatter = Literal["yaml", "toml", "json", "title block", ""]


@dataclass(frozen=True, slots=True)
class Document:
    """A Markdown file: `before`, `inside` and `behind` its front matter's fields, and its `body`; joined, the file."""

    kind: FrontMatter
    before: str
    inside: str
    behind: str
    body: str

    @property
    def text(self) -> str:
        """The whole file."""
        return self.before + self.inside + self.behind + self.body

    @property
    def has_fields(self) -> bool:
        """Whether there is a front matter that a field can be written into."""
        return self.kind in {"yaml", "toml", "json"}

    @property
    def names_its_language(self) -> bool:
        """Whether its front matter is TOML or JSON between dashes, as Eleventy has it and Hugo has not."""
        return self.kind in {"toml", "json"} and self.before.lstrip("\ufeff \t\r\n").startswith("---")

    @property
    def line_end(self) -> str:
        """The line end of the file: that of its first line."""
        found = re.search(_END, self.text)
        return found[0] if found else "\n"


def document_of(text: str) -> Document:
    """Return the parts of a Markdown file. Raises InvalidInput for front matter that does not end."""
    kind: FrontMatter
    for kind in ("yaml", "toml"):
        if found := _FENCED[kind].match(text):
            start, end = found.span("inside")
            return Document(kind, text[:start], text[start:end], text[end : found.end()], text[found.end() :])
    if _OPEN.match(text):
        raise InvalidInput("--write-back: the front matter is not closed")
    if opening := _JSON.match(text):
        return _with_json(text, opening.end())
    if block := _TITLE_BLOCK.match(text):
        return Document("title block", block[0], "", "", text[block.end() :])
    fields = headless(text)
    start = fields.end() if fields else int(text.startswith("\ufeff"))
    return Document("", text[:start], "", "", text[start:])


def _with_json(text: str, start: int) -> Document:
    try:
        _, length = json.JSONDecoder().raw_decode(text[start:])
    except (ValueError, RecursionError):
        raise InvalidInput("--write-back: the front matter is not valid JSON") from None
    end = start + length
    fence = rf"\s*---{_LAST}" if text[:start].rstrip().endswith("---json") else rf"[^\S\r\n]*{_END}?"
    rest = re.compile(fence).match(text, end)
    body = rest.end() if rest else end
    return Document("json", text[:start], text[start:end], text[end:body], text[body:])
