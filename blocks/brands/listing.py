"""Brands as they are stored: one tenant's, and those of all."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from blocks.brands.reading import stored_brand
from blocks.brands.writing import brand_assets
from blocks.services import Services
from blocks.usage.places import tenants_in
from imaging.articles.brand import TenantBrand
from imaging.articles.brand_change import BrandReport
from imaging.errors import InvalidInput
from imaging.names import keys

_AT_ONCE = 16


def brands(services: Services) -> Iterator[BrandReport]:
    """Yield each tenant's brand, by name: one GET for each folder of the bucket. Raises StorageError.

    A `brand.json` that is none has a note that says why.
    """
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        found = threads.map(lambda tenant: _report(services, tenant), tenants_in(services.store))
        yield from (report for report in found if report)


def shown_brand(services: Services, user_id: str) -> BrandReport:
    """Return the tenant's brand with its assets and the address of its preview. Raises InvalidInput, StorageError."""
    brand = stored_brand(services, user_id) or TenantBrand()
    key = keys.brand_preview_key(user_id)
    return BrandReport(
        user_id=user_id,
        assets=brand_assets(services, user_id, brand),
        preview_url=services.store.url(key) if services.store.metadata(key) is not None else None,
        **brand.model_dump(),
    )


def _report(services: Services, user_id: str) -> BrandReport | None:
    try:
        brand = stored_brand(services, user_id)
    except InvalidInput as error:
        return BrandReport(user_id=user_id, notes=[str(error)])
    return None if brand is None else BrandReport(user_id=user_id, **brand.model_dump())
