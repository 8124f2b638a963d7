"""The automations: what is done about a run that was killed or degraded, and about an automation that could not act.

Each is made once, known by its name, and brought up to date when its definition has changed: a tag says which one it
was made from. One that a person has edited stays as it is, and one that is switched off stays off. Some act through
deployments or a notification block; where those are missing they are left out.
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

from blocks.provisioning.alerts import BLOCK_NAME, TROUBLE, alert_blocks, tell_of_trouble
from blocks.provisioning.crashes import killed_at_start, killed_runs, run_again

REPAIR_LATER, MISSED_EVENTS = "article-images: repair later", "article-images: missed events"
REPAIR_DEPLOYMENT, MISSED_DEPLOYMENT = "repair/hourly", "missed-event/notice"
ACTION_FAILED = "prefect.automation.action.failed"
_NEITHER = "!article-images: [km]i*"  # killed ..., missed events: of several negations Prefect wants one to hold
_REPAIR_AFTER = timedelta(minutes=10)  # an outage leaves many degraded runs: one repair is for all of ten minutes
_DEPLOY = "prefect --no-prompt deploy --all, then article-images setup"


@dataclass(frozen=True, slots=True)
class Wish:
    """An automation that there should be; None where what it acts through is `missing`, and how to get that.

    `optional`: not everybody wants it.
    """

    name: str
    automation: AutomationCore | None
    missing: str = ""
    optional: bool = False


def ensure_automations(client: SyncPrefectClient) -> Iterator[str]:
    """Make or update every automation; yield a line for each."""
    for wish in wishes(client):
        done = ensure(client, wish.automation) if wish.automation else f"left out, {wish.missing}"
        yield f"automation {wish.name}: {done}"


def wishes(client: SyncPrefectClient) -> list[Wish]:
    """Return the automations that there should be on this API."""
    made = (killed_runs(), killed_at_start(), run_again())
    acting = (_repair_later(client), _missed_events(client), _trouble(client))
    return [*(Wish(each.name, each) for each in made), *acting]


def ensure_killed_runs(client: SyncPrefectClient) -> bool:
    """Create the automations, or bring those that are there up to date. Return whether anything had to be done."""
    done = [ensure(client, wanted) for wanted in (killed_runs(), killed_at_start())]
    return not all(each.startswith("there already") for each in done)


def ensure(client: SyncPrefectClient, wanted: AutomationCore) -> str:
    """Make the automation be there once, as wanted; return what was done."""
    there = client.read_automations_by_name(wanted.name)
    wanted = wanted.model_copy(update={"tags": [_origin(wanted)]})
    if not there:
        client.create_automation(wanted)
        return "created"
    first, *others = there
    for other in others:  # two who set up at the same time have each made one
        client.delete_automation(other.id)
    if is_same(first, wanted) or is_edited(first, wanted):
        edited = ", edited" if is_edited(first, wanted) else ""
        return "there already" + edited + ("" if first.enabled else ", switched off")
    # Read anew from its own JSON: the client sends what was set alone, and the API refuses a trigger without a posture.
    whole = AutomationCore.model_validate(
        wanted.model_dump(mode="json", exclude={"owner_resource"}) | {"enabled": first.enabled}
    )
    client.update_automation(first.id, whole)
    return "updated"


def is_same(one: AutomationCore, other: AutomationCore) -> bool:
    """Tell whether two automations do the same at the same occasion."""
    return (one.trigger, one.actions) == (other.trigger, other.actions)


def is_edited(there: AutomationCore, wanted: AutomationCore) -> bool:
    """Tell whether the automation was made as it is still wanted, and somebody has changed it since."""
    return _origin(wanted) in there.tags and not is_same(there, wanted)


def _origin(wanted: AutomationCore) -> str:
    """Return the tag of what is made from this definition."""
    definition = _ordered(wanted.model_dump(mode="json", include={"trigger", "actions"}))
    return f"article-images:{sha256(json.dumps(definition).encode()).hexdigest()[:8]}"


def _ordered(value: Any) -> Any:
    """Return JSON in an order of its own: what were sets comes in another one in each process."""
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value)}
    return sorted(map(_ordered, value), key=json.dumps) if isinstance(value, list) else value


def _repair_later(client: SyncPrefectClient) -> Wish:
    deployment = _deployment_id(client, REPAIR_DEPLOYMENT)
    if deployment is None:
        return Wish(REPAIR_LATER, None, f"there is no deployment {REPAIR_DEPLOYMENT}: {_DEPLOY}")
    automation = AutomationCore(
        name=REPAIR_LATER,
        description="After a degraded run, stores ten minutes later what the bucket did not take.",
        trigger=EventTrigger(expect={"article-images.degraded"}, threshold=1, within=_REPAIR_AFTER),
        actions=[RunDeployment(source="selected", deployment_id=deployment, schedule_after=_REPAIR_AFTER)],
    )
    return Wish(REPAIR_LATER, automation)


def _missed_events(client: SyncPrefectClient) -> Wish:
    """Return what notices that an automation could not act, such as for an event whose payload made no parameters.

    Not for itself: a notice that fails would be followed by the next, for ever. Nor for the one that looks for killed
    runs: where a short run's last heartbeat is heard after its end, that one finds it ended, and all is well.
    """
    actions = list(_notices(client))
    if not actions:
        how = f"there is neither a deployment {MISSED_DEPLOYMENT} nor a notification block {BLOCK_NAME}: {_DEPLOY}"
        return Wish(MISSED_EVENTS, None, how)
    automation = AutomationCore(
        name=MISSED_EVENTS,
        description="Shows that an automation could not act: as a failed run, and through the notification block.",
        trigger=EventTrigger(
            expect={ACTION_FAILED},
            match=ResourceSpecification({"prefect.resource.name": [_NEITHER]}),
            threshold=1,
        ),
        actions=actions,
    )
    return Wish(MISSED_EVENTS, automation)


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


def _trouble(client: SyncPrefectClient) -> Wish:
    if blocks := list(alert_blocks(client)):
        return Wish(TROUBLE, tell_of_trouble(blocks))
    how = f"there is no notification block {BLOCK_NAME}: make one in the UI or set IMAGES_ALERTS_URL, then run setup"
    return Wish(TROUBLE, None, how, optional=True)


def _deployment_id(client: SyncPrefectClient, name: str) -> UUID | None:
    try:
        return client.read_deployment_by_name(name).id
    except ObjectNotFound:
        return None
