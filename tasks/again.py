"""The link to run an article again: Prefect's run form with the parameters of this run filled in."""

import json
from urllib.parse import quote
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.context import FlowRunContext, SyncClientContext
from prefect.exceptions import ObjectNotFound
from prefect.utilities.urls import url_for

from imaging.article import Article
from imaging.sections import outline
from imaging.spec import Kinds

_MANUAL = "article-images/manual"
_MAX_URL = 7000  # characters; a reverse proxy in front of the UI takes 8 KB (nginx) unless it is told otherwise


def run_again(article: Article, only: Kinds) -> str | None:
    """Return the address of the form; None where no deployment runs the article, or where it would be too long.

    A body that is too long for a URL is cut to its headings, where these lead to the same pictures.
    """
    with SyncClientContext.get_or_create() as context:
        form = _form(context.client)
    if form is None:
        return None
    bodies = (article.body, outline(article.body))
    urls = [_filled_in(form, article.model_copy(update={"body": body}), only) for body in bodies if body is not None]
    return next((url for url in urls if len(url) <= _MAX_URL), None)


def _form(client: SyncPrefectClient) -> str | None:
    """The run form of the deployment `manual`; where there is none, of this run's own deployment."""
    deployment = _deployment(client)
    page = url_for("deployment", obj_id=deployment) if deployment else None
    return f"{page}/run" if page else None


def _deployment(client: SyncPrefectClient) -> UUID | None:
    run = FlowRunContext.get()
    try:
        return client.read_deployment_by_name(_MANUAL).id
    except ObjectNotFound:
        return run.flow_run.deployment_id if run and run.flow_run else None


def _filled_in(form: str, article: Article, only: Kinds) -> str:
    parameters: dict[str, object] = {"article": article.model_dump(mode="json", exclude_defaults=True)}
    if only:
        parameters["only"] = list(only)
    return f"{form}?parameters={quote(json.dumps(parameters, ensure_ascii=False, separators=(',', ':')), safe='')}"
