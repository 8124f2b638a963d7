"""The figures of a report, held against a count of the bucket that shares no code with it."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config

from blocks.services import Services
from blocks.usage.measurement import measured_usage
from imaging.errors import InvalidInput, StorageError
from imaging.usage.month import chosen_month
from imaging.usage.report import TenantUsage, UsageReport
from tests.standins import VersionedBucket

NOW = datetime.now(UTC)
THIS = chosen_month(None, NOW)
BEFORE = chosen_month("last", NOW)
EARLIER = BEFORE.begins + timedelta(days=3)
TENANTS = ("a", "ac", "acme", "acme-", "acme_", "acme-2", "acme_2", "acme2", "acme-2-x", "acme_2-x")


def entry(key: str, kind: str, *variants: str, pinned: str | None = None, durable: bool = True) -> dict[str, Any]:
    named = [{"key": variant} for variant in variants]
    return {"key": key, "kind": kind, "durable": durable, "variants": named, "pinned_key": pinned}


def manifest(*entries: dict[str, Any], status: str = "complete") -> bytes:
    return json.dumps({"status": status, "images": list(entries)}).encode()


def article(bucket: VersionedBucket, place: str, at: datetime, size: int = 10) -> None:
    """A whole article: hero with a web format and its pinned copy, and two cards with the same bytes."""
    hero, card = f"hero of {place}".encode() * size, f"card of {place}".encode() * size
    names = {"hero.png": hero, "hero.w480.webp": hero[::-1], "hero_0123456789abcdef.png": hero,
             "platform/linkedin_og.png": card, "platform/facebook_og.png": card, "gallery.html": b"<p>"}  # fmt: skip
    for name, data in names.items():
        bucket.put(f"{place}/{name}", data, at)
    named = manifest(
        entry(f"{place}/hero.png", "hero", f"{place}/hero.w480.webp", pinned=f"{place}/hero_0123456789abcdef.png"),
        entry(f"{place}/platform/linkedin_og.png", "card"),
        entry(f"{place}/platform/facebook_og.png", "card"),
    )
    bucket.put(f"{place}/manifest.json", named, at)
    bucket.put(f"_claims/{place}.json", b"{}", at)


def measure(services: Services, month: str | None = None, user_id: str | None = None) -> UsageReport:
    with measured_usage(services, chosen_month(month, NOW), user_id) as measurement:
        return measurement.report


def counted(bucket: VersionedBucket, tenant: str) -> Counter[str]:
    """Count a tenant's objects with a loop of our own over boto3's paginator."""
    client = boto3.client(
        "s3", endpoint_url=bucket.base_url, aws_access_key_id="k", aws_secret_access_key="s",
        region_name="us-east-1", config=Config(s3={"addressing_style": "path"}),
    )  # fmt: skip
    sums: Counter[str] = Counter()
    for page in client.get_paginator("list_object_versions").paginate(Bucket="images"):
        for one in page.get("Versions", []):
            first, second = [*one["Key"].split("/"), ""][:2]
            if tenant == (second if first in {"_claims", "_results", "_reports"} else first):
                sums["objects"] += one["IsLatest"]
                sums["bytes" if one["IsLatest"] else "old"] += one["Size"]
    return sums


def of(report: UsageReport, tenant: str) -> TenantUsage:
    return next(one for one in report.tenants if one.user_id == tenant)


def test_every_tenant_gets_what_is_its_own_and_nothing_else(bucket: VersionedBucket, services: Services) -> None:
    """Ten tenants whose names begin with each other's: objects, bytes and old versions are those of another count."""
    for number, tenant in enumerate(TENANTS):
        for slug in range(1 + number % 3):
            article(bucket, f"{tenant}/tee-{slug}", THIS.begins, size=10 + number)
        bucket.put(f"{tenant}/tee-0/hero.png", b"anew" * number, THIS.begins + timedelta(seconds=1))
        bucket.put(f"{tenant}/branding/logo.png", b"logo", EARLIER)
    bucket.hide("acme_/tee-0/gallery.html", THIS.begins + timedelta(seconds=2))
    report = measure(services)
    assert [one.user_id for one in report.tenants] == sorted(TENANTS)
    for one in report.tenants:
        mine = counted(bucket, one.user_id)
        assert (one.objects, one.bytes, one.bytes_old_versions) == (mine["objects"], mine["bytes"], mine["old"])
        articles = 1 + TENANTS.index(one.user_id) % 3
        assert (one.articles, one.images) == (articles, {"hero": articles, "card": 2 * articles})
        assert (one.orphans, one.missing, one.duplicates) == (0, 0, 0)
        assert measure(services, user_id=one.user_id).tenants == [one]
    assert report.total.bytes == sum(one.bytes for one in report.tenants)
    assert report.total.images == {"hero": 19, "card": 38}


def test_what_does_not_fit_is_found(bucket: VersionedBucket, services: Services) -> None:
    """An orphan, missing objects, a duplicate, a degraded article; what another program keeps is no tenant's."""
    article(bucket, "acme/tee", THIS.begins)
    bucket.put("acme/tee/platform/instagram_12345678.png", b"nobody names it", THIS.begins)
    bucket.hide("acme/tee/hero.w480.webp", THIS.begins)
    article(bucket, "acme/kaffee", THIS.begins)
    bucket.put("acme/kaffee/supporting/0a1b2c3d.png", b"hero of acme/tee" * 10, THIS.begins)
    hero, twin = entry("acme/kaffee/hero.png", "hero"), entry("acme/kaffee/supporting/0a1b2c3d.png", "supporting")
    lost, failed = entry("acme/kaffee/platform/tiktok_00.png", "social"), entry("", "social", durable=False)
    bucket.put("acme/kaffee/manifest.json", manifest(hero, twin, lost, failed, status="degraded"), THIS.begins)
    for foreign in ("photos/2024/holiday.jpg", "readme.txt", "Backup/db.sql", "_results/_predictions/abc"):
        bucket.put(foreign, b"foreign", THIS.begins)
    report = measure(services)
    [acme] = report.tenants
    assert (acme.articles, acme.degraded, acme.missing) == (2, 1, 2)
    # The cards, web format and pinned copy of kaffee are no longer named, and two of these have their bytes elsewhere.
    assert (acme.orphans, acme.duplicates) == (1 + 4, 1 + 2)
    assert acme.images == {"hero": 2, "supporting": 1, "card": 2}
    assert report.others is not None
    assert (report.others.objects, report.others.bytes) == (4, 28)


def test_a_broken_manifest_makes_no_orphans(bucket: VersionedBucket, services: Services) -> None:
    """Where the public manifest is broken the whole one counts; where both are, the report names the article."""
    for slug in ("whole", "lost"):
        article(bucket, f"acme/{slug}", THIS.begins)
        bucket.put(f"acme/{slug}/manifest.json", b'{"images": [', THIS.begins + timedelta(seconds=5))
    bucket.put("_results/acme/whole/manifest.json", manifest(entry("acme/whole/hero.png", "hero")), THIS.begins)
    bucket.put("_results/acme/lost/manifest.json", b'"half a', THIS.begins)
    report = measure(services)
    [acme] = report.tenants
    assert (acme.articles, acme.unreadable, acme.images) == (2, 1, {"hero": 1})
    assert acme.orphans == 4  # of `whole`, beside its hero
    assert report.problems == ["acme/lost: its manifest cannot be read; what lies there is not taken for orphans"]


def test_a_month_ends_with_its_last_moment_in_utc(bucket: VersionedBucket, services: Services) -> None:
    """What is stored a microsecond before the month's end is the month's, what comes with the next one is not."""
    article(bucket, "acme/before", THIS.begins - timedelta(microseconds=1))
    article(bucket, "acme/after", THIS.begins)
    bucket.put("acme/before/hero.png", b"anew", THIS.begins)
    bucket.put("acme/before/manifest.json", manifest(), THIS.begins)
    [last], [now] = measure(services, "last").tenants, measure(services).tenants
    assert (last.articles, last.images, last.made) == (1, {"hero": 1, "card": 2}, {"hero": 1, "card": 2})
    assert last.bytes_old_versions == 0
    assert (now.articles, now.images, now.made) == (2, {"hero": 1, "card": 2}, {"hero": 1, "card": 2})
    assert now.bytes_old_versions > 0
    assert now.bytes + now.bytes_old_versions == sum(counted(bucket, "acme")[name] for name in ("bytes", "old"))
    [nothing] = measure(services, "2019-02").tenants
    assert (nothing.articles, nothing.images, nothing.objects, nothing.bytes, nothing.spend_usd) == (0, {}, 0, 0, 0)


def test_spend_adds_up_whoever_has_recorded_it(bucket: VersionedBucket, services: Services) -> None:
    """Models and vendors add up to the month's spend; what an earlier version did not tell apart is `unknown`."""
    old, new = {"spent": 0.3, "reserved": {"tee": 0.06}}, {"spent": 0.085, "made": {
        "replicate:black-forest-labs/flux-dev": {"usd": 0.025, "pictures": 1},
        "fal:fal-ai/flux-pro/v1.1-ultra": {"usd": 0.06, "pictures": 0},
    }}  # fmt: skip
    bucket.put(f"_results/old/_spend/{THIS.name}.json", json.dumps(old).encode(), NOW)
    bucket.put(f"_results/new/_spend/{THIS.name}.json", json.dumps(new).encode(), NOW)
    report = measure(services)
    assert (of(report, "old").spend_by_model, of(report, "old").reserved_usd) == ({"unknown": 0.3}, 0.06)
    assert of(report, "new").spend_by_model == {
        "black-forest-labs/flux-dev": 0.025, "fal-ai/flux-pro/v1.1-ultra": 0.06
    }  # fmt: skip
    assert of(report, "new").spend_by_vendor == {"fal": 0.06, "replicate": 0.025}
    assert (of(report, "new").pictures, report.total.spend_usd) == (1, 0.385)


def test_a_page_that_repeats_is_asked_for_again(bucket: VersionedBucket, services: Services) -> None:
    """A page that comes twice counts once; a bucket that never comes any farther is an error and no endless loop."""
    for number in range(5):
        article(bucket, f"acme/tee-{number}", THIS.begins)
    expected = measure(services)
    bucket.repeats = 2
    assert measure(services).tenants == expected.tenants
    bucket.repeats = 10_000
    with pytest.raises(StorageError, match="repeats a page"):
        measure(services)


@pytest.mark.parametrize("fault", [503, "reset_before", "truncated"])
def test_a_bucket_that_leaves_in_mid_list_gives_no_half_report(
    fault: str | int, bucket: VersionedBucket, services: Services
) -> None:
    """Without an answer to one page, or to one manifest, there is an error instead of figures."""
    for number in range(5):
        article(bucket, f"acme/tee-{number}", THIS.begins)
    places: dict[str, Callable[[Any], object]] = {
        "list": lambda call: call.query.get("key-marker", "") > "acme/tee-3",
        "get": lambda call: "tee-3/manifest" in call.path,
    }
    for where, match in places.items():
        bucket.fault(where, fault, times=None, match=match)
        with pytest.raises(StorageError):
            measure(services)
        bucket.faults.clear()
    assert measure(services).total.articles == 5


def test_an_unknown_tenant_is_an_error(bucket: VersionedBucket, services: Services) -> None:
    """A tenant of whom the bucket has nothing is misspelt; one whose name only begins like it is another."""
    article(bucket, "acme-2/tee", THIS.begins)
    with pytest.raises(InvalidInput, match="nothing of a tenant acme"):
        measure(services, user_id="acme")
    bucket.put("photos/2024/holiday.jpg", b"foreign", NOW)
    with pytest.raises(InvalidInput, match="nothing of a tenant photos"):
        measure(services, user_id="photos")
