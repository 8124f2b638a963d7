"""A tenant's brand: changed, and shown. Never cached: the bucket is the one place of truth."""

from collections.abc import Sequence

from prefect import task
from prefect.cache_policies import NO_CACHE

from blocks.brands.assets import load_font, load_logo
from blocks.brands.writing import brand_assets, change_brand, one_change_at_a_time
from blocks.publishing.brand_page import publish_brand
from blocks.run import current_run
from blocks.storage.errors import refusals_named
from imaging.articles.brand import TenantBrand
from imaging.articles.brand_change import BrandChange, BrandReport
from imaging.cards import Card
from imaging.cards.samples import card_samples, logo_samples
from imaging.planning.look import Look
from imaging.planning.usual_price import usual_price


@task(task_run_name="save brand", persist_result=False, cache_policy=NO_CACHE)
def save_brand(user_id: str, change: BrandChange, remove: Sequence[str]) -> BrandReport:
    """Change the tenant's brand and return it with its assets, as they are stored.

    Raises InvalidInput before anything is written, ConfigurationError, StorageError.
    """
    services = current_run().services
    with refusals_named(), one_change_at_a_time(services, user_id):
        before, after = change_brand(services, user_id, change, remove)
        assets = brand_assets(services, user_id, after)
    price = usual_price(services.models, services.providers)
    return BrandReport(user_id=user_id, assets=assets, notes=_notes(before, after, price), **after.model_dump())


@task(task_run_name="preview", persist_result=False, cache_policy=NO_CACHE)
def preview_brand(report: BrandReport) -> BrandReport:
    """Draw cards in every template and the logo on every ground, and show them. Return the report with the page."""
    services = current_run().services
    brand = Card(
        title="",
        color=report.color,
        logo=load_logo(services, report.user_id, report.logo) if report.logo else None,
        site_name=report.site_name or "",
        font=load_font(services, report.user_id, report.font) if report.font else None,
    )
    samples = [*card_samples(brand, report.language), *logo_samples(brand)]
    return publish_brand(services, report, samples)


def _notes(before: TenantBrand, after: TenantBrand, price: float) -> list[str]:
    """Return what comes of the change, in words for users."""
    if before == after:
        return []
    notes = ["cards are drawn anew at the next run of each article, which costs nothing"]
    if Look.of(before) != Look.of(after):
        costs = f"for up to {price:.2f} USD an article" if price else "which costs nothing, as no vendor is configured"
        notes.append(f"the prompts are others now: an article's pictures are made anew at its next run, {costs}")
    return notes
