"""The flow `storage-report` and the command `usage`, held against the bucket's files and the vendors' counters."""

import json
from collections import Counter

import duckdb
import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

from flows.repair import repair
from flows.storage_report import storage_report
from imaging.articles.article import Article
from imaging.errors import StorageError
from imaging.kinds import Kind
from imaging.planning.models import ModelTable
from imaging.usage.report import UsageReport
from tests.standins.vendors.predictions import NSFW
from tests.world import CommandLine, World, run_set

PRICES = {model.name: model.price_usd for model in ModelTable().all()}
MADE = [Kind.HERO, Kind.COMPARISON, Kind.CARD]


def paid(world: World) -> Counter[str]:
    """What the vendors would have billed so far, by model, in thousandths of a USD."""
    calls = [*(one.model for one in world.replicate.paid), *(str(one.slug) for one in world.chutes.paid)]
    return Counter({model: round(1000 * number * PRICES[model]) for model, number in Counter(calls).items()})


def usd(spent: Counter[str]) -> dict[str, float]:
    return {model: thousandths / 1000 for model, thousandths in spent.items()}


def stored(world: World, tenant: str) -> tuple[int, int]:
    """Count the files of a tenant, below its own folder and those of claims, records and reports."""
    root = world.bucket
    folders = [root / tenant, *(root / folder / tenant for folder in ("_claims", "_results", "_reports"))]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return len(files), sum(path.stat().st_size for path in files)


def test_a_report_agrees_with_the_bucket_and_the_vendors(
    world: World, api: SyncPrefectClient, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Spend by tenant and model is the vendors' own count: of a whole set, a degraded one, a late one, a remade one."""
    spent: dict[str, Counter[str]] = {}

    def run(tenant: str, topic: str, *, refresh: bool = False) -> str:
        before = paid(world)
        slug = run_set(Article(topic=topic, user_id=tenant), MADE, refresh=refresh).slug
        more = paid(world)
        more.subtract(before)
        spent.setdefault(tenant, Counter()).update({model: number for model, number in more.items() if number})
        return slug

    run("acme", "Tee")
    run("acme", "Tee", refresh=True)
    world.replicate.fault("create", "failed", times=2, error=NSFW)
    run("acme-2", "Kaffee")
    monkeypatch.setenv("B2_ENDPOINT", "http://127.0.0.1:9")
    late = run("acme_2", "Kakao")
    with pytest.raises(StorageError, match="cannot be reached"):
        storage_report()
    monkeypatch.setenv("B2_ENDPOINT", world.environment["B2_ENDPOINT"])
    assert repair() == {"repaired": 5, "left": 0}
    run("acme_2", "Kakao")  # pays nothing, and reports what was spent without the bucket
    world.store.put(f"acme_2/{late}/platform/tiktok_00000000.png", b"orphan", "image/png", "no-cache", {})
    world.delete("acme/tee/platform/facebook_og.png")

    counted = {tenant: stored(world, tenant) for tenant in spent}
    report = UsageReport.model_validate_json(cli("usage", "--json").stdout)
    assert [one.user_id for one in report.tenants] == ["acme", "acme-2", "acme_2"]
    for one in report.tenants:
        assert one.spend_by_model == pytest.approx(usd(spent[one.user_id]))
        assert one.spend_usd == pytest.approx(spent[one.user_id].total() / 1000)
        assert (one.objects, one.bytes) == counted[one.user_id]
        assert one.articles == 1
    assert report.total.spend_by_model == pytest.approx(usd(paid(world)))
    acme, degraded, repaired = report.tenants
    assert (acme.images, acme.missing, acme.pictures) == ({"hero": 1, "comparison": 2, "card": 1}, 1, 6)
    assert (degraded.degraded, degraded.images, degraded.pictures) == (1, {"hero": 1, "comparison": 2, "card": 2}, 2)
    assert (repaired.degraded, repaired.orphans, repaired.missing, repaired.pictures) == (0, 1, 0, 3)
    # A refresh leaves the compared pictures of before, whose names have a hash.
    assert (acme.orphans, degraded.orphans) == (2, 0)

    written = storage_report()
    assert written.total.spend_usd == report.total.spend_usd
    [row] = _parquet(world, f"_reports/acme-2/{report.month}.parquet")
    assert (row["user_id"], row["images_comparison"], row["spend_usd"]) == ("acme-2", 2, degraded.spend_usd)
    rows = _parquet(world, f"_reports/_all/{report.month}.parquet")
    assert [one["user_id"] for one in rows] == ["acme", "acme-2", "acme_2"]
    found = world.store.get(f"_reports/acme_2/{report.month}.findings.csv")
    assert found is not None
    assert f"orphan,acme_2,acme_2/{late}/platform/tiktok_00000000.png,6," in found.decode()
    whole = world.store.get_json(f"_reports/_all/{report.month}.json")
    assert {one["user_id"]: one["bytes"] for one in whole["tenants"]} == {
        one.user_id: one.bytes for one in written.tenants
    }
    keys = [f"usage-{part}-{report.month}" for part in ("report", "table", "chart")]
    shown = api.read_artifacts(artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=keys)))
    assert {one.key: one.type for one in shown} == dict(zip(keys, ("markdown", "table", "image"), strict=True))


def _parquet(world: World, key: str) -> list[dict[str, object]]:
    data = world.store.get(key)
    assert data is not None
    file = world.bucket.parent / f"{world.bucket.name}.parquet"
    file.write_bytes(data)
    with duckdb.connect() as connection:
        table = connection.execute("SELECT * FROM read_parquet(?) ORDER BY user_id", [str(file)])
        names = [column[0] for column in table.description or ()]
        return [dict(zip(names, row, strict=True)) for row in table.fetchall()]


def test_what_is_asked_wrongly_ends_with_one_line(painted: object, cli: CommandLine) -> None:
    """A month to come, none at all, and a tenant that does not exist are bad input, exit code 2."""
    for arguments, said in {
        ("--month", "2999-01"): "month: 2999-01 is to come",
        ("--month", "2026-13"): "month: '2026-13' is none",
        ("nobody",): "user_id: the bucket has nothing of a tenant nobody",
        ("No body",): "USER_ID: must be 1 to 64 of",
    }.items():
        answer = cli("usage", *arguments)
        assert (answer.returncode, answer.stdout) == (2, "")
        assert said in answer.stderr
    empty = cli("usage", "--month", "2020-02", "--json")
    assert json.loads(empty.stdout)["tenants"] == []
