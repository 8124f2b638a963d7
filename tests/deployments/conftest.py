"""The product as it is deployed: all of prefect.yaml on a real server, and a worker where one is asked for."""

from collections.abc import Iterator

import httpx
import pytest
from prefect.client.orchestration import get_client

from blocks.provisioning.pool import ensure_pool
from tests.deployments.stack import Vendors, automations, deployable, deployments, prefect, vendors, worker
from tests.world import world

__all__ = ["deployed", "working", "world"]


@pytest.fixture(scope="package")
def deployed(prefect_api: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the API, once a pool is there and everything is deployed."""
    folder = deployable(tmp_path_factory.mktemp("deployed"))
    with get_client(sync_client=True) as client:
        ensure_pool(client)
    prefect("deploy", "--all", api=prefect_api, cwd=folder)
    yield prefect_api
    for deployment in deployments(prefect_api).values():
        httpx.delete(f"{prefect_api}/deployments/{deployment['id']}")
    for automation in automations(prefect_api):
        httpx.delete(f"{prefect_api}/automations/{automation['id']}")
    httpx.delete(f"{prefect_api}/work_pools/images")


@pytest.fixture(scope="module")
def working(deployed: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vendors]:
    """A worker that runs what is scheduled, against these vendors and this bucket."""
    folder = tmp_path_factory.mktemp("working")
    with vendors(folder) as them, worker(deployed, folder / "worker.log", **them.environment):
        yield them
