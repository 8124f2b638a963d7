"""What a run asks the bucket: nothing twice, and nothing that cannot be there."""

from collections import Counter

from blocks.records.monthly_spend import current_month
from imaging.articles.article import Article
from imaging.names.record_paths import spend_path
from tests.flows.runs import SLUG
from tests.reliability.harness.s3_proxy import S3Proxy, is_get, is_list
from tests.world import World, run_set


def asked(bucket: S3Proxy) -> Counter[str]:
    """How often each object was read, and `LIST`, since the last time."""
    calls, bucket.requests[:] = list(bucket.requests), []
    reads = Counter(
        call.path.partition("?")[0].split("/", 2)[2] for call in calls if is_get(call) and not is_list(call)
    )
    return reads + Counter("LIST" for call in calls if is_list(call))


def test_of_a_new_article_only_what_may_be_there_is_asked(world: World, german: Article, bucket: S3Proxy) -> None:
    """Its claim before and under the lock; once brand, one LIST, the month's spending: no manifest, no record."""
    run_set(german)
    reads = asked(bucket)
    claims = {path for path in reads if path.startswith("_claims/")}
    assert f"_claims/default/{SLUG}.json" in claims
    assert {reads.pop(path) for path in claims} == {2}
    spending = f"_results/{spend_path('default', current_month())}"
    assert reads == {"default/branding/brand.json": 1, "LIST": 1, spending: 1}


def test_of_what_is_there_nothing_is_asked_twice(world: World, german: Article, bucket: S3Proxy) -> None:
    """A second run reads claim, brand, both manifests, each picture's record and orders once; cards have no orders."""
    run_set(german)
    asked(bucket)
    run_set(german)
    reads = asked(bucket)
    assert set(reads.values()) == {1}
    assert not [path for path in reads if "_og" in path and path.endswith(".attempt")]
