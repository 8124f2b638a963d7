"""The articles of a bucket, each by its manifest: what it has, how it came out, and when."""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from blocks.services import Services
from blocks.usage.listing import at_once
from blocks.usage.places import slugs_of, tenants_in
from imaging.entry import entries
from imaging.names import keys
from imaging.sanitizing.printable import printable


class ListedArticle(BaseModel):
    """An article of the bucket. `unfinished`: no run of it has come to its end yet, or its manifest is broken.

    `images`: pictures that are stored. `cost_usd`: what its last run spent; null where only the public manifest is
    there. `created_at`: when that run ended. `gallery_url`: where its page can be opened.
    """

    model_config = ConfigDict(frozen=True)

    user_id: str
    slug: str
    topic: str = ""
    status: Literal["complete", "degraded", "unfinished"] = "unfinished"
    images: int = 0
    cost_usd: float | None = None
    created_at: str | None = None
    gallery_url: str | None = None


def listed_articles(services: Services, user_id: str | None) -> Iterator[ListedArticle]:
    """Yield all articles, or a tenant's, by tenant and slug; only some are in memory at once. Raises StorageError.

    Folders are listed, not what is in them; each article costs the two GETs of its manifests.
    """
    tenants = tenants_in(services.store) if user_id is None else [user_id]
    places = ((tenant, slug) for tenant in tenants for slug in slugs_of(services.store, tenant))
    return (article for _, article in at_once(lambda place: _listed(services, *place), places))


def _listed(services: Services, user_id: str, slug: str) -> ListedArticle:
    document: Any = services.manifests.read(user_id, slug).document
    if not isinstance(document, dict) or document.get("status") not in {"complete", "degraded"}:
        return ListedArticle(user_id=user_id, slug=slug)
    cost_usd = document.get("cost_usd")
    return ListedArticle(
        user_id=user_id,
        slug=slug,
        topic=printable(str(document.get("topic", ""))),
        status=document["status"],
        images=sum(image.durable for image in entries(document)),
        cost_usd=cost_usd if isinstance(cost_usd, float | int) else None,
        created_at=printable(str(document.get("created_at", ""))) or None,
        gallery_url=services.store.url(keys.gallery_key(user_id, slug)),
    )
