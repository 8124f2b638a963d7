"""Loading early, in other threads and once a process, what a run needs after its first requests to the API."""

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from threading import Thread

from blocks.storage.s3_client import load_descriptions
from imaging.articles.article import Article
from imaging.text.language import load_languages


def load_early(article: Article) -> None:
    """Begin to load the descriptions of S3, and the model of languages where the article does not name its own."""
    _begin(load_descriptions)
    if "language" not in article.model_fields_set:
        _begin(load_languages)


@cache
def _begin(load: Callable[[], None]) -> None:
    Thread(target=_quietly, args=[load], name=load.__name__, daemon=True).start()


def _quietly(load: Callable[[], None]) -> None:
    with suppress(Exception):  # whoever needs it meets the error, and says so
        load()
