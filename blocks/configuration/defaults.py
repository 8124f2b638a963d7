"""Defaults of the Prefect variables that users edit in the UI, and creating them."""

from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import VariableCreate

BUDGETS, MODELS, SOURCES = "images_budgets", "images_models", "images_sources"
PLATFORMS, PUBLIC_BASE_URLS, QUOTAS = "images_platforms", "images_public_base_urls", "images_quotas"

# The initial values, with every field. A variable with its initial value leaves the decision to the environment.
UNEDITED: dict[str, dict[str, Any]] = {
    BUDGETS: {"run_usd": None, "month_usd": None, "tenants": {}, "beyond": "fallback"},
    QUOTAS: {"bytes": None, "month_pictures": None, "month_usd": None, "tenants": {}, "beyond": "fallback"},
    MODELS: {},
    SOURCES: {},
    PLATFORMS: {},
    PUBLIC_BASE_URLS: {},
}


def ensure_variable(client: SyncPrefectClient, name: str) -> str:
    """Create the variable unless it exists. Return what was done."""
    there = client.read_variable_by_name(name)
    if there is None:
        client.create_variable(VariableCreate(name=name, value=UNEDITED[name]))
        return "created, to be edited in the UI"
    return "there already" + ("" if there.value == UNEDITED[name] else ", edited")
