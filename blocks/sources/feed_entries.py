"""Corrections to feedparser's RSS and Atom entries: unpublished entries, and titles of nested elements."""

from typing import Any

from feedparser.mixin import _FeedParserMixin as Parser

_ARTICLES = {"post", "page"}


def is_published(entry: Any) -> bool:
    """Return whether the entry is a published article.

    Exports contain everything: WordPress' (WXR) attachments, menu entries, revisions, drafts, scheduled posts and those
    with a password; Blogger's drafts, comments and templates. Custom post types are excluded, as they may be orders.
    """
    kinds = [tag.get("term") or "" for tag in entry.get("tags", ()) if (tag.get("scheme") or "").endswith("#kind")]
    draft = entry.get("app_draft") or entry.get("draft") or "no"
    return (
        entry.get("wp_post_type", "post") in _ARTICLES
        and entry.get("wp_status", "publish") == "publish"
        and not entry.get("wp_post_password")
        and draft.strip().lower() != "yes"
        and all(kind.endswith(("#post", "#page")) for kind in kinds)
    )


class _OwnTitle:
    """Keeps feedparser from taking the title of a picture or a form within an item for the item's own."""

    start, end = Parser._start_title, Parser._end_title
    start_image, start_form = Parser._start_image, Parser._start_textinput

    def _start_title(self: Any, attributes: Any) -> None:
        if _in_inset(self):
            self.push_content("title", attributes, "text/plain", 0)  # 0: drop its content
        else:
            _OwnTitle.start(self, attributes)

    def _end_title(self: Any) -> None:
        depth = self.title_depth
        _OwnTitle.end(self)
        if _in_inset(self):
            self.title_depth = depth

    def _start_image(self: Any, attributes: Any) -> None:
        depth = self.title_depth
        _OwnTitle.start_image(self, attributes)
        self.title_depth = depth if self.inentry else self.title_depth

    def _start_textinput(self: Any, attributes: Any) -> None:
        depth = self.title_depth
        _OwnTitle.start_form(self, attributes)
        self.title_depth = depth if self.inentry else self.title_depth


def _in_inset(parser: Any) -> bool:
    return bool(parser.inentry and (parser.inimage or parser.intextinput))


# The library has no extension point; its parsers look up methods by these names.
for name in ("_start_title", "_end_title", "_start_image", "_start_textinput"):
    setattr(Parser, name, getattr(_OwnTitle, name))
Parser._start_textInput = Parser._start_textinput
