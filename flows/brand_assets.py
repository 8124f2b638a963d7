"""The flow `brand-assets`: sets, shows and removes a tenant's brand.

    change -> checked -> stored below {user_id}/branding/ -> shown

The one place of truth is `{user_id}/branding/brand.json`; every run of the tenant's articles reads it. Needs the block
`b2-images`, or the variables of the same meaning.
"""

from collections.abc import Sequence
from typing import Annotated

from prefect import flow
from pydantic import Field, WithJsonSchema

from blocks.publishing.naming import tag_with_tenant
from blocks.result_storage import FLOW_RESULTS
from blocks.run import begun_run
from flows.lifecycle.heartbeat import heartbeats
from flows.lifecycle.observed import observed
from flows.lifecycle.stopping import stops_politely
from imaging.articles.brand import TenantBrand
from imaging.articles.brand_change import EVERYTHING, BrandChange, BrandReport
from imaging.validation import USER_ID, labelled
from tasks.brands import preview_brand, save_brand

observed()

UserId = Annotated[
    str,
    Field(pattern=USER_ID),
    WithJsonSchema({"type": "string", "pattern": USER_ID}),
]
Names = Annotated[
    Sequence[str],
    WithJsonSchema(
        {
            "type": "array",
            "items": {"type": "string", "enum": [*TenantBrand.model_fields, EVERYTHING]},
        }
    ),
]
_NOTHING = BrandChange()


@flow(name="brand-assets", flow_run_name="brand of {user_id}", persist_result=True, result_serializer=FLOW_RESULTS)
def brand_assets(
    user_id: Annotated[UserId, labelled("Tenant")],
    brand: Annotated[BrandChange, labelled("Changes")] = _NOTHING,
    remove: Annotated[Names, labelled("Remove")] = (),
) -> BrandReport:
    """Set, show or remove a tenant's brand: colour, logo, template, site name, words for prompts, language, font.

    Args:
        user_id: Whose brand it is.
        brand: Fields that are left empty stay as they are. Leave all empty to see the brand.
        remove: Fields to empty, or everything.

    Returns the brand with its assets, and what comes of the change. Raises InvalidInput before anything is written.
    """
    with stops_politely() as stop, begun_run() as run, heartbeats():
        stop.use(run)
        tag_with_tenant(user_id)
        report = save_brand(user_id, brand, remove)
        return report if report.is_empty else preview_brand(report)
