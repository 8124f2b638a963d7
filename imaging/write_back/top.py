"""Where a text begins for the picture at its top: behind the imports and the title, and where a system takes the first
paragraph for the page's excerpt or description, behind that.

Sources: Jekyll "Posts" (the excerpt is what stands before the first blank line), Docusaurus' `createExcerpt` (the
description is the first line that is neither import, title nor HTML; an MDX comment would be it).
"""

import re
from collections.abc import Collection, Sequence

from imaging.write_back.dialects import Dialect

_MODULE = re.compile(r"(?:import|export)\s")  # of MDX; it ends with a blank line
_TITLE = re.compile(r"# |<h1\b", re.IGNORECASE)
_UNDERLINE = re.compile(r"={2,}\s*")
_NO_WORDS = re.compile(r"(?:={2,}|-{2,})\s*$|\s*(?:```|~~~|:::|\{%|\{\{[<%]|<)")  # an underline, or what goes on below
# A line that begins a paragraph, and no list, quotation, table, container, template, definition or HTML.
_WORDS = re.compile(r"(?!\d+[.)]\s|[*_]\s|[*_]{3}|```|\[[^\]]*\]:)[^\W_]|[*_`(\[\"'“„«‹‘¿¡](?!\s)")


def line_of_top(plain: str, headings_end: Collection[int], dialect: Dialect) -> int:
    """Return the number of the line behind which the picture stands. `headings_end`: the lines behind the headings."""
    lines = plain.split("\n")
    at = _filled(lines, 0)
    while dialect.is_mdx and at < len(lines) and _MODULE.match(lines[at]):
        at = _filled(lines, _blank(lines, at))
    if at == len(lines):
        return 0 if not dialect.is_mdx else _last_filled(lines)
    under = at + 1 < len(lines) and _UNDERLINE.fullmatch(lines[at + 1]) is not None
    if (under or _TITLE.match(lines[at])) and at + 1 + under in headings_end:
        at += 1 + under
        begin = _filled(lines, at)
    else:
        begin = at
    end = _blank(lines, begin)
    is_paragraph = begin < end and _WORDS.match(lines[begin]) and not any(map(_NO_WORDS.match, lines[begin:end]))
    goes_on = _filled(lines, end) < len(lines)
    return end if dialect.opens_with_text and is_paragraph and goes_on else at


def _filled(lines: Sequence[str], at: int) -> int:
    """Return the number of the first line from `at` that is not blank, or else that of the end."""
    return next((number for number in range(at, len(lines)) if lines[number].strip()), len(lines))


def _blank(lines: Sequence[str], at: int) -> int:
    return next((number for number in range(at, len(lines)) if not lines[number].strip()), len(lines))


def _last_filled(lines: Sequence[str]) -> int:
    return next((number + 1 for number in range(len(lines) - 1, -1, -1) if lines[number].strip()), 0)
