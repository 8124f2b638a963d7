"""The preview of a tenant's brand: a page beside it in the bucket and on this machine, and an artifact."""

from collections.abc import Sequence

from prefect.artifacts import create_markdown_artifact
from prefect.logging import get_run_logger

from blocks.services import Services
from blocks.storage.private_files import write_private
from imaging.articles.brand_change import BrandReport
from imaging.cards.samples import Sample
from imaging.errors import StorageError
from imaging.names import keys
from imaging.pages.brand_preview import brand_page, markdown_brand
from imaging.pages.gallery import literal
from imaging.slug import BRANDING, short_hash


def publish_brand(services: Services, report: BrandReport, samples: Sequence[Sample]) -> BrandReport:
    """Write the page, create the artifact, and return the report with the page's address.

    A page that cannot be written is a warning in the log: the brand is stored.
    """
    page, key = brand_page(report, samples).encode(), keys.brand_preview_key(report.user_id)
    try:
        services.store.put(key, page, "text/html; charset=utf-8", keys.NO_CACHE, {})
        report = report.model_copy(update={"preview_url": services.store.url(key)})
    except StorageError as error:
        get_run_logger().warning("no preview in the bucket: %s", error)
    local = services.settings.data_dir.page(report.user_id, BRANDING)
    try:
        write_private(local, page)
    except OSError as error:
        get_run_logger().warning("no preview at %s: %s", local, error.strerror)
    create_markdown_artifact(  # type: ignore[call-arg] # _sync is not typed
        markdown_brand(report, samples),
        key=artifact_key(report.user_id),
        description=literal(f"The brand of {report.user_id}"),
        _sync=True,
    )
    return report


def artifact_key(user_id: str) -> str:
    """Return the key of a brand's artifact; a name with an underscore, which keys do not know, gets a hash."""
    name = f"brand-{user_id.replace('_', '-')}"
    return name if "_" not in user_id else f"{name}-{short_hash(user_id)}"
