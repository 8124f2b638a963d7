"""Reading a tenant's brand: from the bucket, or where that is away, as this machine last read it."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from blocks.services import Services
from blocks.storage.bucket import json_in
from blocks.storage.errors import refusals_named
from blocks.storage.private_files import write_private
from imaging.articles.article import Article
from imaging.articles.brand import TenantBrand
from imaging.articles.language import Settled, settled
from imaging.errors import InvalidInput, StorageError
from imaging.names import keys
from imaging.record import BRAND_UNREAD
from imaging.validation import explain, parsed

MAX_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class BrandReading:
    """A tenant's brand. `trouble`: why the bucket could not be asked, if so.

    `is_unknown`: nor has this machine read it before, so that the tenant may have a brand or none.
    """

    brand: TenantBrand
    trouble: str | None = None
    is_unknown: bool = False

    def settled(self, article: Article, default: str) -> Settled:
        """Settle the article's language: its own, else the tenant's, else that of its text, else the default."""
        return settled(article, self.brand.language, default)

    def confirmed(self, services: Services, user_id: str) -> "BrandReading":
        """Return the reading without its trouble, where the bucket answers by now and has this very brand."""
        return BrandReading(self.brand) if self.trouble and is_brand(services, user_id, self.brand) else self

    def check_known(self, bucket_answers: bool) -> None:
        """Raise StorageError where only the brand could not be read: the next run may, and nothing is spent yet.

        Where the bucket is away altogether, the run goes on, and its set says that the brand is missing.
        """
        if self.is_unknown and bucket_answers:
            raise StorageError(f"{self.trouble}; nothing was made: run it again")


def read_brand(services: Services, user_id: str) -> BrandReading:
    """Return the tenant's brand, of some seconds ago at most.

    Raises InvalidInput for a `brand.json` that is none, ConfigurationError where the bucket refuses us.
    """
    return services.remembered.get(("brand", user_id), lambda: _read(services, user_id))


def stored_brand(services: Services, user_id: str) -> TenantBrand | None:
    """Return the tenant's brand as the bucket has it now, None without one. Raises InvalidInput, StorageError."""
    key = keys.brand_key(user_id)
    data = services.store.get(key, MAX_BYTES)
    return None if data is None else _parsed(data, key)


def is_brand(services: Services, user_id: str, brand: TenantBrand) -> bool:
    """Return whether the bucket answers and has this very brand, an empty one for none."""
    with suppress(InvalidInput, StorageError):
        return (stored_brand(services, user_id) or TenantBrand()) == brand
    return False


def _read(services: Services, user_id: str) -> BrandReading:
    copy = _copy(services, user_id)
    try:
        with refusals_named():
            brand = stored_brand(services, user_id) or TenantBrand()
    except StorageError as error:
        known = _known(copy)
        trouble = f"{BRAND_UNREAD}: {error}"
        return BrandReading(known or TenantBrand(), trouble, is_unknown=known is None)
    if brand != _known(copy):
        with suppress(OSError):  # the copy only helps while the bucket is away
            write_private(copy, brand.model_dump_json(exclude_none=True).encode())
    return BrandReading(brand)


def _parsed(data: bytes, key: str) -> TenantBrand:
    document = json_in(data)
    if not isinstance(document, dict):
        raise InvalidInput(f"{key}: is not a JSON object: set the brand again, or remove it")
    try:
        return TenantBrand.model_validate(document)
    except ValidationError as error:
        raise InvalidInput(f"{key}: {explain(error, shows_values=True)}: set the brand again, or remove it") from None


def _copy(services: Services, user_id: str) -> Path:
    """Return the file with the brand as this machine last read it; each bucket has its own."""
    return services.settings.data_dir.brand(services.store.place, user_id)


def _known(copy: Path) -> TenantBrand | None:
    try:
        return parsed(TenantBrand, json_in(copy.read_bytes()))
    except OSError:
        return None
