"""Stopped politely: a signal ends a run at once, with one line and a state that tells the truth."""

import signal
import time

import httpx
import pytest

from tests.flows.conftest import World, run_set
from tests.flows.test_paid_once import ARTICLE, FIELDS, start


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_at_once_and_nothing_is_lost(world: World, prefect_api: str, number: int) -> None:
    """While predictions take a minute, the process ends without waiting; the next run collects them."""
    world.replicate.delay = 60.0
    process = start(prefect_api)
    assert process.stdin
    process.stdin.write(FIELDS)
    process.stdin.close()
    process.stdin = None
    while len(world.replicate.paid) < 3 and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert (out, len(err.strip().splitlines())) == ("", 1)
    runs = httpx.post(f"{prefect_api}/flow_runs/filter", json={"sort": "START_TIME_DESC", "limit": 1}).json()
    assert runs[0]["state"]["type"] == "CANCELLED"
    world.replicate.advance(120)
    world.replicate.delay = 0.0
    assert run_set(ARTICLE).status == "complete"
    assert len(world.replicate.paid) == 3
