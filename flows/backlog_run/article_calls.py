"""Calls of the flow `article-images` by a backlog: each is a run of its own, and is repeated if the API fails."""

import asyncio
import secrets
from collections.abc import Sequence
from typing import Any, cast

import httpx
from prefect.context import FlowRunContext
from prefect.exceptions import MissingResult
from prefect.task_runners import TaskRunner
from prefect.tasks import Task
from prefect.utilities.urls import url_for

from flows.article_images import article_images
from flows.lifecycle.stopping import beginning_beside_others
from imaging.articles.article import Article
from imaging.backlog import Outcome
from imaging.errors import ConfigurationError, ImagesError
from imaging.kinds import Kind
from imaging.pages.gallery import painted
from imaging.record import ImageSet

# Of 1,000 runs against a local server on a machine that was busy beyond measure, 15 met an API that failed them.
_CALL = Task(article_images.fn, name=article_images.name).task_key  # under which Prefect counts the calls of a flow
_PAUSES = (2.0, 10.0)  # seconds before an article is run again; what was made is reused


class ArticleCalls:
    """Runs articles for their kinds `only` (empty: all), with the `runner` for the pictures of each."""

    def __init__(self, only: Sequence[Kind], runner: TaskRunner[Any]) -> None:
        self._only = list(only) or None
        self._flow = article_images.with_options(task_runner=runner, cache_result_in_memory=False)

    async def make(self, article: Article) -> Outcome:
        """Run the article's flow and return what came of it. Raises ConfigurationError, and nothing else."""
        pauses = iter(_PAUSES)
        while True:
            try:
                return await self._call(article)
            except ConfigurationError:
                raise
            except Exception as error:  # noqa: BLE001 - one failed run does not stop the others
                pause = next(pauses, None) if isinstance(error, httpx.HTTPError | MissingResult) else None
                if pause is None:
                    return Outcome(came="failed", why=reason_of(error))
            await asyncio.sleep(pause)

    async def _call(self, article: Article) -> Outcome:
        """Raises ConfigurationError, and httpx.HTTPError or MissingResult where the API is in trouble."""
        with _apart():
            async with beginning_beside_others():
                state = await self._flow(article, only=self._only, return_state=True)
                made = await state.aresult(raise_on_failure=False)
        if isinstance(made, ConfigurationError | httpx.HTTPError):
            raise made
        run_id = str(state.state_details.flow_run_id)
        run_url = url_for("flow-run", run_id)
        if isinstance(made, Exception):
            return Outcome(came="failed", why=reason_of(made), flow_run_id=run_id, run_url=run_url)
        if not isinstance(made, ImageSet):  # the API had taken the final state, but its answer did not arrive
            raise MissingResult("a run that is completed has no result here")
        return Outcome(
            came=made.status,
            user_id=made.user_id,
            slug=made.slug,
            topic=made.topic,
            picture=_smallest_hero(made),
            painted=painted(made),
            cost_usd=made.cost_usd,
            why="; ".join(made.troubles),
            flow_run_id=run_id,
            run_url=run_url,
        )


def _smallest_hero(image_set: ImageSet) -> str | None:
    """Return the key of the hero in its smallest size, None where it has none in the bucket."""
    hero = next((one for one in image_set.images if one.kind is Kind.HERO and one.durable), None)
    if hero is None:
        return None
    smallest = min(hero.variants, key=lambda one: one.width, default=None)
    return smallest.key if smallest else hero.key


def reason_of(error: Exception) -> str:
    """Return the reason that an error gives, for a report: only our own are sure to hold no secret."""
    if isinstance(error, ImagesError):
        return str(error)
    if isinstance(error, httpx.HTTPError | MissingResult):
        return f"the Prefect API was in trouble ({type(error).__name__}): run the backlog again"
    return f"unexpected {type(error).__name__}; the log of its run has the details"


def _apart() -> FlowRunContext:
    """Return this run's context as one article's run is to see it.

    Prefect notes the result of every run that a flow has called, which adds up over ten thousand. And when a run is
    started again, it takes its first call for the first call of before, and returns that one's result: but what is
    due is others by then. So calls are counted from a number that comes up once. (`detached` would do that too, but it
    has each article report its end as that of the whole process: a worker then cancels nothing any more.)
    """
    run = cast(FlowRunContext, FlowRunContext.get())
    return run.model_copy(update={"run_results": {}, "task_run_dynamic_keys": {_CALL: secrets.randbits(62)}})
