"""Setting up a Prefect API: block types and blocks, work pool, limit, variables, automations. Idempotent.

User edits are kept, except in blocks, which are updated from the environment.
"""

from collections.abc import Callable, Iterator

from prefect.blocks.core import Block
from prefect.client.orchestration import SyncPrefectClient
from prefect.context import SyncClientContext
from prefect.exceptions import ObjectNotFound
from prefect_aws import AwsCredentials

from blocks.configuration.defaults import UNEDITED, ensure_variable
from blocks.configuration.settings import load_settings
from blocks.provisioning.alerts import ALERTS
from blocks.provisioning.automations import ensure_automations
from blocks.provisioning.pool import POOL, ensure_pool
from blocks.provisioning.saved_blocks import CREDENTIALS, ensure_block
from blocks.vendors.rate_limit import ensure_rate_limit, limit_name
from blocks.vendors.registry import VENDORS


def setup() -> Iterator[str]:
    """Set everything up and yield a line on each part, without secrets.

    Raises ConfigurationError for a wrong variable, before anything is saved.
    """
    settings = load_settings()
    with SyncClientContext.get_or_create() as context:  # one client for all steps
        client = context.client
        block_types: list[type[Block]] = [AwsCredentials, *(credential.block_type for credential in CREDENTIALS)]
        for block_type in block_types:
            yield f"block type {block_type.get_block_type_slug()}: {_register(client, block_type)}"
        for credential in (*CREDENTIALS, ALERTS):
            yield f"block {credential.slug}: {ensure_block(credential, settings)}"
        yield f"work pool {POOL}: {ensure_pool(client)}"
        for vendor in VENDORS.values():
            if calls := vendor.calls_a_minute:
                yield f"limit {limit_name(vendor.name)}: {ensure_rate_limit(client, vendor.name, calls)}"
        yield "limits article-images.run.*: each made by the first run of its article, one run at a time"
        for name in UNEDITED:
            yield f"variable {name}: {ensure_variable(client, name)}"
        yield from ensure_automations(client)


def _register(client: SyncPrefectClient, block_type: type[Block]) -> str:
    known = _found(client.read_block_type_by_slug, block_type.get_block_type_slug())
    if known and _found(client.read_block_schema_by_checksum, block_type._calculate_schema_checksum()):
        return "there already"
    block_type.register_type_and_schema(_sync=True)  # type: ignore[call-arg]
    return "updated" if known else "created"


def _found(read: Callable[[str], object], key: str) -> bool:
    try:
        read(key)
    except ObjectNotFound:
        return False
    return True
