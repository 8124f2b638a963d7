"""Markdown parsers for CommonMark and the extensions of site generators, wikis and editors.

Extensions are parsed, so that their markup is not read as text. Plugins of markdown-it cover most of them. The rules
below cover the rest: wiki links, templates, short codes, kramdown's attributes, containers, MDX.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache, partial

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.attrs import attrs_plugin
from mdit_py_plugins.attrs.parse import ParseError, parse
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.subscript import sub_plugin
from mdit_py_plugins.superscript import superscript_plugin

from imaging.text.hidden import visible
from imaging.text.shortcodes import NOWHERE, OWN, closed_names, shortcode_end, without_shortcodes

_NO_BREAK = re.compile(r"^( {0,3}#{1,6})[^\S\n\t ]", re.MULTILINE)  # macOS types it with Alt and the space bar

# Inline markup by its first character: dropped, except for the group `words`. Each pattern has a bound, so that many
# unclosed openings do not take quadratic time.
_WIKI_LINK = r"!?\[\[(?:[^\[\]|\n]{1,200}\|)?(?P<words>[^\[\]|\n]{1,200})\]\]"
_IN_TITLES: Mapping[str, Sequence[str]] = {
    ":": (r"(?<!\w):(?:\+1|-1|100|1234|[a-z][\w+-]{0,60}):(?!\w)",),  # an emoji's short code, or an icon's
    "[": (_WIKI_LINK, r"\[\^[^\]\s]{1,100}\]"),  # ... and a reference to an undefined footnote
    "{": (r"\{\{[<%][^\n]{0,500}?[>%]\}\}",),  # Hugo's short code
}
_IN_BODIES: Mapping[str, Sequence[str]] = {
    **_IN_TITLES,
    "!": (r"!\[\[[^\[\]\n]{1,300}\]\]",),  # a wiki embed
    "[": (
        r"\[{1,2}_?(?:toc|TOC)_?\]{1,2}",
        *_IN_TITLES["["],
        r"(?<![^\n])\[[ xX]\](?=\s|$)",  # a task's checkbox
        r"\[![A-Za-z]{1,30}\][+-]?",  # a GitHub alert, an Obsidian callout
    ),
    "{": (
        r"\{\{[^\n]{0,500}?\}\}",
        r"\{%[^\n]{0,500}?%\}",
        r"\{[A-Za-z_$][\w$]{0,60}(?:\.[\w$]{1,60}){1,9}\}",  # an MDX value
    ),
    # An MDX component; lower-case tags are HTML, which the parser knows.
    "<": (
        r"</?[A-Z][\w.]{0,60}(?:[^<>{}\"']|\"[^\"\n]{0,300}\"|'[^'\n]{0,300}'"
        r"|\{(?:[^{}\n]|\{[^{}\n]{0,300}\}){0,300}+\}){0,500}+>",
    ),
    "=": (r"(?<![\w=])==(?=[^\s=])(?P<words>[^=\n]{0,300}[^\s=])==(?!=)",),
    "+": (r"(?<![\w+])\+\+(?=[^\s+])(?P<words>[^+\n]{0,300}[^\s+])\+\+(?!\+)",),
    # A formula; escaped brackets around anything else are text.
    "\\": (r"\\\((?=[^\n\\^_=]{0,100}(?:[\^_=]|\\(?![()])))(?:[^\n\\]|\\(?![()])){1,300}+\\\)",),
    "^": (r"(?<=\s)\^[A-Za-z0-9-]{1,60}\s{0,9}$",),  # a block's id (Obsidian)
}
_LABEL = re.compile(r"\[([^\[\]]{1,300})\]")
_EXPRESSION = re.compile(r"\{[^{}\n]{0,500}\}")

# Lines that are not a paragraph: placeholders for the table of contents, attributes, ends of containers.
_NO_PROSE = re.compile(
    r"(?:@?\[{1,2}_?toc_?\]{1,2}|\$\{toc\}|\{:?\s*toc\s*\}|\{\{\s*toc\s*\}\}|__toc__|\\tableofcontents"
    r"|:{3,}[^\n]*|\{:[^\n{}]*\})\s*",
    re.IGNORECASE,
)
_ESM = re.compile(
    r"import\s+(?:[\w$*{][^'\"\n]{0,300}\sfrom\s+)?['\"][^'\"\n]+['\"]|import\s+(?:[\w$]+\s*,\s*)?\{[^'\"\n]*$"
    r"|export\s+(?:const|let|var|async|function|class|\*|\{|default\s+(?:function|class|async|[({])|default\s+[\w$]+;?\s*$)"
)


@cache
def bodies() -> MarkdownIt:
    """Return the parser for article bodies."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    parser.use(admon_plugin).use(deflist_plugin)
    parser.use(footnote_plugin).disable("footnote_tail")  # keep a footnote's text where it was written
    parser.use(dollarmath_plugin, allow_space=False, allow_digits=False)
    parser.use(sub_plugin).use(superscript_plugin).use(attrs_plugin, spans=True)
    parser.core.ruler.after("normalize", "visible", _show)
    ends = ["paragraph", "reference", "blockquote", "list"]
    parser.block.ruler.before("table", "no_prose", _no_prose, {"alt": ends})
    parser.block.ruler.before("table", "esm", _esm)
    parser.inline.ruler.before("escape", "attributes", _attributes)
    parser.inline.ruler.before("escape", "expression", _expression)
    _with_marks(parser, _IN_BODIES).inline.ruler.before("escape", "shortcode", _shortcode)
    return parser


@cache
def _titles() -> MarkdownIt:
    parser = MarkdownIt("zero").use(dollarmath_plugin, allow_space=False, allow_digits=False)
    parser.inline.ruler.before("text", "attributes", _attributes)
    return _with_marks(parser, _IN_TITLES)


def title_words(title: str) -> str:
    """Return a title as readers see it, without short codes, formulas and the like; anything else is plain text."""
    children = _titles().parseInline(without_shortcodes(title, lone=NOWHERE))[0].children or ()
    words = "".join(child.content for child in children if child.type == "text")
    return title if words == title else " ".join(words.split()) or title


def _show(state: StateCore) -> None:
    state.src = _NO_BREAK.sub(r"\1 ", visible(state.src))
    state.env["closed"] = closed_names(state.src)


def _with_marks(parser: MarkdownIt, patterns: Mapping[str, Sequence[str]]) -> MarkdownIt:
    compiled = {sign: [re.compile(pattern) for pattern in own] for sign, own in patterns.items()}
    parser.inline.ruler.before("escape", "marks", partial(_mark, compiled))
    return parser


def _mark(patterns: Mapping[str, Sequence[re.Pattern[str]]], state: StateInline, silent: bool) -> bool:
    for pattern in patterns.get(state.src[state.pos], ()):
        if found := pattern.match(state.src, state.pos, state.posMax):
            if not silent and "words" in pattern.groupindex:
                end, (state.pos, state.posMax) = state.posMax, found.span("words")
                state.md.inline.tokenize(state)
                state.posMax = end
            state.pos = found.end()
            return True
    return False


def _shortcode(state: StateInline, silent: bool) -> bool:
    """Skip shortcodes of WordPress; a link is none."""
    if state.src[state.pos] != "[":
        return False
    end = shortcode_end(state.src, state.pos, state.env.get("closed", frozenset()), OWN)
    if end is None or end > state.posMax or state.src.startswith("(", end):
        return False
    second = _LABEL.match(state.src, end)
    labels = {state.src[state.pos + 1 : end - 1], second[1] if second else ""}
    references = state.env.get("references") or ()
    if references and any(normalizeReference(label) in references for label in labels):
        return False
    state.pos = end
    return True


def _attributes(state: StateInline, silent: bool) -> bool:
    """Skip attributes at the end of a heading or paragraph: Pandoc's `{#id .class}`, kramdown's `{: #id}`, `{-}`."""
    end = state.src.rfind("}", state.pos, state.posMax) + 1
    if state.src[state.pos] != "{" or not end or state.src[end : state.posMax].strip():
        return False
    inside = state.src[state.pos + 1 : end - 1].removeprefix(":").strip()
    if inside != "-" and (not inside or not _are_attributes(f"{{{inside}}}")):
        return False
    state.pos = state.posMax
    return True


def _are_attributes(text: str) -> bool:
    try:
        return parse(text)[0] == len(text) - 1
    except ParseError:
        return False


def _expression(state: StateInline, silent: bool) -> bool:
    """Skip expressions in braces, in MDX alone."""
    found = _EXPRESSION.match(state.src, state.pos, state.posMax) if state.env.get("mdx") else None
    state.pos = found.end() if found else state.pos
    return bool(found)


def _no_prose(state: StateBlock, line: int, _end: int, silent: bool) -> bool:
    if state.is_code_block(line) or not _NO_PROSE.fullmatch(_line(state, line)):
        return False
    if not silent:
        state.line = line + 1
    return True


def _esm(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """Skip MDX imports and exports, to the end of the paragraph in which their brackets are closed."""
    if silent or state.level or state.tShift[line] or not _ESM.match(_line(state, line)):
        return False
    state.env["mdx"] = True
    first_end, brackets, ticks = end, 0, 0
    for number in range(line, end):
        text = _line(state, number)
        if not text or text.startswith("#"):
            first_end = min(first_end, number)
            if brackets <= 0 and ticks % 2 == 0:
                state.line = number
                return True
        brackets += sum(text.count(sign) for sign in "([{") - sum(text.count(sign) for sign in ")]}")
        ticks += text.count("`")
    state.line = end if brackets <= 0 and ticks % 2 == 0 else first_end
    return True


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].rstrip()
