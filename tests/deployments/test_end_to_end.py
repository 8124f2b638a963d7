"""The product as a person and a clock use it: deployed, pressed, scheduled, looked at.

What was seen is kept as pictures in build/screenshots.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect
from prefect.variables import Variable

from tests import ROOT
from tests.browser import PATIENCE, browser_page, in_a_browser
from tests.deployments.stack import Vendors, ask, deployment_id, forget_runs, runs, wait_for

SCREENSHOTS = ROOT / "build" / "screenshots"
MANUAL, NIGHTLY = "article-images/manual", "article-backlog/nightly"


@pytest.fixture
def ui(deployed: str) -> Iterator[str]:
    """The address of the UI. The runs of other tests are not taken for ours, nor ours for theirs."""
    address, schedule = _schedule(deployed)
    _forget(deployed)
    yield deployed.removesuffix("/api")
    _forget(deployed)
    httpx.patch(address, json={"schedule": schedule}, timeout=60).raise_for_status()
    Variable.unset("images_sources", _sync=True)  # type: ignore[call-arg] # _sync is not typed


def _forget(api: str) -> None:
    for deployment in (MANUAL, NIGHTLY):
        forget_runs(api, deployment)


def _schedule(api: str) -> tuple[str, dict[str, Any]]:
    """The address of the nightly schedule, and the schedule."""
    schedules = f"{api}/deployments/{deployment_id(api, NIGHTLY)}/schedules"
    (found,) = httpx.get(schedules, timeout=60).json()
    return f"{schedules}/{found['id']}", found["schedule"]


@pytest.mark.timeout(600)  # two runs, one of them scheduled
@in_a_browser
def test_a_day_in_its_life(deployed: str, ui: str, working: Vendors, tmp_path: Path) -> None:
    """Form and schedule each make a set that lies in the bucket, and a browser shows all of it."""
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "tea.md").write_text("---\ntopic: Tea by the clock\nuser_id: clock\n---\n\n## Leaves\n\nText.\n")
    sources = {"clock": [str(articles)]}
    Variable.set("images_sources", sources, overwrite=True, _sync=True)  # type: ignore[call-arg]
    _schedule_soon(deployed)
    with browser_page(1400, 1000) as page:
        by_hand = _press_submit(page, deployed, ui)
        wait_for(
            lambda: [run for run in runs(deployed, NIGHTLY) if run["state_type"] not in {"SCHEDULED", "LATE"}], every=2
        )
        _schedule_no_more(deployed)
        wait_for(lambda: _state(deployed, by_hand) in {"COMPLETED", "FAILED", "CRASHED"})
        _see_the_end(page, ui, by_hand)
        _see_the_set(page, deployed, ui, by_hand)

        # The first of those that the schedule has started: a later one finds the article done.
        scheduled = min(wait_for(lambda: _completed(deployed, NIGHTLY)), key=lambda run: str(run["start_time"]))
        assert scheduled["created_by"]["type"] == "SCHEDULE"
        assert working.store.get("clock/tea-by-the-clock/manifest.json")
        page.goto(f"{ui}/runs/flow-run/{scheduled['id']}")
        expect(page.get_by_text("1 article: 1 complete").first).to_be_visible()
        _keep(page, "scheduled-run")


def _schedule_soon(api: str) -> None:
    """Let the nightly schedule come every 15 s: a busy scheduler can miss a moment, which then does not come back."""
    address, _ = _schedule(api)
    nightly = {"interval": 15, "anchor_date": (datetime.now(UTC) - timedelta(seconds=9)).isoformat(), "timezone": "UTC"}
    httpx.patch(address, json={"schedule": nightly, "active": True}, timeout=60).raise_for_status()


def _schedule_no_more(api: str) -> None:
    """End the schedule once it has started a run: each is a process."""
    address, _ = _schedule(api)
    httpx.patch(address, json={"active": False}, timeout=60).raise_for_status()


def _state(api: str, run: dict[str, Any]) -> str:
    return str(httpx.get(f"{api}/flow_runs/{run['id']}", timeout=60).json()["state_type"])


def _press_submit(page: Page, api: str, ui: str) -> dict[str, Any]:
    page.goto(f"{ui}/deployments/deployment/{deployment_id(api, MANUAL)}/run")
    page.locator("textarea").first.fill("Kaffee von Hand")
    _keep(page, "form")
    page.get_by_role("button", name="Submit").click()
    (run,) = wait_for(lambda: runs(api, MANUAL), PATIENCE)
    page.goto("about:blank")  # the run's page, drawn anew all the time, takes as much of the processor as the run
    return run


def _see_the_end(page: Page, ui: str, run: dict[str, Any]) -> None:
    """Read on the run's page that the run has completed."""
    page.goto(f"{ui}/runs/flow-run/{run['id']}")
    expect(page.get_by_text("Completed", exact=True).first).to_be_visible()
    expect(page.get_by_text("default/kaffee-von-hand").first).to_be_visible()
    _keep(page, "run")


def _see_the_set(page: Page, api: str, ui: str, run: dict[str, Any]) -> None:
    """Open gallery, table, and every picture by the gallery's own links."""
    found = ask(api, "artifacts", {"artifacts": {"flow_run_id": {"any_": [run["id"]]}}})
    shown = {artifact["type"]: artifact["id"] for artifact in found}
    page.goto(f"{ui}/artifacts/artifact/{shown['table']}")
    expect(page.get_by_text("comparison-qwen-image").first).to_be_visible()
    _keep(page, "table")
    page.goto(f"{ui}/artifacts/artifact/{shown['markdown']}")
    links = page.get_by_role("link", name="open", exact=True)
    expect(links).to_have_count(7)
    _keep(page, "gallery")
    addresses = [link.get_attribute("href") for link in links.all()]
    for address in addresses:
        answer = page.goto(str(address))
        assert answer
        assert answer.headers["content-type"] in {"image/png", "image/jpeg"}
        assert page.evaluate("document.images[0].naturalWidth") > 0
    _keep(page, "picture")


def _completed(api: str, deployment: str) -> list[dict[str, Any]]:
    """The deployment's runs that have ended as Completed."""
    found = [
        run for run in runs(api, deployment) if run["state_name"] in {"Completed", "Failed", "Crashed", "Degraded"}
    ]
    assert {run["state_name"] for run in found} <= {"Completed"}
    return found


def _keep(page: Page, name: str) -> None:
    page.screenshot(path=SCREENSHOTS / f"{name}.png")
