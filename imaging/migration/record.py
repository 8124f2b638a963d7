"""One article of a source of old addresses: what identifies it, its texts, and the addresses in them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imaging.articles.article import Article
from imaging.articles.files.parsing import article_from
from imaging.articles.origin import Origin
from imaging.errors import InvalidInput
from imaging.migration.addresses import Found, Picks
from imaging.migration.finding import found_in_page, found_in_value
from imaging.record import Image
from imaging.sanitizing.printable import printable
from imaging.slug import DEFAULT_TENANT, MAX_LENGTH, SLUG
from imaging.validation import LANGUAGE, USER_ID

# The names under which exports and front matter have the fields of an article, best first.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "topic": ("topic", "title", "headline", "post_title", "name", "titel", "h1"),
    "slug": ("slug", "post_name", "handle"),
    "article_id": ("article_id", "id", "post_id", "guid", "uuid", "nid", "_id"),
    "user_id": ("user_id", "tenant"),
    "language": ("language", "lang", "locale", "sprache"),
    "url": ("canonical_url", "permalink", "link", "page_url"),
}
_MAX_TOPIC = 300  # characters


@dataclass(frozen=True, slots=True)
class Record:
    """One article of a source.

    `where`: its place in words for users, such as `posts.csv: row 12`. `fields`: what the source says of the article.
    `values`: the texts by field or column, and JSON values. `key`: the name and value of the field that identifies it
    in its database. `article`: as the article flow reads it, where it can. `entries`: the images of a manifest of ours;
    `place` is then its tenant and slug.
    """

    where: str
    fields: Mapping[str, Any]
    values: Mapping[str, Any]
    fallback_topic: str
    key: tuple[str, str] | None = None
    article: Article | None = None
    entries: Sequence[Image] = ()
    place: tuple[str, str] | None = None
    is_html: bool = False

    def found(self, picks: Picks) -> dict[str, tuple[Found, str]]:
        """Return the addresses to migrate, each as in `addresses`."""
        return {address: each for address, each in self.addresses().items() if picks.takes(each[0])}

    def addresses(self) -> dict[str, tuple[Found, str]]:
        """Return all addresses with the name of the field that each stands in first."""
        known: dict[str, tuple[Found, str]] = {}
        for name, value in self.values.items():
            for found in self._found_in(name, value):
                before, field = known.get(found.address, (found, name))
                known[found.address] = before.joined(found), field
        return known

    def _found_in(self, name: str, value: Any) -> Iterable[Found]:
        if self.is_html and isinstance(value, str):
            return found_in_page(value)
        return found_in_value(value, name, self.values)

    def as_article(self, user_id: str | None, origin: Origin) -> Article:
        """Return the article that the pictures belong to, for a tenant. Raises InvalidInput if it names another."""
        article = self.article or _article(self.fields, self.fallback_topic, origin)
        named = "user_id" in article.model_fields_set
        if user_id and named and article.user_id != user_id:
            raise InvalidInput(f"user_id: names {article.user_id}, but the source is {user_id}'s")
        return article if user_id is None else article.model_copy(update={"user_id": user_id})


def known_fields(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of an article among those of a record, by our names; what is no text or number is absent."""
    lower = {str(name).strip().lower(): value for name, value in values.items()}
    found: dict[str, str] = {}
    for ours, names in _NAMES.items():
        for name in names:
            value = lower.get(name)
            if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
                found[ours] = str(value).strip()
                break
    return found


def key_of(values: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the name and value of the field that identifies a record in its database."""
    for name, value in values.items():
        if str(name).lower() in {"id", "post_id", "uuid", "_id"} and isinstance(value, str | int) and str(value):
            return str(name), str(value)
    return None


def _article(values: Mapping[str, Any], fallback_topic: str, origin: Origin) -> Article:
    """Return an article of what is valid among a record's fields: a bad one must not keep its pictures from it."""
    known = known_fields(values)
    topic = " ".join(printable(known.get("topic", "")).split())[:_MAX_TOPIC]
    fields: dict[str, Any] = {"topic": topic or fallback_topic, "origin": origin.model_dump()}
    if (slug := known.get("slug", "")) and SLUG.fullmatch(slug) and len(slug) <= MAX_LENGTH:
        fields["slug"] = slug
    if re.fullmatch(USER_ID, known.get("user_id", "")):
        fields["user_id"] = known["user_id"]
    if re.fullmatch(LANGUAGE, language := known.get("language", "").lower()[:2]):
        fields["language"] = language
    if (article_id := printable(known.get("article_id", ""))) and len(article_id) <= 200:
        fields["article_id"] = article_id
    if url := known.get("url", ""):
        fields["origin"] |= {"url": url}
    try:
        return article_from(fields)
    except InvalidInput:  # a topic of signs that nobody sees, or the slug of the tenant's logos
        return article_from({"topic": fallback_topic, "user_id": fields.get("user_id", DEFAULT_TENANT)})
