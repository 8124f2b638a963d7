"""Claims the article's slug before anything is spent. Never cached: it reads the current state."""

from prefect import task

from blocks.records.claims import Claimed, claim, slug_of_local_records
from blocks.run import current_run
from blocks.storage.errors import refusals_named
from imaging.articles.article import Article
from imaging.errors import StorageError


@task(task_run_name="claim slug", persist_result=False)
def claim_slug(article: Article) -> Claimed:
    """Find the slug that is this article's own and note it as claimed.

    Raises ConfigurationError when the bucket refuses us permanently. Passing trouble is a field of the answer.
    """
    services = current_run().services
    try:
        with refusals_named():
            return claim(services.store, article)
    except StorageError as error:
        slug = slug_of_local_records(services.records(bucket_answers=False), article)
        return Claimed(slug=slug, trouble=str(error))
