"""The path below which a site is served (`https://example.github.io/blog/`), by its configuration.

Where it is not the host's root, an address from the root needs that path in front. Sources: Hugo "baseURL" and
"canonifyURLs", Astro "base", Docusaurus "baseUrl", Jekyll "baseurl" (themes add it to fields, but not to the text).
"""

import re
from dataclasses import dataclass

_COMMENT = re.compile(r"^\s*(?://|#|\*|/\*).*$", re.MULTILINE)
_PATHS = {
    "hugo": re.compile(
        r"^[ \t]*[\"']?baseURL[\"']?\s*[:=]\s*[\"']?(?:https?:)?//[^/\s\"'#]+(/[^\s\"'#,]*)",
        re.IGNORECASE | re.MULTILINE,
    ),
    "astro": re.compile(r"\bbase\s*:\s*[\"'`](/?[^\"'`\s]+)"),
    "docusaurus": re.compile(r"\bbaseUrl\s*:\s*[\"'`](/[^\"'`\s]*)"),
}
_CANONIFIED = re.compile(r"\bcanonifyURLs[\"']?\s*[:=]\s*true\b", re.IGNORECASE)  # Hugo puts the path there itself
_OF_JEKYLL = re.compile(r"^baseurl[ \t]*[:=]", re.MULTILINE)
_PLAIN = re.compile(r"[\w.~%/-]+")


@dataclass(frozen=True, slots=True)
class SitePath:
    """`everywhere`: before addresses in fields and in the text; `in_text`: before those in the text alone."""

    everywhere: str = ""
    in_text: str = ""


def site_path(dialect: str, configuration: str) -> SitePath:
    """Return what stands before an address from the site's root; nothing where the configuration does not say."""
    text = _COMMENT.sub("", configuration)
    if dialect == "jekyll":
        return SitePath(in_text="{{ site.baseurl }}" if _OF_JEKYLL.search(text) else "")
    found = _PATHS[dialect].search(text) if dialect in _PATHS and not _CANONIFIED.search(text) else None
    path = found[1].strip("/") if found else ""
    return SitePath(everywhere=f"/{path}" if _PLAIN.fullmatch(path) else "")
