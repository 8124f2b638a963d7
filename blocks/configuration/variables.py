"""Reading and writing Prefect variables."""

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
