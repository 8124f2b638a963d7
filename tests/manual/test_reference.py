"""The tables of the manual: they have each variable, field and deployment that there is, and no other."""

import re
from pkgutil import resolve_name
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from blocks.configuration.settings import Settings
from imaging.articles.article import Article
from imaging.articles.brand import Brand
from imaging.articles.origin import Origin
from imaging.backlog import BacklogReport, SourceReport, Trouble
from imaging.erasure.report import ErasureReport, Found
from imaging.housekeeping.report import BucketRules, LifecycleReport, Orphan
from imaging.migration import report as migration
from imaging.migration.report import MigrationReport
from imaging.planning.models import ModelTable
from imaging.planning.preview import ArticlePlan, PlannedImage, Skipped, SourcePlan
from imaging.record import Image, ImageSet, Variant
from imaging.usage.report import TenantUsage, Usage, UsageReport
from tests import ROOT
from tests.manual.documents import DOCS, README, quoted_below, table

SCHEMAS = DOCS / "schemas.md"

ENVIRONMENT_ONLY = {"IMAGES_HOME", "IMAGES_LOG", "IMAGES_SERVER_HOSTS"}
"""Variables that are read before there are settings."""
GROUPS = ("Bucket and addresses", "Vendors", "What is made", "Money", "Limits and patience", "Running")
"""The headings of the tables of variables."""


SECTIONS: dict[str, list[type[BaseModel]]] = {
    "Article (input)": [Article, Brand, Origin],
    "ImageSet (output, manifest, event payload)": [ImageSet, Image, Variant],
    "BacklogReport (output of `backlog`)": [BacklogReport, SourceReport, Trouble],
    "ArticlePlan, SourcePlan (output of `plan`)": [ArticlePlan, PlannedImage, SourcePlan, Skipped],
    "MigrationReport (output of the flow `legacy-migration`)": [MigrationReport, migration.Trouble],
    "UsageReport (output of `usage`)": [UsageReport, TenantUsage, Usage],
    "LifecycleReport (output of `lifecycle`)": [LifecycleReport, BucketRules, Orphan],
    "ErasureReport (output of `erase`)": [ErasureReport, Found],
}
"""The models by the sections of docs/schemas.md."""


def test_the_table_of_variables_is_whole() -> None:
    """docs/variables.md has every setting by its variable, with its default, and no variable that is not read."""
    documented = [name for group in GROUPS for name in table(DOCS / "variables.md", group)]
    assert sorted(documented) == sorted(ENVIRONMENT_ONLY | {name.upper() for name in Settings.model_fields})


@pytest.mark.parametrize("name", Settings.model_fields)
def test_each_default_is_documented(name: str) -> None:
    """The default of a setting stands in its row, as one would write it into the environment."""
    default = Settings.model_fields[name].default
    rows = [line for line in (DOCS / "variables.md").read_text().splitlines() if f"`{name.upper()}`" in line]
    assert default in (None, (), {}) or any(_written(default) in row for row in rows)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return f"`{value}`".lower()
    return ",".join(map(str, value)) if isinstance(value, tuple) else re.sub(r"\.0$", "", str(value))


@pytest.mark.parametrize(("heading", "models"), SECTIONS.items())
def test_each_field_is_documented(heading: str, models: list[type[BaseModel]]) -> None:
    """A section of docs/schemas.md names every field of its models, and its tables name none that they do not have."""
    fields = {field for model in models for field in (*model.model_fields, *model.model_computed_fields)}
    assert fields - {part for name in quoted_below(SCHEMAS, heading) for part in name.split(".")} == set()
    assert {part for name in table(SCHEMAS, heading) for part in name.split(".")} - fields == set()


def test_each_schema_is_held() -> None:
    """Each section of docs/schemas.md is held against its models."""
    assert re.findall(r"^## (.+)$", SCHEMAS.read_text(), re.MULTILINE) == [*SECTIONS]


def test_the_table_of_deployments_is_whole() -> None:
    """docs/prefect.md lists the deployments of prefect.yaml, by flow and name."""
    listed = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
    flows = [resolve_name(one["entrypoint"].replace(".py", "").replace("/", ".")) for one in listed]
    named = {f"{flow.name}/{one['name']}" for flow, one in zip(flows, listed, strict=True)}
    assert {name for name in table(DOCS / "prefect.md", "Deployments") if "/" in name} == named


def test_the_costs_are_those_of_the_price_table() -> None:
    """README's costs of 1, 100 and 1,000 articles follow from the models' prices."""
    prices = ModelTable()
    always = sum(
        getattr(prices, role).price_usd for role in ("hero", "juggernautxl", "qwen_image", "instagram", "tiktok")
    )
    for articles, digits in ((1, 3), (100, 2), (1000, 0)):
        costs = [articles * (always + supporting * prices.supporting.price_usd) for supporting in range(3)]
        cells = " | ".join(f"{cost:.{digits}f} USD" for cost in costs)
        assert f"| {articles:,} | {cells} |" in README.read_text()
