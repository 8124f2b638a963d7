"""The pace of paid calls: a limit that is there is kept, by all who share it; none changes nothing."""

from collections.abc import Iterator

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.settings import PREFECT_API_URL, temporary_settings

from blocks.vendors.gate import Gate
from blocks.vendors.pause import PauseNote
from blocks.vendors.rate_limit import RateLimit, ensure_rate_limit, keep_pace, limit_name


@pytest.fixture
def client(prefect_api: str) -> Iterator[SyncPrefectClient]:
    with get_client(sync_client=True) as client:
        yield client


def test_paid_calls_take_from_the_limit(client: SyncPrefectClient) -> None:
    """Each call through a gate takes one place; when all are taken the next waits until one is free again."""
    assert ensure_rate_limit(client, "paced", 60) == "created, 60 calls a minute"
    assert ensure_rate_limit(client, "paced", 5) == "there already, 60 calls a minute"
    try:
        gate = Gate(PauseNote("paced"), RateLimit("paced"))
        assert [gate.pay(lambda: "picture") for _ in range(3)] == ["picture"] * 3
        assert client.read_global_concurrency_limit_by_name(limit_name("paced")).active_slots > 0
        client.increment_concurrency_slots([limit_name("paced")], 57, "rate_limit")
        keep_pace("paced")  # 60 a minute: a second later there is room
    finally:
        client.delete_global_concurrency_limit_by_name(limit_name("paced"))


def test_without_a_limit_or_an_api_nothing_waits(client: SyncPrefectClient) -> None:
    """No limit of the vendor's name, one that is none of rate, and an API that is away let every call pass."""
    keep_pace("unlimited")
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        keep_pace("unlimited")
