"""Paths of records: the contract's table."""

from imaging.articles.article import Article
from imaging.names import record_paths
from imaging.planning.models import ModelTable
from imaging.planning.plan import Planner


def test_records_keep_their_paths() -> None:
    """What an earlier version has written down is found under the same path, in the bucket and on this machine."""
    hero = Planner(Article(topic="Tee", user_id="bar"), "tee", ModelTable(), {"replicate"}).specs()[0]
    for path, before in [
        (record_paths.record_key("bar/tee/words"), "_results/bar/tee/words"),
        (record_paths.whole_manifest("bar", "tee"), "bar/tee/manifest.json"),
        (record_paths.words_path("bar", "tee"), "bar/tee/words"),
        (record_paths.attempt_path(hero), f"bar/tee/hero-{hero.digest[:32]}.attempt"),
        (record_paths.receipt_path(hero), f"bar/tee/hero-{hero.digest[:32]}.receipt"),
        (record_paths.prediction_path("abc"), "_predictions/abc"),
        (record_paths.spend_path("bar", "2026-11"), "bar/_spend/2026-11.json"),
        (record_paths.unreported_spend_path("bar", "2026-11"), "bar/_spend/2026-11.untold.json"),
        (record_paths.stored_bytes_path("bar"), "bar/_stored.json"),
        (record_paths.backlog_place("bar", "a source"), "bar/_backlog/5f8f61460a1d3a64"),
        (record_paths.backlog_place(None, "a source"), "_backlog/5f8f61460a1d3a64"),
        (record_paths.index_path("_backlog/x", 5), "_backlog/x/05.json"),
        (record_paths.feed_page_path("_backlog/x", 5), "_backlog/x/page-5.json"),
        (record_paths.shard_path("abc"), "_backlog/shards/abc.json"),
        (record_paths.migration_path("bar", "abc", 3), "bar/_migrations/abc-00003.json"),
    ]:
        assert path == before
