"""The spool: pictures that were paid for, until the bucket takes them."""

from pathlib import Path

from blocks.storage.spool import Spool, Spooled
from imaging.articles.claim import Claim
from tests.imaging.test_record import HERO, stored


def test_an_entry_that_is_not_whole_is_none(tmp_path: Path) -> None:
    """Of a picture that a full disk or a crash has cut off nothing is stored: it is collected or made again."""
    spool, data = Spool(tmp_path), bytes(100)
    entry = Spooled(spec=HERO, stored=stored(bytes=len(data)), owner=Claim(topic="Tee"))
    spool.keep(entry, data)
    assert spool.read(HERO.digest) == (entry, data)
    picture = tmp_path / f"{HERO.digest}.picture"
    picture.write_bytes(data[:99])
    assert spool.read(HERO.digest) is None
    picture.unlink()
    assert spool.read(HERO.digest) is None
