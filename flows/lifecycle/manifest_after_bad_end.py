"""Writes the manifest of a run that failed, crashed or was cancelled, so that it lists the pictures that exist.

Prefect calls the hook in the run's own process where that lives, else in the worker's. A run that was killed without
a worker has none: there the next run of the article writes the manifest.
"""

from typing import Any

import httpx
from prefect import Flow
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.logging.loggers import flow_run_logger
from pydantic import TypeAdapter, ValidationError

from blocks.locks.one_at_a_time import one_at_a_time
from blocks.records.claims import owned_slug
from blocks.run import begun_run
from flows.lifecycle.bad_end import BadEnd
from flows.lifecycle.worker_thread import WorkerThread
from imaging.articles.article import Article
from imaging.errors import ImagesError
from imaging.kinds import Kind
from imaging.names import lock_names

_KINDS = TypeAdapter(list[Kind])
_ENDS = {StateType.CRASHED: "crashed", StateType.CANCELLING: "was cancelled", StateType.CANCELLED: "was cancelled"}


async def record_bad_end(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Write the manifest of a run that has ended badly. Nothing raises: there is nobody left to act on it."""
    log = flow_run_logger(flow_run, flow)
    try:
        with WorkerThread() as thread:  # the loop has other runs to attend to
            line = await thread(_recorded, flow_run, state)
    except BlockingIOError:
        line = "another run has the article by now, and writes the manifest"
    except (ImagesError, httpx.HTTPError, OSError) as error:
        line = f"no manifest: {error}"
    if line:
        log.warning("%s", line)


def _recorded(flow_run: FlowRun, state: State[Any]) -> str | None:
    """Return a line for the log, None if there is none. Raises BlockingIOError while another run has the article."""
    try:
        article = Article.model_validate(flow_run.parameters["article"])
        only = _KINDS.validate_python(flow_run.parameters.get("only") or [])
    except (KeyError, ValidationError):
        return None  # that is why it failed: nothing was begun
    why = f"the run {_ENDS.get(state.type, 'failed')}"
    with begun_run() as run:
        slug = owned_slug(run.services.store, article)
        if slug is None:
            return None  # it did not come so far
        with one_at_a_time(lock_names.article_lock("run", article.user_id, slug), run.services.locks, wait=False):
            return BadEnd(article, slug, only, str(flow_run.id), state.timestamp, why).record(run)
