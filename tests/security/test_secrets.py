"""Secrets appear nowhere: everything is run at its most talkative, and all that was written is searched.

A token, a key or a presigned query that was written in clear is found whatever layer wrote it. What is allowed:

- The application key in the `storage.json` of the *server* that plays the bucket here: that is the vendor's copy.
- Block documents in Prefect's database, since they are encrypted: the search finds no clear text in them.
- A provider's own address with its query, where the bucket could not be written: it is the picture's only address,
  short-lived, and so it stands in the field `url` of the image set wherever the set itself stands (the JSON on
  standard output, the flow's result, the event, the manifest, the spool, which `repair` reads). Not in what we log,
  in artifacts, states or pages. At DEBUG the server's database driver logs each event that it stores.
"""

import base64
import re

import pytest

from blocks.storage.embedded import BUCKET
from tests.security.talkative import B2_KEY, CHUTES_KEY, QUERY, TOKEN, Written

pytestmark = pytest.mark.timeout(900)  # five processes that log at DEBUG, on a machine that may be busy
SECRETS = {"REPLICATE_API_TOKEN": TOKEN, "CHUTES_API_KEY": CHUTES_KEY, "B2_APPLICATION_KEY": B2_KEY}
# An address as the set's `url` field holds it, in JSON that may itself stand in JSON or SQL.
_URL_FIELD = re.compile(rb'(\\*"(?:provider_)?url\\*": ?\\*")[^"\\]*')
# Where sets stand; the spool notes the address for its repair, the server's log the event as it stores it.
_SETS = re.compile(r"table events|home/storage/.*|home/.*\.log|data/spool/.*|bucket/storage/.*|[a-z]+\.stdout")
# The one line that is looked at by a test of its own; logs break it where the terminal ends.
_ORIGINAL = re.compile(rb"original URL\s+\S+")


def _bare(place: str, data: bytes) -> bytes:
    """What was written, without the addresses that may stand there."""
    return _ORIGINAL.sub(b"", _URL_FIELD.sub(rb"\1", data) if _SETS.fullmatch(place) else data)


def test_the_runs_were_what_they_are_called(written: Written) -> None:
    """The search means something: each run ended as it should, talked at DEBUG, and left its traces everywhere."""
    assert written.codes == {"setup": 0, "good": 0, "degraded": 3, "refused": 2, "doctor": 1}, written.by_place[
        "good.stderr"
    ][-2000:]
    assert b"DEBUG" in written.by_place["good.stderr"]
    assert b"HTTP Request" in written.by_place["good.stderr"]
    assert b"denied for Bearer ***" in written.by_place["degraded.stdout"]  # the echo came, and was not handed on
    assert b"*** is not a token" in written.by_place["refused.stderr"]
    assert b"hero: provider" in written.by_place["collector"]
    for table in ("log", "artifact", "events", "flow_run", "task_run", "flow_run_state", "block_document"):
        assert len(written.by_place[f"table {table}"]) > 50, table
    for file in ("home/article-images-server.log", "data/gallery/default/sour-milk.html",
                 f"bucket/storage/{BUCKET}/default/good-milk/manifest.json"):  # fmt: skip
        assert file in written.by_place, sorted(written.by_place)


def test_a_marker_would_be_found() -> None:
    """The search finds a secret in clear, within base64 at any offset, and as hexadecimal digits."""
    for form in (TOKEN, f"ab{TOKEN}", TOKEN.encode().hex()):
        assert Written({"here": form.encode()}, {}).places_with(TOKEN) == ["here"]
    for shift in range(3):
        hidden = base64.b64encode(b"x" * shift + TOKEN.encode() + b"yy")
        assert Written({"here": hidden}, {}).places_with(TOKEN) == ["here"]


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_written_nowhere(written: Written, name: str) -> None:
    """Neither token nor key stands in any stream, log, file, page, object, table or raw byte of the database."""
    assert written.places_with(SECRETS[name]) == []


def test_saved_secrets_are_encrypted_in_the_database(written: Written) -> None:
    """The blocks are there, and hold more than a placeholder: what was saved is what later runs used."""
    documents = written.by_place["table block_document"]
    for name in (b"b2-images", b"replicate", b"chutes"):
        assert name in documents


def test_a_presigned_query_stands_in_the_sets_url_alone(written: Written) -> None:
    """A provider's short-lived address is the set's `url` where nothing else is left, and stands nowhere else."""
    assert written.places_with(QUERY), "no address was ever written: the search means nothing"
    # Pages of the database's file hold parts of rows; the rows themselves are searched.
    searched = {place: _bare(place, data) for place, data in written.by_place.items() if "prefect.db" not in place}
    assert Written(searched, {}).places_with(QUERY) == []


def test_the_warning_of_a_picture_that_is_not_stored_has_no_query(written: Written) -> None:
    """The log names the address of a picture that could not be stored, and not the key to it."""
    lines = [line for data in written.by_place.values() for line in data.splitlines() if b"original URL" in line]
    assert lines
    assert not any(QUERY.encode() in match for line in lines for match in _ORIGINAL.findall(line))
