"""Saving the blocks with credentials, and comparing saved ones with the environment."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from prefect.blocks.core import Block
from prefect_aws import S3Bucket
from pydantic import SecretStr

from blocks.configuration.saved_blocks import saved_block
from blocks.configuration.settings import Settings
from blocks.storage import bucket as storage
from blocks.storage.bucket import bucket_from
from blocks.vendors import writer
from blocks.vendors.registry import VENDORS
from blocks.vendors.writer import Writer, writer_from
from imaging.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Credential:
    """A block of the product, and how it is made from `variables` (None if they are not set)."""

    block_type: type[Block]
    name: str
    variables: str
    from_environment: Callable[[Settings], Block | None]

    @property
    def slug(self) -> str:
        """The block's name on Prefect's command line."""
        return f"{self.block_type.get_block_type_slug()}/{self.name}"

    def saved(self) -> Block | None:
        """Return the saved block, None without one. Raises ConfigurationError if it cannot be read."""
        return saved_block(self.block_type, self.name)


BUCKET = Credential(
    S3Bucket,
    storage.BLOCK_NAME,
    "B2_ENDPOINT, B2_KEY_ID, B2_APPLICATION_KEY, B2_BUCKET_NAME",
    lambda settings: bucket_from(settings) if settings.has_bucket else None,
)
OF_VENDORS = {
    name: Credential(vendor.block_type, vendor.block_name, vendor.variables, vendor.from_settings)
    for name, vendor in VENDORS.items()
}
WRITER = Credential(Writer, writer.BLOCK_NAME, writer.VARIABLES, writer_from)
CREDENTIALS = (BUCKET, *OF_VENDORS.values(), WRITER)


def ensure_block(credential: Credential, settings: Settings) -> str:
    """Create or update the block from the environment, if its variables are set. Return what was done."""
    wanted = credential.from_environment(settings)
    try:
        there = credential.saved()
    except ConfigurationError:
        there, missing = None, f"cannot be read: set {credential.variables} and run setup again"
    else:
        missing = f"left out ({credential.variables} not set)"
    if wanted is None:
        return f"there already ({credential.variables} not set)" if there else missing
    changed = differing(there, wanted) if there else []
    if there and not changed:
        return "there already"
    if isinstance(there, S3Bucket):  # a folder in the bucket is set in the UI alone
        wanted = wanted.model_copy(update={"bucket_folder": there.bucket_folder})
    wanted.save(credential.name, overwrite=True, _sync=True)  # type: ignore[call-arg]
    return f"updated from the environment ({', '.join(changed)})" if changed else "created from the environment"


def differing(saved: Block, wanted: Block) -> list[str]:
    """Return the names of the fields that differ, never their values."""
    one, other = dict(_flat(saved.model_dump())), dict(_flat(wanted.model_dump()))
    return sorted({path.rpartition(".")[2] for path in one | other if one.get(path) != other.get(path)})


def secrets_of(block: Block) -> Iterator[str]:
    """Yield the block's secrets in clear, to redact them."""
    for _, value in _flat(block.model_dump()):
        if isinstance(value, SecretStr):
            yield value.get_secret_value()


def _flat(fields: dict[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each field by its path, without Prefect's own fields and the folder, which has no variable."""
    for name, value in fields.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        elif not name.startswith("_") and name not in {"block_type_slug", "bucket_folder"}:
            yield above + name, value
