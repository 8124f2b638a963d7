"""Words that want to be markup, and how what became of them is read."""

from html.parser import HTMLParser

from markdown_it import MarkdownIt

# Article fields that hostile words go into, and what must not come out of them.
SCRIPT = '<script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)>"><iframe src=//evil.example>'


HOSTILE = [
    SCRIPT,
    "[x](javascript:alert(1)) ![x](https://evil.example/p.png) <https://evil.example> [y]: https://evil.example",
    "{{ 7 * 7 }} {% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %} {# c #} ${7*7} #{7*7}",
    "</td></tr></table>\n\n# Heading\n\n| a | b |\n| - | - |\n| c | d |\n\n```\ncode\n```\n- list\n> quote",
    "&lt;script&gt; &#60;script&#62; &#x3c;img src=x&#x3e; \\<b\\> `<b>` ``x`` \\\\` <!-- --> <![CDATA[x]]> <?php ?>",
    "\u202e<b>\u2066 \ufeff\u200b *a* _b_ **c** ~~d~~ ![](data:text/html,<script>) www.evil.example a@evil.example",
    "{{ event.payload }} {{ prefect.blocks.secret.x }} {{ prefect.variables.x }} $(id) `id` %s %(x)s {0} {topic}",
]


# What a gallery is made of; everything else came from outside.
OURS = {
    "h1", "h2", "p", "strong", "a", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "img", "br", "pre", "code",
}  # fmt: skip


# And the page, beside that.
PAGE = {
    "html", "head", "meta", "link", "title", "style", "script", "body", "header", "main", "section", "div", "figure",
    "figcaption", "h3", "dl", "dt", "dd", "b", "i", "small", "span", "fieldset", "legend", "label", "input", "button",
    "details", "summary", "picture",
}  # fmt: skip


class Tags(HTMLParser):
    """The tags of a page with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        self.found.append(("!--", {}))

    @property
    def shape(self) -> list[tuple[str, list[str]]]:
        return [(tag, sorted(attributes)) for tag, attributes in self.found]

    @property
    def addresses(self) -> list[str]:
        return [value or "" for _, attributes in self.found for name, value in attributes.items()
                if name in {"href", "src"}]  # fmt: skip


def rendered(markdown: str) -> Tags:
    """The Markdown as a viewer with everything switched on shows it."""
    return Tags(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))
