"""The rules of a bucket on the wire."""

from collections.abc import Iterator

import pytest

from blocks.storage.bucket import ImageStore
from blocks.storage.bucket_rules import NoSuchApi, read_rules, write_rules
from imaging.housekeeping.bucket_rules import Kind, NoRules, Wanted, merged_rules, shown_rules
from tests.blocks.storage.stores import at
from tests.standins import VersionedBucket

KINDS: tuple[Kind, ...] = ("lifecycle", "cors")


@pytest.fixture
def bucket() -> Iterator[VersionedBucket]:
    with VersionedBucket() as standin:
        yield standin


@pytest.mark.parametrize("kind", KINDS)
def test_rules_arrive_as_they_were_written(bucket: VersionedBucket, kind: Kind) -> None:
    """No rules are no error; a document comes and goes byte for byte, under a checksum that older stores take."""
    store = at(bucket.base_url)
    assert read_rules(store, kind) is None
    document = merged_rules(kind, None, Wanted(30)) + b"<!-- to the letter -->"
    write_rules(store, kind, document)
    assert bucket.rules == {kind: document}
    assert read_rules(store, kind) == document
    sent = next(call.headers for call in bucket.requests if call.method == "PUT")
    assert "content-md5" in sent
    assert not [name for name in sent if name.startswith(("x-amz-checksum", "x-amz-sdk-checksum"))]
    store.put("a.png", b"x", "image/png", "", {})
    assert store.get("a.png") == b"x"  # the client is as it was


@pytest.mark.parametrize("kind", KINDS)
def test_a_store_without_rules_says_so(store: ImageStore, kind: Kind) -> None:
    """rclone answers a question for rules with a listing, and refuses to take any."""
    with pytest.raises(NoRules):
        shown_rules(kind, read_rules(store, kind))
    with pytest.raises(NoSuchApi):
        write_rules(store, kind, merged_rules(kind, None, Wanted(30)))
