"""Words from a language model, if one is configured. Its failure costs no picture."""

from collections.abc import Sequence

from prefect import task
from prefect.logging import get_run_logger

from blocks.records.inventory import Inventory
from blocks.run import current_run
from imaging.articles.article import Article
from imaging.errors import ProviderError
from imaging.planning.model_words import Words, words_from
from imaging.spec import ImageSpec


@task(task_run_name="words", persist_result=False)
def find_words(article: Article, specs: Sequence[ImageSpec], inventory: Inventory) -> Words:
    """Ask the language model for prompts and alternative texts; pictures that exist keep their prompts."""
    services = current_run().services
    try:
        words = services.writer.find_words(article, specs) if services.writer else Words()
    except ProviderError as error:
        get_run_logger().warning("no words from the language model, ours are used: %s", error)
        words = words_from({}, specs)
    keep_prompts = services.settings.images_llm_for == "alt"
    return words.without_prompts([spec for spec in specs if keep_prompts or inventory.stored(spec.digest)])
