"""The automations: reactions to killed and degraded runs, and to automations whose action failed.

Each is created once, found by its name, and updated when its definition has changed, which its tag identifies. One that
a user has edited is kept, and one that is switched off stays off. Some need deployments or a notification block, and
are left out without these.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.events.actions import ActionTypes, RunDeployment, SendNotification
from prefect.events.schemas.automations import AutomationCore, EventTrigger
from prefect.events.schemas.events import ResourceSpecification
from prefect.exceptions import ObjectNotFound

from blocks.provisioning.alerts import BLOCK_NAME, TROUBLE, alert_automation, alert_blocks
from blocks.provisioning.crashes import FORMER, killed_runs, run_again

REPAIR_LATER, MISSED_EVENTS = "article-images: repair later", "article-images: missed events"
REPAIR_DEPLOYMENT, MISSED_DEPLOYMENT = "repair/hourly", "missed-event/notice"
ACTION_FAILED = "prefect.automation.action.failed"
_NEITHER = "!article-images: [km]i*"  # killed ..., missed events; one pattern, as Prefect combines negations by OR
_REPAIR_AFTER = timedelta(minutes=10)  # one repair for all degraded runs of ten minutes, as in an outage
_KEPT = "no longer needed, but edited, so it is kept"
_DEPLOY = "prefect --no-prompt deploy --all, then article-images setup"


@dataclass(frozen=True, slots=True)
class Wanted:
    """An automation to provision; None if it needs something that is `missing` (with the remedy).

    `optional`: its absence is no defect.
    """

    name: str
    automation: AutomationCore | None
    missing: str = ""
    optional: bool = False


def ensure_automations(client: SyncPrefectClient) -> Iterator[str]:
    """Create or update every automation, and delete former ones; yield a line for each."""
    for wanted in wanted_automations(client):
        done = ensure(client, wanted.automation) if wanted.automation else f"left out, {wanted.missing}"
        yield f"automation {wanted.name}: {done}"
    yield from _without_former(client)


def wanted_automations(client: SyncPrefectClient) -> list[Wanted]:
    """Return the automations to provision on this API."""
    made = (killed_runs(), run_again())
    acting = (_repair_later(client), _missed_events(client), _trouble(client))
    return [*(Wanted(each.name, each) for each in made), *acting]


def ensure_killed_runs(client: SyncPrefectClient) -> bool:
    """Create or update the automation for killed runs, and delete former ones. Return whether anything changed."""
    done = ensure(client, killed_runs())
    return not (done.startswith("there already") and all(line.endswith(_KEPT) for line in _without_former(client)))


def _without_former(client: SyncPrefectClient) -> Iterator[str]:
    """Delete the automations of earlier versions, unless a user has edited them; yield a line for each."""
    for name in FORMER:
        for there in client.read_automations_by_name(name):
            if is_ours := _origin(there) in there.tags:
                client.delete_automation(there.id)
            yield f"automation {name}: {'no longer needed, deleted' if is_ours else _KEPT}"


def ensure(client: SyncPrefectClient, wanted: AutomationCore) -> str:
    """Create or update the automation, and delete duplicates; return what was done."""
    there = client.read_automations_by_name(wanted.name)
    wanted = wanted.model_copy(update={"tags": [_origin(wanted)]})
    if not there:
        client.create_automation(wanted)
        return "created"
    first, *others = there
    for other in others:  # duplicates by concurrent set-ups
        client.delete_automation(other.id)
    if is_same(first, wanted) or is_edited(first, wanted):
        edited = ", edited" if is_edited(first, wanted) else ""
        return "there already" + edited + ("" if first.enabled else ", switched off")
    # Validated from its own JSON, so that all fields count as set: the client sends set fields alone, and the API
    # refuses a trigger without a posture.
    whole = AutomationCore.model_validate(
        wanted.model_dump(mode="json", exclude={"owner_resource"}) | {"enabled": first.enabled}
    )
    client.update_automation(first.id, whole)
    return "updated"


def is_same(one: AutomationCore, other: AutomationCore) -> bool:
    """Return whether two automations have the same trigger and actions."""
    return (one.trigger, one.actions) == (other.trigger, other.actions)


def is_edited(there: AutomationCore, wanted: AutomationCore) -> bool:
    """Return whether the automation was created from the current definition, and edited since."""
    return _origin(wanted) in there.tags and not is_same(there, wanted)


def _origin(wanted: AutomationCore) -> str:
    """Return the tag that identifies this definition."""
    definition = _ordered(wanted.model_dump(mode="json", include={"trigger", "actions"}))
    return f"article-images:{sha256(json.dumps(definition).encode()).hexdigest()[:8]}"


def _ordered(value: Any) -> Any:
    """Return JSON in a stable order, since former sets differ in order from process to process."""
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value)}
    return sorted(map(_ordered, value), key=json.dumps) if isinstance(value, list) else value


def _repair_later(client: SyncPrefectClient) -> Wanted:
    deployment = _deployment_id(client, REPAIR_DEPLOYMENT)
    if deployment is None:
        return Wanted(REPAIR_LATER, None, f"there is no deployment {REPAIR_DEPLOYMENT}: {_DEPLOY}")
    automation = AutomationCore(
        name=REPAIR_LATER,
        description="Ten minutes after a degraded run, stores the pictures that the bucket did not take.",
        trigger=EventTrigger(expect={"article-images.degraded"}, threshold=1, within=_REPAIR_AFTER),
        actions=[RunDeployment(source="selected", deployment_id=deployment, schedule_after=_REPAIR_AFTER)],
    )
    return Wanted(REPAIR_LATER, automation)


def _missed_events(client: SyncPrefectClient) -> Wanted:
    """Return the automation that reports failed actions, such as for an event whose payload gave invalid parameters.

    Not for itself, since a failing notice would cause the next one without end. Nor for the one for killed runs: its
    action fails harmlessly if a run that is being stopped sends a heartbeat after its end.
    """
    actions = list(_notices(client))
    if not actions:
        how = f"there is neither a deployment {MISSED_DEPLOYMENT} nor a notification block {BLOCK_NAME}: {_DEPLOY}"
        return Wanted(MISSED_EVENTS, None, how)
    automation = AutomationCore(
        name=MISSED_EVENTS,
        description="Reports failed actions of automations: as a failed run, and through the notification block.",
        trigger=EventTrigger(
            expect={ACTION_FAILED},
            match=ResourceSpecification({"prefect.resource.name": [_NEITHER]}),
            threshold=1,
        ),
        actions=actions,
    )
    return Wanted(MISSED_EVENTS, automation)


def _notices(client: SyncPrefectClient) -> Iterator[ActionTypes]:
    name, reason = "{{ event.resource['prefect.resource.name'] }}", "{{ event.payload.reason }}"
    if deployment := _deployment_id(client, MISSED_DEPLOYMENT):
        parameters = {"automation": name, "reason": reason, "failure_id": "{{ event.id }}"}
        jinja = {key: {"__prefect_kind": "jinja", "template": text} for key, text in parameters.items()}
        yield RunDeployment(source="selected", deployment_id=deployment, parameters=jinja)
    for block in alert_blocks(client):
        yield SendNotification(
            block_document_id=block,
            subject=f"article-images: the automation {name} could not act",
            body=f"{reason} (event {{{{ event.id }}}})",
        )


def _trouble(client: SyncPrefectClient) -> Wanted:
    if blocks := list(alert_blocks(client)):
        return Wanted(TROUBLE, alert_automation(blocks))
    how = f"there is no notification block {BLOCK_NAME}: make one in the UI or set IMAGES_ALERTS_URL, then run setup"
    return Wanted(TROUBLE, None, how, optional=True)


def _deployment_id(client: SyncPrefectClient, name: str) -> UUID | None:
    try:
        return client.read_deployment_by_name(name).id
    except ObjectNotFound:
        return None
