"""The flow `legacy-migration`: pictures at old addresses (vendors' URLs, `data:` URLs) are brought into the bucket.

Pictures that still exist are checked, marked and stored beside their article's others; dead addresses are listed, and
their pictures made again if that is asked for. The outcome of each address is noted, in the bucket too: a run that was
stopped or killed is continued by the next one, on any machine. Needs what `article-images` needs.
"""

from typing import Annotated
from uuid import uuid4

from prefect import flow
from prefect.client.schemas.objects import State as FlowState
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from prefect.states import Completed

from blocks.locks.one_at_a_time import one_at_a_time
from blocks.migration.sources.opening import checked_old_source
from blocks.migration.state import State
from blocks.publishing.migration_artifacts import show_migration
from blocks.result_storage import results_kept_in
from blocks.run import Run, begun_run
from flows.article_run.task_runner import threads
from flows.lifecycle.heartbeat import heartbeats
from flows.lifecycle.observed import observed
from flows.lifecycle.stopping import stops_politely
from flows.migration_run.migration import AT_ONCE, MigrationTerms, migration_of
from flows.migration_run.output import checked_output
from imaging.makers import MadeBy
from imaging.migration.report import MigrationReport
from imaging.names import lock_names
from imaging.sanitizing.quoting import without_query
from imaging.validation import FormTenant, FormText, labelled
from tasks.migration import Remaking
from tasks.providers import check_providers

observed()


def run_name() -> str:
    """Runs are named for their source."""
    parameters = flow_run.parameters
    name = without_query(str(parameters["source"]))
    return f"{name}, dry run" if parameters.get("dry_run") else name


@flow(
    name="legacy-migration",
    flow_run_name=run_name,
    task_runner=threads(AT_ONCE),
    persist_result=True,
    result_serializer="json",
)
def legacy_migration(
    source: Annotated[str, labelled("Source")],
    user_id: Annotated[FormTenant, labelled("Tenant")] = "",
    *,
    dry_run: Annotated[bool, labelled("Dry run")] = False,
    remake: Annotated[bool, labelled("Make dead pictures again")] = False,
    recheck: Annotated[bool, labelled("Ask again")] = False,
    map_file: Annotated[FormText, labelled("Map of addresses")] = "",
    rewrite_dir: Annotated[FormText, labelled("Folder for rewritten copies")] = "",
    table: Annotated[FormText, labelled("Table")] = "",
    column: Annotated[FormText, labelled("Column")] = "",
    made_by: Annotated[MadeBy, labelled("Made by")] = "unknown",
) -> MigrationReport | FlowState[MigrationReport]:
    """Bring the pictures at old addresses into the bucket.

    Args:
        source: A folder of Markdown or HTML, a CSV, JSON, JSON Lines, WordPress or Ghost export, or bucket:PREFIX.
        user_id: The tenant of the articles. An article that names another one is refused. Empty: as each says.
        dry_run: Look what is alive and what it would cost, and store nothing.
        remake: Make dead pictures again, within the budget, from their prompt or alternative text. This pays.
        recheck: Ask again for what was dead or refused, and for pictures that the bucket has lost.
        map_file: Where to write old and new addresses: a .csv, .json or .sql file on the machine of the run.
        rewrite_dir: A folder there for rewritten copies of the source's files.
        table: The table of the UPDATEs in a .sql map.
        column: Its column, if that is not the field in which an address was found.
        made_by: Who made pictures whose address does not say it; those by people are not marked as made by AI.

    Returns the counts. Where an address is neither moved nor remade the state is `Completed`, named `Degraded`.
    Raises InvalidInput and ConfigurationError.
    """
    with stops_politely() as stop:
        source = checked_old_source(source)
        user_id, map_file, rewrite_dir, table = (text or None for text in (user_id, map_file, rewrite_dir, table))
        checked_output(source, map_file, rewrite_dir, table)
        terms = MigrationTerms(dry_run, remake, recheck, map_file, rewrite_dir, table, column or None, made_by)
        with begun_run() as run, heartbeats():
            stop.use(run)
            report = _migrated(run, source, user_id, terms)
    get_run_logger().info("%s", report)
    if report.status == "complete":
        return report
    return Completed(name="Degraded", message="; ".join([str(report), *report.problems])[:2000], data=report)


def _migrated(run: Run, source: str, user_id: str | None, terms: MigrationTerms) -> MigrationReport:
    services = run.services
    state = State(services.settings.data_dir.old_addresses(services.store.place), dry_run=terms.dry_run)
    try:
        with one_at_a_time(lock_names.migration_lock(source, user_id), services.locks):
            migration = migration_of(run, source, user_id, terms, state=state, run_id=uuid4().hex)
            if terms.remake:
                migration.remaking = Remaking({} if terms.dry_run else check_providers())
            with results_kept_in(services.records(bucket_answers=True)):
                report = migration.carry_out()
        show_migration(report)
        return report
    finally:
        state.close()
