"""The Prefect variables that people edit in the UI: what `setup` puts there, and how one wins over the environment."""

from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import VariableCreate

BUDGETS, MODELS, SOURCES = "images_budgets", "images_models", "images_sources"
PUBLIC_BASE_URLS = "images_public_base_urls"

# What is to be edited, with every field that there is. As long as nobody did, the environment decides.
UNEDITED: dict[str, dict[str, Any]] = {
    BUDGETS: {"run_usd": None, "month_usd": None, "tenants": {}, "beyond": "fallback"},
    MODELS: {},
    SOURCES: {},
    PUBLIC_BASE_URLS: {},
}


def ensure_variable(client: SyncPrefectClient, name: str) -> str:
    """Make the variable be there; one that is there is left as it is. Return what was done."""
    there = client.read_variable_by_name(name)
    if there is None:
        client.create_variable(VariableCreate(name=name, value=UNEDITED[name]))
        return "created, to be edited in the UI"
    return "there already" + ("" if there.value == UNEDITED[name] else ", edited")
