"""The command `plan`: what runs would make, reuse and make again, and what that would cost. Spends nothing."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from blocks.configuration.settings import load_settings
from blocks.observability.terminal import line
from blocks.run import begun_run
from blocks.services import Services
from flows.article_run.preview import previewed
from flows.backlog import place_of
from flows.backlog_run.articles import articles_of
from flows.backlog_run.source_pass import BacklogTerms
from flows.commands.arguments import echo_unused
from flows.commands.output.painted_note import print_painted_note
from flows.commands.prefect_api import prefect_api
from imaging.articles.article import Article
from imaging.articles.language import in_source_language
from imaging.articles.sources import checked_source
from imaging.backlog import for_tenant
from imaging.errors import ConfigurationError, ImagesError, PassedOver
from imaging.kinds import Kind
from imaging.makers import PAINTER
from imaging.planning.preview import ArticlePlan, Skipped, SourcePlan
from imaging.sanitizing.printable import printable
from imaging.sanitizing.quoting import without_query
from imaging.text.counting import number_of

T = TypeVar("T")

_STYLES = {"make": "green", "reuse": "cyan", "remake": "yellow"}


def plan_article(article: Article, only: list[Kind] | None) -> ArticlePlan:
    """Return what a run of the article would do. Raises InvalidInput, ConfigurationError and StorageError."""
    return _with_services(lambda services: previewed(services, article, only))


def plan_source(source: str, user_id: str | None, only: list[Kind] | None, language: str | None = None) -> SourcePlan:
    """Return what runs of the source's articles would do. Raises as `plan_article` does, and SourceError."""
    source = checked_source(source)
    return _with_services(lambda services: _source_plan(services, source, user_id, only, language))


def _with_services(call: Callable[[Services], T]) -> T:
    load_settings()  # fail before starting a server
    with prefect_api(), begun_run() as run:
        return call(run.services)


def _source_plan(
    services: Services, source: str, user_id: str | None, only: list[Kind] | None, language: str | None
) -> SourcePlan:
    articles: list[ArticlePlan] = []
    skipped: list[Skipped] = []
    met: set[str] = set()
    unused: Counter[str] = Counter()
    terms = BacklogTerms(only=tuple(only or ()))
    for page in articles_of(source, services, place_of(services, source, user_id, terms)):
        skipped += [
            Skipped(path=f"*{suffix}", why=f"{count} not read as articles") for suffix, count in page.unread.items()
        ]
        skipped += [Skipped(path=printable(path), why=why) for path, why in page.passed_over.items()]
        for entry in page.entries:
            if entry.key in met:  # pages of a feed may overlap
                continue
            met.add(entry.key)
            try:
                reading = entry.read()
                if reading.unpublished:
                    raise PassedOver(reading.unpublished)
                unused.update(reading.passed_over)
                article = in_source_language(reading.article, language)
                articles.append(previewed(services, for_tenant(article, user_id), only))
            except ConfigurationError:
                raise
            except ImagesError as error:
                skipped.append(Skipped(path=printable(without_query(entry.key)), why=printable(str(error))))
    echo_unused(unused)
    return SourcePlan(articles=articles, skipped=skipped)


def print_plan(plan: ArticlePlan | SourcePlan) -> None:
    """Print the plan of an article or of a source."""
    _print_article_plan(plan) if isinstance(plan, ArticlePlan) else _print_source_plan(plan)


def _print_article_plan(plan: ArticlePlan) -> None:
    """Print a row for each picture, and the sum."""
    console = Console()
    console.print(line(f"{plan.user_id}/{plan.slug}", "bold"), soft_wrap=True)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("image", "action"):
        table.add_column(heading, no_wrap=True)
    table.add_column("model", overflow="fold")  # a narrow terminal breaks these lines, and cuts no price
    table.add_column("USD", justify="right", no_wrap=True)
    table.add_column("", overflow="fold")
    for image in plan.images:
        action = line(image.action, _STYLES[image.action])
        model = line(f"{image.provider}: {image.model}")
        table.add_row(image.name, action, model, f"{image.price_usd:.3f}", line(image.why or "", "dim"))
    console.print(table)
    _print_prompts(console, plan)
    for problem in plan.problems:
        console.print(line(f"  ! {problem}", "yellow"), soft_wrap=True)
    console.print()
    _note_what_is_painted(console, [plan])
    console.print(f"{plan}", highlight=False)


def _print_prompts(console: Console, plan: ArticlePlan) -> None:
    """Print the prompt of each picture that is not there yet; those that have one in common are named together."""
    named: dict[str, list[str]] = {}
    for image in plan.images:
        if image.prompt and image.action != "reuse":
            named.setdefault(image.prompt, []).append(image.name)
    if named:
        console.print()
    for prompt, names in named.items():
        console.print(line(f"{', '.join(names)}: ", "bold") + line(prompt, "dim"), soft_wrap=True)


def _note_what_is_painted(console: Console, plans: Iterable[ArticlePlan]) -> None:
    due = (image for plan in plans for image in plan.images if image.action != "reuse")
    if any(image.provider == PAINTER.name for image in due):
        print_painted_note(console, makes="would make them at no cost", wish="real ones and their prices")


def _print_source_plan(plan: SourcePlan) -> None:
    """Print a row for each article, what is skipped, and the sum."""
    console = Console()
    for article in plan.articles:
        console.print(line(f"{article.user_id}/{article.slug}: {article}"), soft_wrap=True)
    for skipped in plan.skipped:
        console.print(line(f"  skipped {skipped.path}: {skipped.why}", "yellow"), soft_wrap=True)
    _note_what_is_painted(console, plan.articles)
    articles = number_of(len(plan.articles), "article")
    console.print(f"{articles}, {len(plan.skipped)} skipped; {plan.cost_usd:.3f} USD", highlight=False)
