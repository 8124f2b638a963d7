"""The names under which other systems have the fields of an article, in lower case."""

import re
from collections.abc import Mapping
from difflib import get_close_matches

# By our field, the best name first: front matter of site generators and editors, exports of content systems.
NAMES: Mapping[str, tuple[str, ...]] = {
    "topic": ("title", "headline", "post_title"),
    "excerpt": (
        "description", "summary", "subtitle", "custom_excerpt", "post_excerpt", "abstract", "lead", "meta_description",
    ),
    "language": ("lang", "locale"),
    "slug": ("permalink", "url", "post_name"),
    "article_id": ("id", "post_id"),
    "url": ("canonical_url", "canonicalurl", "canonical", "permalink", "url", "link"),
}  # fmt: skip
# When a post is or was public. The first one that is a date counts.
DATES = ("publishdate", "publish_date", "pubdate", "pub_date", "published_at", "published", "date")
EXPIRY = ("expirydate", "expiry_date", "expires", "unpublishdate")
STATES = ("draft", "published", "status", "post_status")
TEXTS = frozenset({*NAMES["topic"], *NAMES["excerpt"]})
WORDS = frozenset({*NAMES["language"], *NAMES["slug"], *NAMES["article_id"], *NAMES["url"], *DATES, *EXPIRY, *STATES})
# With one of these (Docusaurus), an id names a page within its folder alone, and many folders have an `intro`.
PAGE_IDS = ("sidebar_position", "sidebar_label", "displayed_sidebar", "hide_title", "pagination_label")

_OURS = ("topic", "body", "excerpt", "language", "user_id", "article_id", "slug", "brand", "origin")
_OF_BRAND = ("color", "logo", "template")
# Names of other systems that look like misspelt ones of ours.
_WELL_KNOWN = frozenset(
    {
        "topics", "brand", "brands", "branding", "colors", "logos", "templates", "slugs", "languages", "langs",
        "origins", "original", "original_url", "article", "articles", "article_type", "author_id", "excerpts", "users",
        "user", "langue", "topico", "topicos", "bodyclass", "body_class", "body_classes", "bgcolor", "template_key",
        "branded",
    }
)  # fmt: skip
_LIKE = 0.8  # colour and color, toppic and topic, user-id and user_id; but not layout, login, lead, tags


def meant(name: str) -> str | None:
    """Return the field of ours that this name looks like a misspelling of; None for any other name."""
    spelled = re.sub(r"(?<=[a-z])(?=[A-Z])|[\s.-]+", "_", name.strip()).lower()
    if len(name) > 20 or spelled in _WELL_KNOWN or spelled in _OF_BRAND:
        return None
    ours = (*_OURS, *_OF_BRAND)
    turned = [one for one in ours if one[0] == spelled[:1] and sorted(one) == sorted(spelled)]  # slgu
    found = turned or get_close_matches(spelled, ours, n=1, cutoff=_LIKE)
    return f"brand.{found[0]}" if found and found[0] in _OF_BRAND else next(iter(found), None)
