"""Orphans that are removed, and those that are not."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from blocks.locks.one_at_a_time import one_at_a_time
from blocks.services import Services
from blocks.usage.measurement import measured_usage
from blocks.usage.orphans import old_orphans, removed_orphans
from imaging.housekeeping.report import Orphan
from imaging.names import lock_names
from imaging.usage.month import chosen_month
from tests.standins import VersionedBucket

NOW = datetime.now(UTC)
OLD, NEW = NOW - timedelta(days=40), NOW - timedelta(days=2)


@pytest.fixture(autouse=True)
def _without_api() -> Iterator[None]:
    """Locks go without Prefect's half here: nothing answers at this address."""
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        yield


def naming(*keys: str) -> bytes:
    entries = [{"key": key, "kind": "hero", "durable": True} for key in keys]
    return json.dumps({"status": "complete", "images": entries}).encode()


def found(services: Services) -> list[Orphan]:
    with measured_usage(services, chosen_month(None, NOW), None) as measurement:
        return old_orphans(measurement, 30)


def test_only_old_pictures_that_nobody_needs_are_removed(bucket: VersionedBucket, services: Services) -> None:
    """Left are new ones, those of an article without a readable manifest, foreign files, and what is named by now."""
    kept = {
        "acme/tee/hero.png": OLD,
        "acme/tee/platform/instagram_11111111.png": NEW,  # of a run under way
        "acme/tee/notes.txt": OLD,  # somebody else's
        "acme/articles/tee.png": OLD,  # no article of ours
        "acme/brot/hero.png": OLD,  # its manifest is broken
        "acme/brot/platform/instagram_22222222.png": OLD,
        "acme-2/tee/hero.png": OLD,
        "acme/branding/old-logo.png": OLD,
    }
    gone = {"acme/tee/platform/instagram_00000000.png", "acme/tee/platform/instagram_00000000.w480.webp"}
    for key, at in (kept | dict.fromkeys(gone, OLD)).items():
        bucket.put(key, b"before", OLD - timedelta(days=1))
        bucket.put(key, key.encode(), at)
    bucket.put("acme/tee/manifest.json", naming("acme/tee/hero.png"), OLD)
    bucket.put("acme-2/tee/manifest.json", naming("acme-2/tee/hero.png"), OLD)
    bucket.put("acme/brot/manifest.json", b"{half", OLD)
    before = bucket.versions
    orphans = found(services)
    assert {one.key for one in orphans} == gone

    with one_at_a_time(lock_names.article_lock("run", "acme", "tee"), services.locks):
        assert not any(one.removed for one in removed_orphans(services, orphans, 30))
    assert bucket.versions == before
    needed = "acme/tee/platform/instagram_00000000.w480.webp"
    bucket.put("acme/tee/manifest.json", naming("acme/tee/hero.png", needed), NOW)  # a run has just ended
    assert {one.key for one in removed_orphans(services, orphans, 30) if one.removed} == gone - {needed}
    bucket.put("acme/tee/manifest.json", naming("acme/tee/hero.png"), NOW)
    assert all(one.removed for one in removed_orphans(services, found(services), 30))
    assert {key for key, _ in before} - {key for key, _ in bucket.versions} == gone
    assert found(services) == []
