"""Alerts on degraded, failed and crashed runs, by an automation and a notification block.

The block `images-alerts` may be of any kind (Slack, Teams, e-mail), made in the UI, or a webhook that `setup` creates
from `IMAGES_ALERTS_URL`.
"""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.client.orchestration import SyncPrefectClient
from prefect.events.actions import SendNotification
from prefect.events.schemas.automations import AutomationCore, EventTrigger
from prefect.events.schemas.events import ResourceSpecification
from prefect.types import SecretDict

from blocks.configuration.settings import Settings
from blocks.provisioning.crashes import FLOWS
from blocks.provisioning.saved_blocks import Credential

BLOCK_NAME = "images-alerts"
TROUBLE = "article-images: tell of trouble"
_BAD_ENDS = ("Degraded", "Failed", "TimedOut", "Crashed")
_QUIET = timedelta(minutes=5)  # an outage may degrade a thousand runs at once


def _webhook(settings: Settings) -> CustomWebhookNotificationBlock | None:
    """Return the webhook block from the environment, None without one. Its address is a secret, as it grants access."""
    address = settings.images_alerts_url
    if address is None:
        return None
    return CustomWebhookNotificationBlock(
        name="article-images",
        url="{{address}}",
        json_data={"text": "{{subject}}\n{{body}}"},  # as Slack, Mattermost and Rocket.Chat read it
        secrets=SecretDict({"address": address.get_secret_value()}),
    )


ALERTS = Credential(CustomWebhookNotificationBlock, BLOCK_NAME, "IMAGES_ALERTS_URL", _webhook)


def alert_blocks(client: SyncPrefectClient) -> Iterator[UUID]:
    """Yield the ids of the notification blocks named `images-alerts`."""
    for block in client.read_block_documents(include_secrets=False):
        if block.name == BLOCK_NAME and block.block_schema and "notify" in block.block_schema.capabilities:
            yield block.id


def alert_automation(blocks: list[UUID]) -> AutomationCore:
    """Return the automation that sends alerts through these blocks.

    The first run of each flow and final state is reported at once, and further ones not for five minutes.
    """
    name, end = "{{ flow_run.name }}", "{{ flow_run.state.name }}"
    body = "{{ flow_run.state.message or 'its page says more' }}\n{{ flow_run | ui_url or flow_run.id }}"
    return AutomationCore(
        name=TROUBLE,
        description="Reports runs that ended degraded, failed or crashed: the first of each kind in five minutes.",
        trigger=EventTrigger(
            expect={f"prefect.flow-run.{end}" for end in _BAD_ENDS},
            match_related=ResourceSpecification({"prefect.resource.role": "flow", "prefect.resource.name": FLOWS}),
            for_each={"prefect.state-name", "related:flow:prefect.resource.id"},
            threshold=1,
            within=_QUIET,
        ),
        actions=[
            SendNotification(
                block_document_id=block,
                subject=f"{{{{ flow.name }}}}: {name} ended as {end}",
                body=body,
            )
            for block in blocks
        ],
    )
