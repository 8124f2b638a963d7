"""Removal of content hidden in Markdown by syntax outside CommonMark: comments, and code without a fence."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator

# Fences, code spans and HTML comments are matched too, since within them the other openings have no meaning.
_OPENING = re.compile(
    r"(?P<fence>^[ \t>]*(?:`{3,}(?=[^`\n]*$)|~{3,}))"
    r"|(?P<span>`+)"
    r"|(?P<html><!--)"
    r"|(?<!\\)(?:"
    r"(?P<obsidian>%%)"
    r"|(?P<mdx>\{/\*)"
    r"|(?P<hugo>\{\{[<%]?[ \t]{0,9}/\*)"
    r"|(?P<jinja>\{#-?\s)"
    r"|(?P<erb><%)"
    r"|\{%-?[ \t]*(?P<liquid>comment|highlight|codeblock|code|schema|style|stylesheet|javascript)\b[^%\n]{0,300}%\}"
    r"|\{\{[<%][ \t]*(?P<shortcode>comment|highlight)\b[^}\n]{0,300}[>%]\}\})",
    re.MULTILINE,
)
_CLOSING = {
    "html": r"-->",
    "obsidian": r"%%",
    "mdx": r"\*/\s*\}",
    "hugo": r"\*/[ \t]*[>%]?\}\}",
    "jinja": r"#\}",
    "erb": r"%>",
    "liquid": r"\{%-?[ \t]*end{name}[ \t]*-?%\}",
    "shortcode": r"\{\{[<%][ \t]*/[ \t]*{name}[ \t]*[>%]\}\}",
}


def visible(text: str) -> str:
    """Return Markdown without its hidden parts, in linear time."""
    return "".join(text[start:end] for start, end in _shown(text))


def lines_of_visible(text: str) -> list[int]:
    """Return, for each line of `visible(text)`, the number of the line of `text` that it ends in, from 0."""
    numbers: list[int] = []
    line = position = 0
    for start, end in _shown(text):
        line += text.count("\n", position, start)
        ends = text.count("\n", start, end)
        numbers += range(line, line + ends)
        line, position = line + ends, end
    return [*numbers, line]


def code_spans(text: str) -> list[tuple[int, int]]:
    """Return where fenced code and code spans are in Markdown, in order."""
    return [(start, end) for kind, start, end in _special(text) if kind in {"fence", "span"}]


def _shown(text: str) -> Iterator[tuple[int, int]]:
    shown_to = 0
    for kind, start, end in _special(text):
        if kind not in {"fence", "span", "html"}:
            yield shown_to, start
            shown_to = end
    yield shown_to, len(text)


def _special(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the kind, start and end of each part in which other openings have no meaning."""
    position = 0
    closings = _Closings(text)
    while opening := _OPENING.search(text, position):
        kind = opening.lastgroup or ""
        end = closings.after(opening, kind)
        if end is None:
            position = opening.end()
            continue
        yield kind, opening.start(), end
        position = end


class _Closings:
    """Finds the end of an opening. A closing that is missing is searched for only once, to stay linear."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.never: set[str] = set()
        self.runs: dict[int, list[int]] = defaultdict(list)  # positions of backtick runs, by their length
        for run in re.finditer("`+", text):
            self.runs[len(run[0])].append(run.start())

    def after(self, opening: re.Match[str], kind: str) -> int | None:
        """Return the index after the closing; None if the match is not an opening after all."""
        if kind == "span":
            return self._span(opening)
        if kind == "fence":
            fence = opening[0].lstrip(" \t>")
            end = self._next(rf"^[ \t>]*{fence}{fence[0]}*[ \t]*$", opening.end())
            return len(self.text) if end is None else end
        end = self._next(_CLOSING[kind].replace("{name}", opening[kind]), opening.end())
        if kind == "obsidian":
            return self._obsidian(opening, end)
        return end

    def _next(self, pattern: str, start: int) -> int | None:
        found = None if pattern in self.never else re.compile(pattern, re.MULTILINE).search(self.text, start)
        if found is None:
            self.never.add(pattern)
        return found.end() if found else None

    def _span(self, opening: re.Match[str]) -> int | None:
        starts = self.runs[len(opening[0])]
        number = bisect_left(starts, opening.end())
        if number == len(starts) or self.text.find("\n\n", opening.end(), starts[number]) >= 0:
            return None
        return starts[number] + len(opening[0])

    def _obsidian(self, opening: re.Match[str], end: int | None) -> int | None:
        """Return the end of `%%`: a comment of any length at a line's start or end, elsewhere within a paragraph."""
        start = self.text.rfind("\n", 0, opening.start()) + 1
        if not self.text[start : opening.start()].strip(" \t>"):
            return len(self.text) if end is None else end
        if end is None or self.text.startswith("\n", opening.end()):
            return end
        return None if self.text.find("\n\n", opening.end(), end) >= 0 else end
