"""Fields at the top of a Markdown file without a line before them: Pelican, MultiMarkdown, and Hexo's short form."""

import re

_END = r"(?:\r\n|\r(?!\n)|\n)"
_FIELD = rf"[A-Za-z][\w -]{{0,40}}:(?:[ \t][^\r\n]*)?{_END}(?:[ \t]+\S[^\r\n]*{_END})*"
# One of them is the title; a blank line, --- or ... ends them.
_HEADLESS = re.compile(
    rf"\ufeff?(?P<fields>(?=(?:[^\r\n]+{_END}){{0,40}}?title[ \t]*:)(?:{_FIELD})+)(?:---|\.\.\.)?[ \t]*(?:{_END}|\Z)",
    re.IGNORECASE,
)


def headless(text: str) -> re.Match[str] | None:
    """Return the match of the fields (`fields`) at the top of a text with what ends them; None without any."""
    return _HEADLESS.match(text)
