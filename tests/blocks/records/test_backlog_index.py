"""The index of a source: what is done is known again, by whoever asks."""

from pathlib import Path

import pytest

from blocks.records.backlog_index import SLICES, Done, Index, slice_of
from blocks.records.records import Records

KEYS = [f"article-{number}.md" for number in range(200)]


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(None, tmp_path)


def filled(records: Records) -> Index:
    index = Index(records, "acme/_backlog/0")
    for key in KEYS:
        index.note(key, Done(f"hash of {key}", "complete", key.removesuffix(".md")))
    index.save()
    return index


def test_what_was_saved_is_found_by_another_process(records: Records) -> None:
    """Every entry comes back as it was; another source knows none of them."""
    filled(records)
    again = Index(records, "acme/_backlog/0")
    assert again.find(KEYS[7]) == Done(f"hash of {KEYS[7]}", "complete", "article-7")
    assert all(again.find(key) for key in KEYS)
    assert Index(records, "acme/_backlog/1").find(KEYS[7]) is None


def test_shards_never_write_the_same_document(records: Records, tmp_path: Path) -> None:
    """Two that each take half of the slices, at the same time, lose nothing of each other."""
    one, other = Index(records, "x/0"), Index(records, "x/0")
    for key in KEYS:
        (one if slice_of(key) % 2 else other).note(key, Done("f", "complete", "s"))
    one.save()
    other.save()
    assert all(Index(records, "x/0").find(key) for key in KEYS)
    assert len(list(tmp_path.rglob("*.json"))) == SLICES


def test_only_what_changed_is_written(records: Records, tmp_path: Path) -> None:
    """A note on one article writes one document; none at all writes nothing."""
    filled(records)
    before = {path: path.stat().st_ino for path in tmp_path.rglob("*.json")}
    index = Index(records, "acme/_backlog/0")
    index.save()
    index.note(KEYS[0], Done("new", "degraded", "s"))
    index.save()
    written = {path.name for path, inode in before.items() if path.stat().st_ino != inode}
    assert written == {f"{slice_of(KEYS[0]):02}.json"}


def test_an_article_that_is_gone_from_the_source_is_forgotten(records: Records) -> None:
    """A feed rolls on for years; its index does not grow with it."""
    index = filled(records)
    index.forget_others({number: {key for key in KEYS[:50] if slice_of(key) == number} for number in range(SLICES)})
    index.save()
    again = Index(records, "acme/_backlog/0")
    assert [key for key in KEYS if again.find(key)] == KEYS[:50]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"articles": {"a": [1]}}'])
def test_a_broken_document_is_as_good_as_none(records: Records, tmp_path: Path, content: str) -> None:
    """It is not worth an error: its articles are run again, and reused."""
    filled(records)
    for path in tmp_path.rglob("*.json"):
        path.write_text(content)
    index = Index(records, "acme/_backlog/0")
    assert index.find(KEYS[0]) is None
    index.note(KEYS[0], Done("f", "complete", "s"))
    index.save()
    assert Index(records, "acme/_backlog/0").find(KEYS[0])
