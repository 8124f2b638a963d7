"""Articles, models, feeds and events, as anybody may write them."""

import contextlib
import json
from collections.abc import Iterator

import yaml
from prefect.utilities.schema_tools.hydration import HydrationContext, hydrate

from blocks.sources.feed_items import parse_feed
from imaging.articles.article import Article
from imaging.articles.claim import Claim
from imaging.articles.files.parsing import parse_json, parse_markdown
from imaging.entry import failed
from imaging.errors import ImagesError
from imaging.names import keys
from imaging.pages import gallery
from imaging.pages.page import html_page
from imaging.planning.models import ModelTable, model_table
from imaging.planning.plan import Planner
from imaging.record import ImageSet
from imaging.slug import slugify
from tests import ROOT

_DEPLOYMENTS = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
TEMPLATE = next(
    trigger["parameters"] for each in _DEPLOYMENTS for trigger in each.get("triggers", []) if "parameters" in trigger
)
"""What the trigger of `on-published` makes of an event."""


def read_article(data: bytes) -> Article:
    """An article's file, and everything that is made from its words."""
    text = data.decode("utf-8", "replace")
    article = parse_markdown(text) if text.startswith(("---", "\ufeff---")) else parse_json(text)
    slug = article.slug or slugify(article.topic)
    specs = Planner(article, slug, ModelTable(), ()).specs()
    images = [failed(spec, article.topic) for spec in specs]
    shown = ImageSet(user_id=article.user_id, slug=slug, topic=article.topic, article_id=None, images=images)
    gallery.markdown_gallery(shown, {})
    html_page(shown, {})
    shown.model_dump_json()
    Claim.of(article).model_dump_json()
    assert all(spec.digest and spec.stem.startswith(keys.prefix(article.user_id, slug)) for spec in specs)
    return article


def read_models(data: bytes) -> ModelTable:
    """The overrides of `IMAGES_MODELS`."""
    with contextlib.suppress(ValueError, RecursionError):
        overrides = json.loads(data)
        if isinstance(overrides, dict):
            return model_table(overrides)
    return ModelTable()


def read_feed(data: bytes) -> int:
    """A page of a feed, and each of its items as an article."""
    feed = parse_feed(data)
    for item in feed.items:
        assert item.key
        item.fingerprint()
        with contextlib.suppress(ImagesError):
            item.article().model_dump_json()
    return len(feed.items)


def read_payload(data: bytes) -> object:
    """The payload of an event, hydrated twice as Prefect does: it stays data, and the run can be listed."""
    try:
        payload = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(payload, dict):  # Prefect takes nothing else for an event's payload
        return None
    event = HydrationContext(render_jinja=True, jinja_context={"event": {"payload": payload}})
    sent = json.loads(json.dumps(hydrate(TEMPLATE, event)))
    for value in _inner(sent):
        assert not (isinstance(value, dict) and "__prefect_kind" in value)
        assert not (isinstance(value, str) and "\0" in value)
        assert not (isinstance(value, int) and not -(2**63) <= value < 2**63)
    made = hydrate(sent, HydrationContext(render_jinja=True, render_workspace_variables=True))
    assert made == sent
    return made


def _inner(value: object) -> Iterator[object]:
    """The value and everything in it, its keys too."""
    yield value
    if isinstance(value, dict):
        yield from value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _inner(one)
