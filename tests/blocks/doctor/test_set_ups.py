"""The doctor, on a set-up that is well and on more than twenty that are broken: each is found, with its mend.

Whatever is broken, no secret is printed, nothing is paid for, and nothing is left in the bucket.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from blocks.configuration.variables import write_variable
from blocks.provisioning.automations import MISSED_EVENTS
from tests.blocks.doctor.breakages import BROKEN, QWEN
from tests.blocks.doctor.stage import Stage, Visit
from tests.blocks.hosts import FileHost
from tests.standins import Answer


def test_a_set_up_that_is_well(stage: Stage, visit: Callable[[], Visit], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is broken where all was set up; nothing is spent, written to the data directory or left in the bucket."""
    monkeypatch.setenv("IMAGES_HOME", "/app")  # is no setting, and not misspelt
    seen = visit()
    assert not seen.broken, seen.printed
    assert not seen.level("spelling"), seen.printed
    parts = {"storage write", "storage read", "public read", "storage delete", "clock", "Replicate token", QWEN,
             "block s3-bucket/b2-images", "worker", "deployments", "fonts", f"automation {MISSED_EVENTS}"}  # fmt: skip
    assert {name for name in parts if seen.level(name) != {"ok"}} == set()
    assert (stage.replicate.paid, stage.chutes.paid) == ([], [])
    assert stage.left_in_bucket == []
    assert not Path(stage.environment["IMAGES_DATA_DIR"]).exists()


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_found(
    name: str, stage: Stage, visit: Callable[[], Visit], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line of each broken part says so and how to mend it; the parts beside it are looked at all the same."""
    try:
        with monkeypatch.context() as patch:
            for case in BROKEN[name]:
                case.broken(stage, patch)
            seen = visit()
    finally:
        stage.heal()
    for case in BROKEN[name]:
        assert case.level in seen.level(case.line), seen.printed
        assert case.words in seen.said(case.line)
    assert len(seen.lines) > 12
    assert stage.left_in_bucket == []
    assert (stage.replicate.paid, stage.chutes.paid) == ([], [])


def test_a_pause_that_is_over_is_well(stage: Stage, visit: Callable[[], Visit]) -> None:
    """The note of a vendor that may be asked again is no reason to do anything: the next call removes it."""
    write_variable(stage.pause, {"why": "throttled", "said": "429", "at": "2026-11-25T10:00:00Z", "seconds": 10})
    try:
        seen = visit()
    finally:
        stage.heal()
    assert seen.level("pause of replicate") == {"ok"}


@pytest.mark.parametrize(("url", "mend"), [("http://127.0.0.1:9/api", "prefect server start"), (None, "/api")])
def test_an_api_that_does_not_answer(stage: Stage, visit: Callable[[], Visit], url: str | None, mend: str) -> None:
    """Without the API the rest is looked at with the environment alone; an address that is none is told apart."""
    with temporary_settings({PREFECT_API_URL: url or stage.url.removesuffix("/api")}):
        seen = visit()
    assert seen.level("Prefect API") == {"FAIL"}
    assert mend in seen.said("Prefect API")
    assert seen.level("storage delete") == seen.level("Replicate token") == {"ok"}
    assert not seen.level("worker")


def test_an_api_that_lets_nobody_in(stage: Stage, visit: Callable[[], Visit]) -> None:
    """A login that is missing or wrong is one line, and not one for each thing that cannot be asked for."""
    with FileHost() as host, temporary_settings({PREFECT_API_URL: f"{host.base_url}/api"}):
        host.pages |= {"/api/health": Answer.json(True), "/api/variables/filter": Answer.json({}, 401)}
        seen = visit()
    assert seen.level("Prefect API") == {"FAIL"}
    assert "PREFECT_API_AUTH_STRING" in seen.said("Prefect API")
    assert not seen.level("worker")


def test_what_an_automation_could_not_do_is_listed(stage: Stage, visit: Callable[[], Visit]) -> None:
    """The failed actions of the last day are told, by automation and reason, without what must not be seen."""
    for _ in range(20):
        if "on-published" in (seen := visit()).said("missed events"):
            break
    assert "InvalidJSON('***')" in seen.said("missed events")
