"""Reading and writing Prefect variables."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import VariableCreate, VariableUpdate
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound


def read_variable(name: str) -> Any:
    """Return the variable's JSON value, or None if it does not exist. Raises httpx.HTTPError without an API."""
    with get_client(sync_client=True) as client:
        variable = client.read_variable_by_name(name)
    return variable.value if variable else None


def read_variables(names: Iterable[str]) -> dict[str, Any]:
    """Return the JSON values of those that exist, in one request. Raises httpx.HTTPError without an API."""
    query = {"variables": {"name": {"any_": list(names)}}}
    with get_client(sync_client=True) as client:
        found = client.request("POST", "/variables/filter", json=query).json()
    return {variable["name"]: variable["value"] for variable in found}


def write_variable(name: str, value: Any) -> None:
    """Set the variable to a JSON value. Raises httpx.HTTPError without an API."""
    with get_client(sync_client=True) as client:
        try:
            client.create_variable(VariableCreate(name=name, value=value))
        except ObjectAlreadyExists:
            client.update_variable(VariableUpdate(name=name, value=value))


def delete_variable(name: str) -> None:
    """Delete the variable if it exists. Raises httpx.HTTPError without an API."""
    with get_client(sync_client=True) as client, suppress(ObjectNotFound):
        client.delete_variable_by_name(name)
