"""An article that is given by its address."""

from blocks.configuration.settings import load_settings
from blocks.network.addresses import HostRules
from blocks.sources.web_pages import WebPages
from imaging.articles.files.reading import Reading
from imaging.articles.sources import checked_source
from imaging.errors import InvalidInput, SourceBusy, SourceError


def web_article(address: str) -> Reading:
    """Read the article at an address. Raises InvalidInput, and SourceBusy for transient errors."""
    if reading := article_or_feed(address):
        return reading
    raise InvalidInput(f"ARTICLE: {address} is a feed of several articles: article-images backlog makes them")


def article_or_feed(address: str) -> Reading | None:
    """Read the article at an address; return None for a feed of several. Raises as `web_article`."""
    private = HostRules.parse(load_settings().images_download_hosts).private
    try:
        return WebPages(private).article(checked_source(address))
    except SourceBusy:
        raise
    except SourceError as error:
        raise InvalidInput(f"ARTICLE: {error}") from None
