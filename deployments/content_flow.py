"""An upstream content flow: three ways to get an article's pictures. Copy the one that fits.

    announce   emits an event that the article is published; `article-images/on-published` makes the pictures
    order      runs `article-images/manual` on a worker, waits, and uses the set
    make       makes them in its own process, as a subflow

All three take an `Article`, so that invalid fields fail here, and not in a run elsewhere.
"""

from typing import cast

from prefect import flow
from prefect.deployments import run_deployment
from prefect.events import emit_event

from flows.article_images import article_images
from imaging.articles.article import Article
from imaging.record import ImageSet


@flow
def announce(article: Article) -> None:
    """Emit `content.article.published`. Raises RuntimeError if no Prefect API is configured."""
    emitted = emit_event(
        "content.article.published",
        resource={"prefect.resource.id": f"content.{article.user_id}.article", "prefect.resource.name": article.topic},
        payload={"article": article.model_dump(mode="json")},
    )
    if emitted is None:
        raise RuntimeError("PREFECT_API_URL is not set: the event of the published article was not received")


@flow
def order(article: Article) -> dict[str, str]:
    """Return the URLs of the article's pictures by name. Raises the run's error if it failed."""
    run = run_deployment(
        "article-images/manual",
        parameters={"article": article.model_dump(mode="json", exclude_defaults=True)},
        poll_interval=1,
    )
    return for_the_cms(cast(ImageSet, run.state.result()))


@flow
async def make(article: Article) -> dict[str, str]:
    """Return the URLs of the article's pictures by name."""
    return for_the_cms(cast(ImageSet, await article_images(article)))


def for_the_cms(image_set: ImageSet) -> dict[str, str]:
    """Return the durable URLs, which a CMS may keep. A degraded set has fewer; its `troubles` have the reasons."""
    return {image.name: image.url for image in image_set.images if image.durable and image.url}
