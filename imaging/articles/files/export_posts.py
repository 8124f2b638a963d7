"""Recognising JSON exports by their posts: those of Ghost, and answers of the APIs of Ghost and WordPress."""

from collections.abc import Mapping
from typing import Any

# Where the posts are: Ghost's export (https://ghost.org/docs/migration/custom/), and its content API.
_PLACES = (("db", 0, "data", "posts"), ("data", "posts"), ("posts",))


def posts_in(document: Any) -> list[dict[str, Any]] | None:
    """Return the posts of a JSON document; None for one that is no export."""
    posts = next((found for place in _PLACES if isinstance(found := value_at(document, place), list)), document)
    if isinstance(posts, list) and any(_is_post(post) for post in posts):
        return [post for post in posts if isinstance(post, dict)]
    return None


def value_at(document: Any, place: tuple[str | int, ...]) -> Any:
    """Return what stands at a place of a JSON document, given as names and numbers from the outside in; else None."""
    for step in place:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            return None
    return document


def post_text(post: Mapping[str, Any], name: str) -> str:
    """Return a field of a post as text: WordPress has some as `{"rendered": ...}`. Empty for none."""
    value = post.get(name)
    value = value.get("rendered") if isinstance(value, Mapping) else value
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _is_post(post: Any) -> bool:
    return (
        isinstance(post, Mapping) and bool(post_text(post, "title")) and not post.keys().isdisjoint({"html", "content"})
    )
