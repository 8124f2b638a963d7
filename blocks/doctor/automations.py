"""Checks of the automations, and of their failed actions of the last day."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from prefect.events.filters import EventFilter, EventNameFilter, EventOccurredFilter
from prefect.events.schemas.automations import Automation

from blocks.doctor.finding import Finding, warning, well
from blocks.doctor.installation import SETUP, Installation
from blocks.provisioning.automations import ACTION_FAILED, Wanted, is_edited, is_same, wanted_automations

_LATELY = timedelta(days=1)


def check_automations(installation: Installation) -> Iterator[Finding]:
    """Compare each automation with its definition."""
    if installation.client is not None:
        for wanted in wanted_automations(installation.client):
            yield _of_automation(installation, installation.client.read_automations_by_name(wanted.name), wanted)


def check_failed_actions(installation: Installation) -> Iterator[Finding]:
    """List the failed actions of the last day, such as starting a run for an event with a wrong payload."""
    if installation.client is None:
        return
    since = EventOccurredFilter(since=datetime.now(UTC) - _LATELY)
    failures = EventFilter(occurred=since, event=EventNameFilter(name=[ACTION_FAILED]))
    page = installation.client.read_events(failures, limit=50)
    counts = Counter((event.resource.name, str(event.payload.get("reason"))) for event in page.events)
    for (automation, reason), count in counts.items():
        text = f"the automation {automation} failed to act, {count} times in a day: {reason[:300]}"
        mend = f"look for {ACTION_FAILED} in the UI's event feed, and send the events that it names again"
        yield warning("missed events", text, mend)
    if not counts:
        yield well("missed events", "no automation failed to act within a day")


def _of_automation(installation: Installation, there: list[Automation], wanted: Wanted) -> Finding:
    name = f"automation {wanted.name}"
    if wanted.automation is None and wanted.optional:
        return well(name, f"left out: {wanted.missing}")
    if wanted.automation is None:
        return warning(name, f"cannot act: {wanted.missing.partition(': ')[0]}", wanted.missing.partition(": ")[2])
    if not there:
        return installation.missing(name, "does not exist", SETUP)
    if not there[0].enabled:
        return warning(name, "is switched off", "switch it on in the UI, under Automations")
    edited = is_edited(there[0], wanted.automation)
    if len(there) > 1 or not (edited or is_same(there[0], wanted.automation)):
        return warning(name, "exists twice" if len(there) > 1 else "differs from this version's definition", SETUP)
    return well(name, "exists and is switched on" + (", edited" if edited else ""))
