"""The commands `list` and `open`: the articles that are there, and their gallery pages."""

from collections.abc import Callable, Iterable

from rich.console import Console

from blocks.configuration.settings import load_settings
from blocks.observability.terminal import line, print_json
from blocks.records.claims import slug_to_claim
from blocks.run import begun_run
from blocks.services import Services
from blocks.storage.local_files import file_of, lasting_url
from blocks.usage.articles import ListedArticle, listed_articles
from flows.commands.output.local_pages import local_page
from flows.commands.output.status_line import line_hidden
from flows.commands.prefect_api import prefect_api
from imaging.articles.article import Article
from imaging.errors import InvalidInput
from imaging.names import keys
from imaging.text.counting import number_of

_STYLES = {"complete": "green", "degraded": "yellow", "unfinished": "red"}


def list_articles(user_id: str | None, show: Callable[[Iterable[ListedArticle]], None]) -> None:
    """Hand the bucket's articles to `show` as they come. Raises ConfigurationError and StorageError."""
    load_settings()  # fail before starting a server
    with prefect_api(), begun_run() as run, line_hidden():
        show(_located(run.services, article) for article in listed_articles(run.services, user_id))


def _located(services: Services, article: ListedArticle) -> ListedArticle:
    if article.status == "unfinished":
        return article
    return article.model_copy(update={"gallery_url": _address(services, article.user_id, article.slug)})


def _address(services: Services, user_id: str, slug: str) -> str:
    """Return the public address of an article's page; without a bucket, that of a file."""
    data_dir, key = services.settings.data_dir, keys.gallery_key(user_id, slug)
    url = services.store.url(key)
    # The page in the embedded storage is for `up`: on its own, its links lead nowhere.
    page = local_page(data_dir, user_id, slug) if file_of(url, key, data_dir) else None
    lasting = lasting_url(url, key, data_dir)
    return page.as_uri() if page and lasting != url else lasting


def print_articles(articles: Iterable[ListedArticle]) -> None:
    """Print two lines for each article, since its address may be longer than the terminal is wide."""
    console, count = Console(), 0
    for article in articles:
        count += 1
        cost = "-" if article.cost_usd is None else f"{article.cost_usd:.3f} USD"
        when = (article.created_at or "-")[:16].replace("T", " ")
        text = line(f"{when:<16}  ") + line(f"{article.status:<10}", _STYLES[article.status])
        text += line(f"  {number_of(article.images, 'picture'):>11}  {cost:>10}  ") + line(
            f"{article.user_id}/{article.slug}", "bold"
        )
        console.print(text, soft_wrap=True)
        if article.gallery_url:
            console.print(line(f"  {article.gallery_url}", "dim"), soft_wrap=True)
    console.print(number_of(count, "article"), highlight=False)


def print_articles_as_json(articles: Iterable[ListedArticle]) -> None:
    """Print a JSON array, an article on a line, each as it comes."""
    begin = "["
    for article in articles:
        print_json(begin + article.model_dump_json())
        begin = ","
    print_json("[]" if begin == "[" else "]")


def gallery_of(article: Article) -> str:
    """Return the address of an article's page: the file on this machine, else the public one.

    Its slug is looked up in the bucket: another article may have the title's own. Raises InvalidInput,
    ConfigurationError and StorageError.
    """
    return _in_bucket(article.user_id, lambda services: slug_to_claim(services.store, article))


def gallery_under(user_id: str, slug: str) -> str:
    """Return the address of the page of the article with this slug. Raises as `gallery_of` does."""
    page = local_page(load_settings().data_dir, user_id, slug)
    return page.as_uri() if page else _in_bucket(user_id, lambda _: slug)


def _in_bucket(user_id: str, slug_by: Callable[[Services], str]) -> str:
    settings = load_settings()  # fail before starting a server
    with prefect_api(), begun_run() as run:
        slug = slug_by(run.services)
        if page := local_page(settings.data_dir, user_id, slug):
            return page.as_uri()
        if run.services.store.metadata(keys.gallery_key(user_id, slug)) is None:
            raise InvalidInput(
                f"ARTICLE: {user_id}/{slug} has no gallery; article-images run makes it, article-images list shows all"
            )
        return _address(run.services, user_id, slug)
