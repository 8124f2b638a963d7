"""The flow `article-backlog`: `article-images` for every article of a source, or of all sources that tenants have set.

What is done is known from an index beside the task results, so a backlog that was stopped goes on where it was, and
one that is run every night makes what is new, changed or not complete. Needs what `article-images` needs, and for
all sources the Prefect variable `images_sources`.
"""

import json
from typing import Annotated, Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from prefect.states import Completed
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from blocks.configuration.defaults import SOURCES
from blocks.configuration.variables import read_variable
from blocks.publishing.backlog_artifacts import artifact_key, show_summary
from blocks.records.backlog_index import SLICES
from blocks.run import begun_run
from blocks.services import Services
from flows.backlog_run.places import MOST_ARTICLES
from flows.backlog_run.shards import is_deployed, leave_report, run_in_shards
from flows.backlog_run.source_pass import BacklogTerms, SourcePass
from flows.lifecycle.heartbeat import heartbeats
from flows.lifecycle.stopping import stops_politely_async
from imaging.articles.sources import TenantSource, checked_source, tenants_sources
from imaging.backlog import BacklogReport, SourceReport, backlog_report
from imaging.errors import ConfigurationError, ImagesError, InvalidInput
from imaging.names import record_paths
from imaging.sanitizing.quoting import without_query
from imaging.spec import Kinds
from imaging.validation import FormLanguage, FormTenant, FormText, labelled


def run_name() -> str:
    """Runs are named for their source."""
    parameters = flow_run.parameters
    source = parameters.get("source")
    name = without_query(str(source)) if source else f"every source of {parameters.get('user_id') or 'all tenants'}"
    return f"{name}, shard {shard} of {parameters['shards']}" if (shard := parameters.get("shard")) else name


@flow(name="article-backlog", flow_run_name=run_name, persist_result=True, result_serializer="json")
async def article_backlog(
    source: Annotated[FormText, labelled("Source")] = "",
    user_id: Annotated[FormTenant, labelled("Tenant")] = "",
    *,
    at_once: Annotated[int, Field(ge=0, le=MOST_ARTICLES), labelled("Articles at once")] = 0,
    shards: Annotated[int, Field(ge=1, le=SLICES), labelled("Runs to share the work")] = 1,
    shard: SkipJsonSchema[Annotated[int, Field(ge=1)] | None] = None,  # internal, so in no form
    only: Annotated[Kinds, labelled("Only these pictures")] = (),
    recheck: Annotated[bool, labelled("Check finished articles too")] = False,
    language: Annotated[FormLanguage, labelled("Language")] = "",
) -> BacklogReport | State[BacklogReport]:
    """Make every picture of every article of a source.

    Args:
        source: A folder, the address of a JSON Feed, RSS or Atom feed, or bucket:FOLDER. Empty: all sources in the
            variable images_sources.
        user_id: The tenant of the articles. An article that names another one is refused. Empty: any.
        at_once: Articles side by side in one process. 0: as many as keep the vendors busy, by IMAGES_CONCURRENCY.
        shards: Runs to share the articles out to, through the deployment article-backlog/shard.
        shard: The one shard to make here, 1 to shards. Set by the run that starts the shards.
        only: Just these kinds of picture. None chosen: all.
        recheck: Run what is done as well: notices pictures that were deleted, and changed models.
        language: That of articles that name none, two letters: de, en. Empty: the source's, else found from each text.

    Returns the counts. Where articles or sources are not complete the state is `Completed`, named `Degraded`.
    Raises InvalidInput, SourceError and ConfigurationError.
    """
    async with stops_politely_async() as stop:
        if shard is not None and shard > shards:
            raise InvalidInput(f"shard: is {shard}, but there are only {shards}")
        source, user_id = checked_source(source) if source else None, user_id or None
        terms = BacklogTerms(at_once, shards, shard, tuple(only or ()), recheck)
        with begun_run() as run, heartbeats():
            stop.use(run)
            services = run.services
            asked = {
                "source": source or "",
                "user_id": user_id or "",
                "at_once": at_once,
                "only": list(only or ()),
                "recheck": recheck,
                "language": language or "",
            }
            if shards > 1 and shard is None and await is_deployed():
                report = backlog_report(*await run_in_shards(asked, shards, services.records(bucket_answers=True)))
            else:
                report = backlog_report(await _all_passes(services, source, user_id, language or None, terms))
            if shard is not None:
                leave_report(report, services.records(bucket_answers=True))
            show_summary(report, artifact_key("summary", source, user_id, str(shard)))
    get_run_logger().info("%s", report)
    if report.status == "complete":
        return report
    wrong = [*report.problems, *(problem for source in report.sources for problem in source.problems)]
    return Completed(name="Degraded", message="; ".join([str(report), *wrong])[:2000], data=report)


async def _all_passes(
    services: Services, source: str | None, user_id: str | None, language: str | None, terms: BacklogTerms
) -> list[SourceReport]:
    if source is not None:
        return [await _pass(services, TenantSource(source=source, language=language), user_id, terms)]
    reports = []
    for tenant, theirs in _chosen_sources(user_id):
        try:
            spoken = theirs.model_copy(update={"language": theirs.language or language})
            reports.append(await _pass(services, spoken, tenant, terms))
        except ConfigurationError:
            raise
        except Exception as error:  # noqa: BLE001 - one bad source never stops the others
            get_run_logger().exception("%s", without_query(theirs.source))
            why = str(error) if isinstance(error, ImagesError) else f"unexpected {type(error).__name__}"
            reports.append(SourceReport(source=without_query(theirs.source), user_id=tenant, problems=[why]))
    return reports


async def _pass(services: Services, one: TenantSource, user_id: str | None, terms: BacklogTerms) -> SourceReport:
    source = checked_source(one.source)
    place = place_of(services, source, user_id, terms)
    return await SourcePass(services, source, user_id, terms, place, language=one.language).run()


def _chosen_sources(user_id: str | None) -> list[tuple[str, TenantSource]]:
    """Return (tenant, source) of all that is set in the variable. Raises ConfigurationError."""
    return [
        (tenant, source)
        for tenant, sources in tenants_sources(read_variable(SOURCES), SOURCES).items()
        for source in sources
        if user_id is None or tenant == user_id
    ]


def place_of(services: Services, source: str, user_id: str | None, terms: BacklogTerms) -> str:
    """Return where the records of a source are kept beside the task results.

    What is done holds for one bucket, one choice of kinds and the providers that were configured: pictures that the
    painter made are not what is wanted once there is a key.
    """
    bucket = services.store.bucket
    where = None if services.embedded else (
        str(bucket.credentials.aws_client_parameters.endpoint_url), bucket.bucket_name, bucket.bucket_folder
    )  # fmt: skip
    what: list[Any] = [where, source, user_id, sorted(terms.only), sorted(services.providers)]
    return record_paths.backlog_place(user_id, json.dumps(what))
