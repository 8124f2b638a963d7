"""Names of locks: those that workers of another version use."""

from imaging.names import lock_names
from imaging.names.record_paths import backlog_place


def test_locks_keep_their_names() -> None:
    """What another version holds at this moment is held under the same name."""
    for name, before in [
        (lock_names.article_lock("claim", "bar", "tee"), "article-images.claim.bar.tee"),
        (lock_names.article_lock("run", "bar", "tee"), "article-images.run.bar.tee"),
        (lock_names.spend_lock("bar"), "article-images.purse.bar"),
        (lock_names.brand_lock("bar"), "brand-assets.bar"),
        (lock_names.backlog_lock("bar/_backlog/x", None), "article-backlog.bar._backlog.x.None"),
        (lock_names.backlog_lock("bar/_backlog/x", 3), "article-backlog.bar._backlog.x.3"),
    ]:
        assert name == before


def test_every_lock_is_known_by_the_beginning_of_its_name() -> None:
    """The limits of locks are told from others, so that those that are not used any more can be removed."""
    locks = [
        *(lock_names.article_lock(purpose, "bar", "tee") for purpose in ("run", "claim")),
        lock_names.spend_lock("bar"),
        lock_names.brand_lock("bar"),
        lock_names.backlog_lock(backlog_place("bar", "a source"), 3),
        lock_names.migration_lock("a source", None),
    ]
    assert all(name.startswith(lock_names.LOCKS) for name in locks)
    assert not "images-replicate".startswith(lock_names.LOCKS)
