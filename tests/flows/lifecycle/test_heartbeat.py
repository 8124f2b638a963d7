"""The sign of life that a run gives."""

import time
from pathlib import Path

import httpx

from blocks.provisioning.crashes import HEARTBEAT
from imaging.articles.article import Article
from imaging.kinds import Kind
from tests.world import run_set


def test_a_run_gives_a_sign_of_life(painted: Path, prefect_api: str) -> None:
    """Every run sends the event that the automation for killed runs waits for, about itself, with its flow's name."""
    run = run_set(Article(topic="Lebenszeichen"), [Kind.CARD]).flow_run_id
    query = {"filter": {"event": {"name": [HEARTBEAT]}, "resource": {"id": [f"prefect.flow-run.{run}"]}}}
    for _ in range(60):
        if found := httpx.post(f"{prefect_api}/events/filter", json=query).json()["events"]:
            break
        time.sleep(0.5)  # events arrive some seconds after the run
    assert {"flow": "article-images"}.items() <= {
        each["prefect.resource.role"]: each.get("prefect.resource.name") for each in found[0]["related"]
    }.items()
