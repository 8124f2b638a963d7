"""The blocks that `article-images setup` has saved. They win over the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, TypeVar

from prefect.blocks.core import Block
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import BlockDocument
from pydantic import ValidationError

from imaging.errors import ConfigurationError

SomeBlock = TypeVar("SomeBlock", bound=Block)


@dataclass(frozen=True, slots=True)
class SavedBlocks:
    """Saved blocks of these names, by slug (`type/name`), read in one request: `Block.load` takes one for each."""

    _documents: Mapping[str, BlockDocument]

    @classmethod
    def read(cls, *names: str) -> Self:
        """Raises httpx.HTTPError without an API."""
        query = {"block_documents": {"name": {"any_": names}}, "include_secrets": True}
        with get_client(sync_client=True) as client:
            found = client.request("POST", "/block_documents/filter", json=query).json()
        documents = BlockDocument.model_validate_list(found)
        return cls({f"{one.block_type.slug}/{one.name}": one for one in documents if one.block_type})

    def get(self, block_type: type[SomeBlock], name: str) -> SomeBlock | None:
        """Return the block, or None where it is not saved. Raises ConfigurationError for one that cannot be read."""
        slug = f"{block_type.get_block_type_slug()}/{name}"
        document = self._documents.get(slug)
        try:
            return block_type.model_validate(document.data) if document else None
        except ValidationError:  # its document has not the fields of its type
            raise ConfigurationError(f"the saved block {slug} cannot be read: run article-images setup again") from None


def saved_block(block_type: type[SomeBlock], name: str) -> SomeBlock | None:
    """Return one saved block. Raises as `SavedBlocks` does."""
    return SavedBlocks.read(name).get(block_type, name)
