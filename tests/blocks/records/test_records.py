"""Records of what was paid for: two places, the bucket first, and neither makes the other older."""

from pathlib import Path

import pytest

from blocks.records.records import Records
from blocks.storage.bucket import ImageStore
from blocks.storage.s3_client import s3_bucket
from imaging.names import record_paths
from tests.blocks.hosts import Bucket, s3_error
from tests.standins import Answer

PATH = "default/milk/hero-0123"


def over(store: ImageStore | None, folder: Path) -> Records:
    return Records(store, folder)


def at(host: Bucket) -> ImageStore:
    bucket = s3_bucket(endpoint=host.base_url, key_id="keyid", secret="secret", bucket="images")
    return ImageStore(bucket, "https://images.example")


def test_a_record_is_found_while_the_bucket_is_away(store: ImageStore, tmp_path: Path) -> None:
    """What was written with the bucket is on this machine too, whole."""
    over(store, tmp_path).write(PATH, b'{"n": 1}')
    assert over(None, tmp_path).read(PATH) == b'{"n": 1}'
    assert over(store, tmp_path / "elsewhere").read(PATH) == b'{"n": 1}'


def test_the_buckets_record_comes_before_this_machines(store: ImageStore, tmp_path: Path) -> None:
    """What another machine wrote since is what counts, here too."""
    over(store, tmp_path / "a").write(PATH, b'{"n": 1}')
    over(store, tmp_path / "b").write(PATH, b'{"n": 2}')
    assert over(store, tmp_path / "a").read(PATH) == b'{"n": 2}'


def test_a_record_that_only_this_machine_has_is_handed_to_the_bucket(store: ImageStore, tmp_path: Path) -> None:
    """After an outage every machine finds what this one kept; a half-written record is none."""
    path = "default/milk/kept"
    over(None, tmp_path / "a").write(path, b'{"n": 1}')
    store.put_json(record_paths.record_key(path), '{"n": ')
    with pytest.raises(ValueError, match="no result"):
        over(store, tmp_path / "b").read(path)
    assert over(store, tmp_path / "a").read(path) == b'{"n": 1}'
    assert over(store, tmp_path / "b").read(path) == b'{"n": 1}'


def test_a_bucket_that_cannot_be_read_is_not_written_over(fake_s3: Bucket, tmp_path: Path) -> None:
    """This machine's record helps out, and is not handed to a bucket that may have a newer one; the run says so."""
    over(None, tmp_path).write(PATH, b'{"n": 1}')
    fake_s3.script = [s3_error(403, "AccessDenied", "no")]
    records = over(at(fake_s3), tmp_path)
    assert records.read(PATH) == b'{"n": 1}'
    assert {call.method for call in fake_s3.requests} == {"GET"}
    assert "AccessDenied" in str(records.trouble)


def test_within_a_run_what_was_written_last_is_read(fake_s3: Bucket, tmp_path: Path) -> None:
    """A record that the bucket did not take is not hidden by the older one that lies there."""
    records = over(at(fake_s3), tmp_path)
    fake_s3.script = [s3_error(403, "AccessDenied", "no")]
    records.write(PATH, b'{"n": 2}')
    fake_s3.script = [Answer(200, b'{"n": 1}', "application/json")]
    assert records.read(PATH) == b'{"n": 2}'
    assert {call.method for call in fake_s3.requests} == {"PUT"}


def test_a_full_disk_stops_only_what_the_bucket_does_not_take(store: ImageStore, tmp_path: Path) -> None:
    """With the bucket the record is kept; without it nothing is, and that is an error."""
    blocked = tmp_path / "file"
    blocked.touch()
    over(store, blocked).write("default/milk/full", b"{}")
    assert over(store, blocked).read("default/milk/full") == b"{}"
    with pytest.raises(OSError, match="Not a directory"):
        over(None, blocked).write("default/milk/full", b"{}")


def test_a_record_that_nothing_took_is_not_caught_up(store: ImageStore, fake_s3: Bucket, tmp_path: Path) -> None:
    """With bucket and disk both away its trouble stays said, and the records that can be handed over are."""
    records = over(at(fake_s3), tmp_path)
    fake_s3.script = [s3_error(403, "AccessDenied", "no")] * 2
    records.write(PATH, b'{"n": 1}')
    (tmp_path / "lost").touch()
    with pytest.raises(OSError, match="File exists"):
        records.write("lost/record", b"{}")
    records.catch_up(store)
    assert over(store, tmp_path / "elsewhere").read(PATH) == b'{"n": 1}'
    assert "AccessDenied" in str(records.trouble)


def test_what_a_run_knows_of_its_article_is_not_asked_for(store: ImageStore, tmp_path: Path) -> None:
    """While a run holds the article, the bucket is not asked for what it wrote, nor for anything of a new one."""
    others, own = over(store, tmp_path / "others"), Records(store, tmp_path / "own", "default/milk", is_new=True)
    others.write(PATH, b'{"n": 1}')
    with pytest.raises(ValueError, match="no result"):
        own.read(PATH)
    own.write(PATH, b'{"n": 2}')
    others.write(PATH, b'{"n": 3}')
    assert own.read(PATH) == b'{"n": 2}'
    others.write("default/milk-2/hero-0123", b'{"n": 4}')
    assert own.read("default/milk-2/hero-0123") == b'{"n": 4}'


def test_a_new_articles_records_of_an_outage_are_found(store: ImageStore, tmp_path: Path) -> None:
    """What this machine kept while the bucket was away counts, also where the bucket knows nothing of the article."""
    over(None, tmp_path).write(PATH, b'{"n": 1}')
    assert Records(store, tmp_path, "default/milk", is_new=True).read(PATH) == b'{"n": 1}'
    assert over(store, tmp_path / "elsewhere").read(PATH) == b'{"n": 1}'


def test_what_was_not_asked_of_the_bucket_is_not_taken_for_absent(store: ImageStore, tmp_path: Path) -> None:
    """A bucket that is away at first, and answers later in the run, is asked then for what nobody could know before."""
    over(store, tmp_path / "another").write(PATH, b'{"n": 1}')
    records = Records(None, tmp_path, "default/milk")
    assert not records.holds(PATH)
    records.catch_up(store)
    assert records.read(PATH) == b'{"n": 1}'


def test_a_record_that_the_bucket_lacks_is_asked_for_once(fake_s3: Bucket, tmp_path: Path) -> None:
    """Below the folder of the article that a run holds nobody else writes: what is absent stays so until it writes."""
    fake_s3.script = [s3_error(404, "NoSuchKey", "none")]
    records = Records(at(fake_s3), tmp_path, "default/milk")
    assert [records.holds(PATH) for _ in range(3)] == [False] * 3
    assert len(fake_s3.requests) == 1
