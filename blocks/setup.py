"""Setting up: block types registered, blocks saved from the environment, the work pool made. Idempotent."""

from collections.abc import Iterator

from prefect.blocks.core import Block
from prefect.client.orchestration import get_client
from prefect_aws import AwsCredentials, S3Bucket

from blocks import chutes, replicate, storage
from blocks.chutes import Chutes, chutes_from
from blocks.pool import POOL, ensure_pool
from blocks.replicate import Replicate, replicate_from
from blocks.settings import load_settings
from blocks.storage import bucket_from


def setup() -> Iterator[str]:
    """Register the block types and save what the environment describes; yield a line for each step.

    Raises ConfigurationError for a wrong variable, before anything is saved.
    """
    settings = load_settings()
    for block_type in (AwsCredentials, S3Bucket, Replicate, Chutes):
        block_type.register_type_and_schema(_sync=True)  # type: ignore[call-arg]
        yield f"block type {block_type.get_block_type_slug()}: registered"
    bucket = bucket_from(settings) if settings.has_bucket else None
    yield _saved(bucket, storage.BLOCK_NAME, "S3Bucket", "B2_ENDPOINT, B2_KEY_ID, B2_APPLICATION_KEY, B2_BUCKET_NAME")
    yield _saved(replicate_from(settings), replicate.BLOCK_NAME, "Replicate", "REPLICATE_API_TOKEN")
    yield _saved(chutes_from(settings), chutes.BLOCK_NAME, "Chutes", "CHUTES_API_KEY")
    with get_client(sync_client=True) as client:
        yield f"work pool {POOL}: {ensure_pool(client)}"


def _saved(block: Block | None, name: str, kind: str, variables: str) -> str:
    if block is None:
        return f"block {kind} {name}: left as it is ({variables} not set)"
    block.save(name, overwrite=True, _sync=True)  # type: ignore[call-arg]
    return f"block {kind} {name}: saved from the environment"
