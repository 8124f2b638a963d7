"""Words from a language model, where one is configured: asked for once for each picture, and kept.

A prompt decides what picture it is, and so what is paid for. Another answer tomorrow must not buy the article's
pictures again: what was answered first stays, also when nothing was.
"""

from collections.abc import Sequence
from contextlib import suppress

from prefect import task
from prefect.logging import get_run_logger
from pydantic import ValidationError

from blocks.records.records import Records
from blocks.toolbox import toolbox
from imaging import keys
from imaging.articles.article import Article
from imaging.errors import ProviderError
from imaging.planning.words import Words, words_from
from imaging.spec import ImageSpec
from tasks.stock import Stock


def worded(article: Article, specs: list[ImageSpec], stock: Stock, records: Records) -> list[ImageSpec]:
    """Return the specs with the words that a language model has found for them; without one, as they are.

    `specs` are all of the article's plan. A picture that was made from our words keeps them.
    """
    configured = toolbox().writer is not None
    if not (configured or _were_worded(specs, stock)):
        return specs
    words = kept_words(records, article.user_id, stock.slug)
    if configured and (missing := words.missing(specs)):
        words = words.joined(find_words(article, missing, stock))
        try:
            records.write(keys.words_path(article.user_id, stock.slug), words.model_dump_json().encode())
        except OSError:  # kept nowhere: the next run would ask again, and pay for what another answer describes
            return specs
    return words.applied(specs)


@task(task_run_name="words", persist_result=False)
def find_words(article: Article, specs: Sequence[ImageSpec], stock: Stock) -> Words:
    """Ask the language model. That it fails costs no picture: our own words are good enough."""
    box = toolbox()
    try:
        words = box.writer.find_words(article, specs) if box.writer else Words()
    except ProviderError as error:
        get_run_logger().warning("no words from the language model, ours are used: %s", error)
        words = words_from({}, specs)
    ours = [spec for spec in specs if box.settings.images_llm_for == "alt" or stock.earlier(spec.digest)]
    return words.without_prompts(ours)


def kept_words(records: Records, user_id: str, slug: str) -> Words:
    """Return the words that were found for an article before."""
    with suppress(ValueError, ValidationError):
        return Words.model_validate_json(records.read(keys.words_path(user_id, slug)))
    return Words()


def _were_worded(specs: Sequence[ImageSpec], stock: Stock) -> bool:
    """Tell whether what lies there has other words than ours: the model was configured then."""
    ours = {spec.name: (spec.prompt, spec.alt_text) for spec in specs}
    return any((image.prompt, image.alt_text) != ours[image.name] for image in stock.images if image.name in ours)
