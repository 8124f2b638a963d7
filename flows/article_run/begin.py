"""The beginning of an article's run: its language settled, its slug claimed, and what the bucket holds of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from prefect.logging import get_run_logger

from blocks.brands.reading import BrandReading
from blocks.locks.one_at_a_time import one_at_a_time
from blocks.publishing.naming import rename_run
from blocks.records.claims import standing_claim, wished_slug
from blocks.records.inventory import Inventory
from blocks.run import Run
from flows.article_run.run_log import log_retitled
from imaging.articles.article import Article
from imaging.names import lock_names
from imaging.names.run_names import article_run_name
from tasks.claiming import claim_slug
from tasks.inventory import take_inventory


def settled(run: Run, branding: BrandReading, article: Article) -> Article:
    """Return the article with its language settled, and log why it is this one."""
    settled = branding.settled(article, run.services.settings.images_language)
    get_run_logger().info("language: %s (%s)", settled.article.language, settled.reason)
    return settled.article


@contextmanager
def claimed(run: Run, article: Article) -> Iterator[Inventory]:
    """Find the article's slug and yield what the bucket holds of it, while no other run has the article.

    Two locks, since articles that only share a topic's slug must not wait for each other's pictures.
    """
    user_id, wished = article.user_id, wished_slug(article)
    if (claim := standing_claim(run.services.store, article)) is None:
        with _locked(run, lock_names.article_lock("claim", user_id, wished), is_new=True):
            claim = claim_slug(article)
    if claim.slug != wished:
        rename_run(article_run_name(user_id, claim.slug))
    if claim.title_before:
        log_retitled(article_run_name(user_id, claim.slug), claim.title_before)
    with _locked(run, lock_names.article_lock("run", user_id, claim.slug), is_new=claim.is_new):
        yield take_inventory(user_id, claim)


@contextmanager
def _locked(run: Run, name: str, *, is_new: bool) -> Iterator[None]:
    with one_at_a_time(name, run.services.locks, is_new=is_new) as lease, run.in_flight.under(lease):
        yield
