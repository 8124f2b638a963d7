"""The target of an erasure: which names are its own."""

from typing import Any

import pytest

from imaging.erasure.target import Target
from imaging.names import lock_names

ACME, TEA = Target("acme"), Target("acme", "tea")


def locks_of(user_id: str, slug: str) -> set[str]:
    return {lock_names.article_lock("run", user_id, slug), lock_names.article_lock("claim", user_id, slug)}


def test_the_locks_of_a_tenant_are_all_and_only_its_own() -> None:
    """Those of its articles, brand, spend and backlogs; no other tenant's whose name begins alike."""
    own = {
        *locks_of("acme", "tea"),
        lock_names.brand_lock("acme"),
        lock_names.spend_lock("acme"),
        lock_names.backlog_lock("acme/0123456789abcdef", 2),
    }
    others = {
        *locks_of("acme-2", "tea"),
        *locks_of("acme_2", "tea"),
        lock_names.brand_lock("acme-2"),
        lock_names.spend_lock("acme-2"),
        lock_names.backlog_lock("acme-2/0123456789abcdef", None),
        lock_names.migration_lock("acme", "acme"),  # a hash: it names nobody
    }
    assert {name for name in own | others if ACME.locks(name)} == own
    assert {name for name in own | others | locks_of("acme", "tea-2") if TEA.locks(name)} == locks_of("acme", "tea")


@pytest.mark.parametrize(
    ("name", "tags", "parameters", "its"),
    [
        ("acme/tea", [], {"article": {"topic": "Tea"}}, True),
        ("acme-2/tea", [], {"article": {"topic": "Tea"}}, False),
        ("quiet-fox", [], {"article": {"topic": "Tea", "user_id": "acme"}}, True),
        ("anything", ["tenant:acme"], {}, True),
        ("anything", ["tenant:acme-2"], {}, False),
        ("a brand", [], {"user_id": "acme"}, True),
        ("bucket:acme/drafts", [], {"source": "bucket:acme/drafts"}, True),
        ("bucket:acme", [], {"source": "bucket:acme", "user_id": "others"}, True),
        ("bucket:acme-2/drafts", [], {"source": "bucket:acme-2/drafts"}, False),
        ("/srv/acme/posts", [], {"source": "/srv/acme/posts"}, False),
    ],
)
def test_the_runs_of_a_tenant_are_those_that_name_it(
    name: str, tags: list[str], parameters: dict[str, Any], its: bool
) -> None:
    """By tag, name, parameter, or a source in its folder of the bucket; a folder elsewhere is called as it likes."""
    assert ACME.is_run(name, tags, parameters) is its
