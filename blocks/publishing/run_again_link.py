"""The link to run an article again: Prefect's run form with the parameters of this run filled in."""

import json
from urllib.parse import quote

from prefect.context import SyncClientContext
from prefect.exceptions import ObjectNotFound
from prefect.utilities.urls import url_for

from blocks.services import Services
from imaging.articles.article import Article
from imaging.spec import Kinds
from imaging.text.sections import outline

_MANUAL = "article-images/manual"
_MAX_URL = 7000  # characters; a reverse proxy in front of the UI takes 8 KB (nginx) unless configured otherwise


def run_again(services: Services, article: Article, only: Kinds) -> str | None:
    """Return the address of the form; None where `article-images/manual` is not deployed, or it would be too long.

    A body that is too long for a URL is cut to its headings, where these lead to the same pictures.
    """
    if (form := services.remembered.get(_MANUAL, _form)) is None:
        return None
    bodies = (article.body, outline(article.body))
    urls = [_filled_in(form, article.model_copy(update={"body": body}), only) for body in bodies if body is not None]
    return next((url for url in urls if len(url) <= _MAX_URL), None)


def _form() -> str | None:
    try:
        with SyncClientContext.get_or_create() as context:
            deployment = context.client.read_deployment_by_name(_MANUAL)
    except ObjectNotFound:
        return None
    page = url_for("deployment", obj_id=deployment.id)
    return f"{page}/run" if page else None


def _filled_in(form: str, article: Article, only: Kinds) -> str:
    parameters: dict[str, object] = {"article": article.model_dump(mode="json", exclude_unset=True)}
    if only:
        parameters["only"] = list(only)
    return f"{form}?parameters={quote(json.dumps(parameters, ensure_ascii=False, separators=(',', ':')), safe='')}"
