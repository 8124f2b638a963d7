"""Pictures of old addresses, a batch at a time: moved where they are alive, made again where they are dead.

Not cached: what is known of an address is written down with it. A picture that is made again is made by the task of
its maker, with all that keeps it from being paid for twice.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger

from blocks.budgets.spending import Spending
from blocks.delivery.terms import RunTerms
from blocks.migration.article_folder import ArticleFolder, article_folder
from blocks.migration.article_move import ArticleMove, ArticleMover
from blocks.migration.moving import Link, completed
from blocks.records.claims import wished_slug
from blocks.records.inventory import Inventory, inventory_of
from blocks.result_storage import run_records
from blocks.run import current_run
from imaging.articles.article import Article
from imaging.articles.claim import Claim
from imaging.entry import described
from imaging.errors import ConfigurationError, ImagesError
from imaging.makers import Provider
from imaging.migration.report import Outcome
from imaging.planning.chosen_platforms import platforms_of
from imaging.planning.plan import Planner
from imaging.record import Image
from imaging.spec import ImageSpec
from tasks.pictures.makers import TASKS


@dataclass(frozen=True, slots=True)
class Remaking:
    """How dead pictures are made again. `newest_orders`: as `check_providers` returns them."""

    newest_orders: Mapping[Provider, str | None] = field(default_factory=dict)


@task(task_run_name="{name}", tags=["migration"], persist_result=False, cache_policy=NO_CACHE)
def move_pictures(name: str, moves: Sequence[ArticleMove], mover: ArticleMover, remaking: Remaking | None) -> float:
    """Move the pictures of some articles, and make dead ones again if that is asked for. Return what that cost, in USD.

    In a dry run, what it would cost. Raises ConfigurationError.
    """
    cost_usd = 0.0
    for move in moves:
        if current_run().in_flight.closed:
            break
        mover.move(move)
        if remaking:
            cost_usd += _remade(move, mover, remaking)
    get_run_logger().info("%s", _tally(moves, mover))
    return cost_usd


def _tally(moves: Sequence[ArticleMove], mover: ArticleMover) -> str:
    """Return what became of the addresses, in a line: one for each of a million would drown the log."""
    known = (mover.state.find(one.article.user_id, link.address) for one in moves for link in one.may_be_dead)
    counts = Counter(outcome.status if outcome else "not reached" for outcome in known)
    return ", ".join(f"{count} {status}" for status, count in counts.items())


@dataclass(frozen=True, slots=True)
class _Dead:
    """A dead address, and what is known of it."""

    link: Link
    known: Outcome

    def still(self, why: str, cost_usd: float = 0.0) -> Outcome:
        """Return why its picture is not made again."""
        return Outcome(
            status="dead", why=f"{self.known.why.partition(';')[0]}; not made again: {why}", cost_usd=cost_usd
        )


def _remade(move: ArticleMove, mover: ArticleMover, remaking: Remaking) -> float:
    """Make an article's dead pictures again, those that something is known of. Return the cost in USD."""
    dead = [
        _Dead(link, known)
        for link in move.may_be_dead
        if (known := mover.state.find(move.article.user_id, link.address)) and known.status == "dead"
    ]
    worded = [one for one in dead if one.link.words]
    outcomes = {
        one.link.address: one.still("neither a prompt nor an alternative text says what it showed")
        for one in dead
        if not one.link.words
    }
    if worded:
        outcomes |= _priced(move, worded) if mover.dry_run else _ordered(move, worded, remaking)
    mover.note(move, outcomes)
    return sum(outcome.cost_usd for outcome in outcomes.values())


def _priced(move: ArticleMove, dead: Sequence[_Dead]) -> dict[str, Outcome]:
    """Return what it would cost to make pictures again."""
    planner = _planner(move.article, move.slug or wished_slug(move.article))
    return {
        one.link.address: Outcome(status="remade", why=f"would be made again by {spec.model}", cost_usd=spec.price_usd)
        for one in dead
        for spec in [_spec(planner, one.link)]
    }


def _ordered(move: ArticleMove, dead: Sequence[_Dead], remaking: Remaking) -> dict[str, Outcome]:
    """Make pictures again, store them and put them into the manifest. Raises ConfigurationError."""
    try:
        with article_folder(current_run().services, move.article, move.slug) as folder:
            return _made_again(folder, dead, remaking)
    except ConfigurationError:
        raise
    except ImagesError as error:
        return {one.link.address: one.still(str(error)) for one in dead}


def _made_again(folder: ArticleFolder, dead: Sequence[_Dead], remaking: Remaking) -> dict[str, Outcome]:
    """Order what the budget has room for. Raises StorageError."""
    services, article = folder.services, folder.article
    inventory = inventory_of(services.store, services.manifests, article.user_id, folder.slug)
    planner = _planner(article, folder.slug)
    specs = {one.link.address: _spec(planner, one.link) for one in dead}
    spending = Spending(services, run_records(), article.user_id, f"{folder.slug}/old-addresses")
    due = [spec for spec in specs.values() if spec.price_usd and not inventory.stored(spec.digest)]
    admitted = spending.admit(due, refresh=False)
    terms = RunTerms(
        Claim.of(article),
        newest_orders=remaking.newest_orders,
        unlisted=inventory.unlisted,
        order_once=admitted.order_once,
    )
    images: dict[str, Image] = {}
    outcomes: dict[str, Outcome] = {}
    for one in dead:
        address, spec = one.link.address, specs[one.link.address]
        made = _made(spec, terms, inventory) if spec.name not in admitted.beyond else admitted.beyond[spec.name]
        cost_usd = made.cost_usd if isinstance(made, Image | ImagesError) else 0.0
        spending.count(spec, cost_usd, is_made=isinstance(made, Image))
        if isinstance(made, Image) and made.durable:
            images[address] = made
        elif isinstance(made, Image):
            outcomes[address] = one.still(f"made, but not stored yet: {made.error}", cost_usd)
        else:
            outcomes[address] = one.still(str(made), cost_usd)
    spent = [*(image.cost_usd for image in images.values()), *(outcome.cost_usd for outcome in outcomes.values())]
    spending.settle(specs.values(), sum(spent))
    spending.hold_against_quotas(images.values())
    if images:
        folder.add(list(images.values()))
    return outcomes | {
        address: Outcome(status="remade", new=image.url, key=image.key, why="made again", cost_usd=image.cost_usd)
        for address, image in images.items()
    }


def _made(spec: ImageSpec, terms: RunTerms, inventory: Inventory) -> Image | ImagesError:
    """Return the entry of a picture that is made now, or was; or why it is not. Raises ConfigurationError."""
    services, earlier, maker = current_run().services, inventory.stored(spec.digest), TASKS[spec.provider]
    try:
        state: Any = maker(spec, earlier=earlier, terms=terms, return_state=True)
        stored, reused = state.result(), state.name == "Cached" or earlier is not None
        if reused and services.store.metadata(stored.key) is None:  # the cache knows what the bucket has lost
            again = replace(terms, unlisted={})
            stored, reused = maker.with_options(refresh_cache=True)(spec, earlier=None, terms=again), False
        image = described(spec, stored, reused=reused, url=services.store.url(stored.key))
        if not image.durable:
            return image
        data = current_run().stored_bytes.take(stored.key) or services.store.get(stored.key)
        return completed(image, data) if data else image
    except ConfigurationError:
        raise
    except ImagesError as error:
        return error


def _planner(article: Article, slug: str) -> Planner:
    services = current_run().services
    platforms = platforms_of(services.platforms, article.user_id)
    return Planner(article, slug, services.models, services.providers, platforms=platforms)


def _spec(planner: Planner, link: Link) -> ImageSpec:
    return planner.instead_of_dead(link.address, link.prompt, link.alt, link.entry)
