"""The stand-ins, and the vendor's own client pointed at them."""

from collections.abc import Iterator

import pytest
from replicate.client import Client

from . import ChutesStandin, ReplicateStandin


@pytest.fixture
def replicate() -> Iterator[ReplicateStandin]:
    with ReplicateStandin() as standin:
        yield standin


@pytest.fixture
def client(replicate: ReplicateStandin) -> Iterator[Client]:
    made = Client(api_token=replicate.token, base_url=replicate.base_url)
    made.poll_interval = 0.01
    yield made
    made._client.close()  # it has no close of its own, and an open socket is a warning


@pytest.fixture
def chutes() -> Iterator[ChutesStandin]:
    with ChutesStandin() as standin:
        yield standin
