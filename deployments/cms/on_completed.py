"""Runs a flow for each set that is ready: the trigger that the examples beside this file share."""

from typing import Any

from prefect import Flow
from prefect.deployments.runner import RunnerDeployment
from prefect.events import DeploymentEventTrigger

PAYLOAD = {"__prefect_kind": "json", "value": {"__prefect_kind": "jinja", "template": "{{ event.payload | tojson }}"}}


def on_completed(flow: Flow[..., Any]) -> RunnerDeployment:
    """Return a deployment of the flow that runs for each event; its parameter `image_set` is the event's payload."""
    trigger = DeploymentEventTrigger(expect={"article-images.completed"}, parameters={"image_set": PAYLOAD})
    return flow.to_deployment("on-completed", triggers=[trigger])  # type: ignore[return-value]


def picture(image_set: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return the first of these pictures that is in the bucket: only such an address may be published."""
    durable = {image["name"]: image for image in image_set["images"] if image["durable"]}
    return next(durable[name] for name in names if name in durable)
