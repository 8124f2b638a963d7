"""The flow `missed-event`: a run that always fails, so that the failed action of an automation is seen among the runs.

Started by the automation `article-images: missed events`. Its log holds the event that nothing came of.
"""

from typing import Annotated
from uuid import UUID

from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.events.filters import EventFilter, EventIDFilter
from prefect.events.schemas.events import ReceivedEvent
from prefect.logging import get_run_logger
from prefect.states import Failed

from imaging.sanitizing.printable import printable
from imaging.sanitizing.quoting import quoted
from imaging.validation import labelled

_PREFIX = "prefect.event."
_MOST = 10_000  # characters of a payload that are worth reading in a log


@flow(name="missed-event", flow_run_name="{automation}")
def missed_event(
    automation: Annotated[str, labelled("Automation")],
    reason: Annotated[str, labelled("Reason")],
    failure_id: Annotated[UUID, labelled("Event id")],
) -> State[None]:
    """Fail with the reason why an automation could not act.

    Args:
        automation: The name of the automation that could not act.
        reason: The message of its failed action.
        failure_id: The id of the event that reports it.
    """
    log = get_run_logger()
    failure = _event(failure_id)
    for related in failure.related if failure else []:
        if related.role == "triggering-event" and (event := _event(UUID(related.id.removeprefix(_PREFIX)))):
            log.error("it was to act on %s of %s: %s", event.event, event.resource.id, str(event.payload)[:_MOST])
    return Failed(
        message=printable(f"the automation {automation} could not act: {quoted(reason)[:1000]}; the log has the event")
    )


def _event(event_id: UUID) -> ReceivedEvent | None:
    """Return the event; None where the server has not written it down yet, or no longer."""
    with get_client(sync_client=True) as client:
        found = client.read_events(EventFilter(id=EventIDFilter(id=[event_id])), limit=1).events
    return found[0] if found else None
