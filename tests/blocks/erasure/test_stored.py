"""What is stored of a tenant or an article is erased with all versions; nobody else's is touched."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from blocks.erasure.erasure import shelves_of, stored_places
from blocks.erasure.known import Known
from blocks.services import Services
from imaging.erasure.report import Found
from imaging.erasure.target import Target
from imaging.errors import StorageError
from imaging.usage.report import TenantUsage, UsageReport, total_usage
from tests.blocks.erasure.conftest import (
    NOW,
    SLUGS,
    TENANTS,
    digest,
    filled,
    report_file,
    report_rows,
    rows_in,
)  # fmt: skip
from tests.standins import VersionedBucket

TARGETS = [Target("acme"), Target("a"), Target("acme", "tea"), Target("acme-2", "te")]


def erase(services: Services, target: Target) -> list[Found]:
    """Erase what is stored, and return what is found by looking again."""
    known = Known.of(target, shelves_of(services))
    for place in stored_places(services, target, known):
        place.empty()
    return [found for place in stored_places(services, target, known) if (found := place.find()).versions]


def its(target: Target, tenant: str, slug: str | None) -> bool:
    return tenant == target.user_id and target.slug in {None, slug}


@pytest.fixture(autouse=True)
def _without_api() -> Iterator[None]:
    """The lock on the spend goes without Prefect's half here: nothing answers at this address."""
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        yield


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_all_versions_of_its_own_are_gone_and_no_others(
    bucket: VersionedBucket, services: Services, target: Target
) -> None:
    """Names begin with each other's; after an erasure exactly the target's versions and markers are gone."""
    owned = filled(bucket)
    gone = {key for (tenant, slug), keys in owned.items() if its(target, tenant, slug) for key in keys}
    kept = {version: data for version, data in bucket.versions.items() if version[0] not in gone}
    assert erase(services, target) == []
    assert bucket.versions == kept
    assert len(gone) > 5
    assert erase(services, target) == []  # again, with nothing there
    assert bucket.versions == kept


def test_an_erasure_that_is_cut_off_is_completed_by_another(bucket: VersionedBucket, services: Services) -> None:
    """After any number of deletions the bucket refuses; the next erasure still finds all the rest."""
    everything = filled(bucket)
    gone = {key for (tenant, _), keys in everything.items() if tenant == "acme" for key in keys}
    total = sum(key in gone for key, _ in bucket.versions)
    for number in range(0, total, total // 4):
        filled(bucket)
        bucket.deletes_left = number
        with pytest.raises(StorageError):
            erase(services, Target("acme"))
        bucket.deletes_left = None
        assert erase(services, Target("acme")) == []
        assert not [key for key, _ in bucket.versions if key in gone]


def test_what_tells_that_a_folder_is_ours_goes_last(bucket: VersionedBucket, services: Services) -> None:
    """Pictures without records are known by their manifest alone: an erasure that was cut off still finds the rest."""
    names = ("hero.png", "manifest.json", "platform/linkedin_og.png")
    for number in range(1, len(names)):
        for name in names:
            bucket.put(f"alone/tea/{name}", b"{}", NOW)
        bucket.deletes_left = number
        with pytest.raises(StorageError):
            erase(services, Target("alone"))
        bucket.deletes_left = None
        assert erase(services, Target("alone")) == []
        assert bucket.versions == {}


def test_another_programs_folder_is_not_touched(bucket: VersionedBucket, services: Services) -> None:
    """A folder in which article-images has written nothing is no tenant's, nor is one that is no article's."""
    filled(bucket)
    bucket.put("acme/drafts/tea.md", b"the tenant's own text", NOW)
    before = bucket.versions
    for target in (Target("others"), Target("acme", "drafts")):
        assert erase(services, target) == []
    assert bucket.versions == before


@pytest.mark.parametrize(("target", "keeps_versions"), [(Target("acme"), True), (Target("acme", "tea"), False)])
def test_reports_on_all_are_written_without_it(
    bucket: VersionedBucket, services: Services, target: Target, keeps_versions: bool, tmp_path: Path
) -> None:
    """Of reports on all tenants the current ones lose its rows alone, and old versions that name it are deleted.

    In a bucket without versions, what is written is not deleted with what it replaced.
    """
    bucket.keeps_versions = keeps_versions
    filled(bucket)
    tenants = [TenantUsage(user_id=tenant, articles=4, spend_usd=0.1) for tenant in TENANTS]
    problems = [f"{tenant}/{slug}: its manifest cannot be read" for tenant in TENANTS for slug in SLUGS]
    report = UsageReport(
        month="2026-10", as_of="-", tenants=tenants, total=total_usage(tenants), problems=[*problems, "3 more"]
    )
    clean = b'{"tenants": [], "problems": []}'
    files = {
        "json": report.model_dump_json().encode(),
        **{suffix: report_file(tmp_path, report_rows(findings=False), suffix) for suffix in ("csv", "parquet")},
        **{f"findings.{suffix}": report_file(tmp_path, report_rows(findings=True), suffix)
           for suffix in ("csv", "parquet")},
    }  # fmt: skip
    for suffix, data in files.items():
        bucket.put(f"_reports/_all/2026-10.{suffix}", clean if suffix == "json" else b"no,rows\n", NOW)
        bucket.put(f"_reports/_all/2026-10.{suffix}", data, NOW)
        bucket.put(f"_reports/_all/2026-10.{suffix}", data, NOW)
    assert erase(services, target) == []

    def now(suffix: str) -> bytes:
        current = bucket.latest(f"_reports/_all/2026-10.{suffix}")
        assert current
        assert current.data
        return current.data

    after = UsageReport.model_validate_json(now("json"))
    assert [one.user_id for one in after.tenants] == [one for one in TENANTS if target.slug or one != "acme"]
    assert after.total.articles == 4 * len(after.tenants)
    assert after.problems == [
        problem for problem in report.problems if not problem.startswith(f"{target}{':' if target.slug else '/'}")
    ]
    for suffix in ("csv", "parquet", "findings.csv", "findings.parquet"):
        kind = suffix.rpartition(".")[2]
        before, rest = rows_in(tmp_path, files[suffix], kind), rows_in(tmp_path, now(suffix), kind)
        if suffix.startswith("findings"):
            assert rest == [row for row in before if not str(row[1]).startswith(f"{target}/")]
        else:
            assert rest == [row for row in before if target.slug or row[0] != "acme"]
    named = [data for (key, _), data in bucket.versions.items() if key == "_reports/_all/2026-10.json" and data]
    assert named == ([clean, now("json")] if keeps_versions else [now("json")])


def test_of_an_article_the_tenants_documents_forget_it(bucket: VersionedBucket, services: Services) -> None:
    """Reservation, backlog entries and journal of old addresses lose the article; the tenant's others keep theirs."""
    spend = {"spent": 1.5, "reserved": {"tea": 0.1, "tea-2": 0.2}, "pictures_reserved": {"tea": 1}, "made": {}}
    own = {"a.md": ["f", "complete", "tea", "acme 1"], "b.md": ["f", "complete", "tea-2", "acme 2"]}
    shared = own | {"c.md": ["f", "complete", "tea", "acme-2 1"], "d.md": ["f", "degraded", "te"]}
    journal = [[digest("acme", "tea"), {"status": "moved", "key": "acme/tea/migrated/picture_1.png"}],
               [digest("acme", "tea-2"), {"status": "moved", "key": "acme/tea-2/migrated/picture_2.png"}],
               [digest("acme", "te"), {"status": "dead", "key": None}]]  # fmt: skip
    documents: dict[str, object] = {
        "_results/acme/_spend/2026-11.json": spend,
        "_results/acme/_backlog/0123456789abcdef/03.json": {"articles": own},
        "_results/_backlog/0123456789abcdef/03.json": {"articles": shared},
        "_results/acme/_migrations/run-00001.json": journal,
        "_results/acme/_stored.json": {"bytes": 100},
    }
    for key, document in documents.items():
        bucket.put(key, json.dumps(document).encode(), NOW)
    assert erase(services, Target("acme", "tea")) == []
    left = {key: json.loads(data or b"") for (key, _), data in bucket.versions.items()}
    parts = {key: left.pop(key) for key in list(left) if "/_migrations/" in key}
    assert left == {
        "_results/acme/_spend/2026-11.json": spend | {"reserved": {"tea-2": 0.2}, "pictures_reserved": {}},
        "_results/acme/_backlog/0123456789abcdef/03.json": {"articles": {"b.md": own["b.md"]}},
        "_results/_backlog/0123456789abcdef/03.json": {
            "articles": {key: done for key, done in shared.items() if key != "a.md"}
        },
    }
    assert [list(parts), *parts.values()] != ["_results/acme/_migrations/run-00001.json"]
    assert list(parts.values()) == [journal[1:]]
    assert list(parts) != ["_results/acme/_migrations/run-00001.json"]
