"""Quotas: a run past one is refused or falls back before it spends, and each is announced once a month."""

import json
import time
from datetime import UTC, datetime

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.events.filters import EventFilter, EventNameFilter, EventOccurredFilter
from prefect.events.worker import EventsWorker

from blocks.configuration.variables import delete_variable, write_variable
from flows.storage_report import storage_report
from imaging.articles.article import Article
from imaging.kinds import Kind
from imaging.record import ImageSet
from tests.world import World, run_set


def quota(monkeypatch: pytest.MonkeyPatch, **value: object) -> None:
    monkeypatch.setenv("IMAGES_QUOTAS", json.dumps(value))


def made(topic: str, tenant: str = "acme", kind: Kind = Kind.COMPARISON) -> ImageSet:
    """Make the two compared pictures of an article, 0.012 USD, or those of another kind."""
    return run_set(Article(topic=topic, user_id=tenant), [kind])


def announced(client: SyncPrefectClient, since: datetime, expected: int) -> list[tuple[str, str, str]]:
    """The events on quotas since then as (event, tenant, quota), once there are as many as expected."""
    EventsWorker.drain_all(timeout=30)
    wanted = EventFilter(event=EventNameFilter(prefix=["tenant.quota"]), occurred=EventOccurredFilter(since=since))
    for _ in range(40):
        found = client.read_events(wanted, limit=50).events
        if len(found) >= expected:
            break
        time.sleep(0.25)
    return sorted((one.event, str(one.payload["user_id"]), str(one.payload["quota"])) for one in found)


def test_a_months_pictures_run_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of three pictures the second article gets one, the third none, each announced once; other tenants are free."""
    since = datetime.now(UTC)
    quota(monkeypatch, tenants={"acme": {"month_pictures": 3}})
    assert made("Tee").status == "complete"
    second = made("Kaffee")
    assert [image.provider for image in second.images] == ["chutes", "painter"]
    why = f"over acme's quota of 3 pictures for {since:%Y-%m} (images_quotas, month_pictures): 1 are left"
    assert second.images[1].error == why
    assert world.paid == (0, 3)
    third = made("Kakao")
    assert {image.provider for image in third.images} == {"painter"}
    assert {image.status for image in made("Tee").images} == {"reused"}
    assert made("Wasser", "acme-2", Kind.HERO).status == "complete"
    assert world.paid == (1, 3)
    storage_report(user_id="acme")
    with get_client(sync_client=True) as client:
        assert announced(client, since, 1) == [("tenant.quota.exceeded", "acme", "month_pictures")]
        quota(monkeypatch, tenants={"acme": {"month_pictures": 4}})  # another quota, so with events of its own
        assert [image.provider for image in made("Kakao").images] == ["chutes", "painter"]
        made("Saft")
        assert announced(client, since, 2) == 2 * [("tenant.quota.exceeded", "acme", "month_pictures")]


def test_a_months_money_runs_out_and_the_rest_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """At 80% of the USD there is a warning, once; beyond the quota pictures are refused before anything is spent."""
    since = datetime.now(UTC)
    write_variable("images_quotas", {"month_usd": 0.07, "beyond": "refuse"})
    try:
        assert made("Tee", kind=Kind.HERO).cost_usd == 0.06
        assert made("Tee", kind=Kind.HERO).status == "complete"
        refused = made("Kaffee")
        assert [image.status for image in refused.images] == ["stored", "failed"]
        assert "over acme's quota of 0.07 USD" in str(refused.images[1].error)
        assert world.paid == (1, 1)
        with get_client(sync_client=True) as client:
            assert announced(client, since, 2) == [
                ("tenant.quota.exceeded", "acme", "month_usd"),
                ("tenant.quota.warning", "acme", "month_usd"),
            ]
    finally:
        delete_variable("images_quotas")


def test_a_full_store_takes_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes are counted where no report has done so; a tenant that has too many pays for nothing more."""
    made("Tee")
    quota(monkeypatch, tenants={"acme": {"bytes": 1000}})
    full = made("Kaffee")
    assert {image.provider for image in full.images} == {"painter"}
    assert "quota of 1,000 bytes (images_quotas, bytes)" in str(full.images[0].error)
    assert world.paid == (0, 2)
    report = storage_report(user_id="acme")
    [tenant] = report.tenants
    assert tenant.quota is not None
    assert tenant.quota.bytes is not None
    assert (tenant.quota.level, tenant.quota.bytes.used) == ("exceeded", tenant.bytes)


def test_without_quotas_a_run_asks_for_nothing_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A quota of another tenant, and none at all, leave no record of bytes and no reservation behind."""
    made("Tee")
    quota(monkeypatch, tenants={"acme-2": {"bytes": 1, "month_pictures": 0, "month_usd": 0}})
    made("Kaffee")
    records = {path.split("/")[2] for path in world.store.list("_results/acme/")}
    assert records == {"tee", "kaffee", "_spend"}
    [month] = world.store.list("_results/acme/_spend/")
    spent = world.store.get_json(month)
    assert (spent["spent"], spent["reserved"], spent["announced"]) == (0.024, {}, [])
