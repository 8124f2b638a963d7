"""What the vendors have in common: when to come back, what an answer means, and how much of it is read."""

import gc
import gzip
import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from blocks.vendors.answers.errors import NotThere, TooLarge, WholeAnswers, retry_after, vendor_error
from imaging.errors import Moderated, ProviderBusy, ProviderRefused
from tests.blocks.hosts import FileHost, talker


def answer(status: int = 429, body: bytes | str = b"", **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = httpx.Request("POST", "https://vendor.example/generate", headers={"Authorization": "Bearer geheim"})
    return httpx.Response(status, content=body, headers=named, request=request)


@contextmanager
def client(seconds: float = 5, max_bytes: int = 10_000) -> Iterator[httpx.Client]:
    with httpx.Client(transport=WholeAnswers(seconds, max_bytes)) as made:
        yield made


@pytest.mark.parametrize(
    ("header", "body", "seconds"),
    [
        ("7", "", 7),
        ("0.5", "", 0.5),
        ("-3", "", 0),
        ("99999999999", "", 3600),
        ("Fri, 31 Dec 2100 07:28:00 GMT", "", 3600),
        ("", '{"retry_after": 1e300}', 3600),
        ("7", '{"retry_after": 9}', 7),
        ("", '{"retry_after": 9}', 9),
        ("", '{"retry_after": "9"}', 9),
        ("soon", '{"retry_after": 9}', 9),
        ("nan", '{"retry_after": 9}', 9),
        ("inf", '{"retry_after": 9}', 9),
        ("Wed, 21 Oct 2015 07:28:00 GMT", "", 0),
        ("", '{"retry_after": -1}', 0),
        ("", '{"retry_after": Infinity}', None),
        ("", '{"retry_after": null}', None),
        ("", '{"retry_after": {}}', None),
        ("", '{"detail": "slow down"}', None),
        ("", "[1]", None),
        ("", "<html>", None),
        ("", "[" * 100_000, None),
        ("", "", None),
    ],
)
def test_when_to_come_back(header: str, body: str, seconds: float | None) -> None:
    """The header counts, then the body, for an hour at most; what is no number of seconds is as good as nothing."""
    assert retry_after(answer(429, body, retry_after=header)) == seconds


def test_when_to_come_back_may_be_a_date() -> None:
    """A date in the header is turned into the seconds from now on."""
    in_an_hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    seconds = retry_after(answer(retry_after=in_an_hour))
    assert seconds is not None
    assert 3000 < seconds <= 3600


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 529])
def test_passing_trouble_is_worth_a_retry(status: int) -> None:
    """Too many requests and every 5xx are busy, and carry the seconds to wait."""
    error = vendor_error("Vendor", "VENDOR_KEY", answer(status, '{"detail": "later", "retry_after": 4}'))
    assert isinstance(error, ProviderBusy)
    assert (str(error), error.retry_after) == (f"Vendor answered {status}: later", 4)


@pytest.mark.parametrize(
    ("status", "words"),
    [(400, ""), (401, "VENDOR_KEY was refused"), (402, "top it up"), (403, "VENDOR_KEY was refused"), (404, ""),
     (302, "check VENDOR_BASE_URL"), (422, "")],
)  # fmt: skip
def test_what_a_retry_does_not_change_is_refused(status: int, words: str) -> None:
    """Redirects and the other 4xx are refusals; those that a person can mend say how."""
    error = vendor_error("Vendor", "VENDOR_KEY", answer(status, '{"detail": "no"}'))
    assert isinstance(error, ProviderRefused)
    assert str(error).startswith(f"Vendor answered {status}: no")
    assert words in str(error)
    assert isinstance(error, NotThere) == (status == 404)
    assert not isinstance(vendor_error("Vendor", "VENDOR_KEY", answer(status, "<html>")), NotThere)  # a proxy's


@pytest.mark.parametrize(
    ("status", "words", "moderated"),
    [
        (400, "NSFW content detected. Try running it again, or try a different prompt.", True),
        (422, "The input or output was flagged as sensitive. (E005)", True),
        (403, "blocked by our content policy", True),
        (422, "input.safety_tolerance: Must be less than or equal to 6", False),
        (422, "input.disable_nsfw_checker: Invalid type", False),
        (400, "Your request was rejected as a result of our safety system.", True),
        (400, "Blocked by safety filters", True),
        (400, "Output data may contain inappropriate content. (DataInspectionFailed)", True),
        (400, "This prompt may violate our guardrails around violence", True),
        (422, "content_policy_violation", True),
        (400, "The prompt was flagged", True),
        (500, "All generated images contained NSFW content", True),
        (422, "input.disable_safety_checker: Invalid type. Expected: boolean", False),
        (422, "safety_checker: is not a known field", False),
        (404, "Model names are case-sensitive", False),
        (403, "Your account has been flagged for review", False),
        (401, "NSFW", False),
        (503, "the moderation service is down", False),
        (500, "The safety system is unavailable, please try again", False),
    ],
)
def test_a_refusal_for_what_is_shown_is_told_apart(status: int, words: str, *, moderated: bool) -> None:
    """Moderation is known by its words, not by fields that have it in their names, nor where the trouble is another."""
    error = vendor_error("Vendor", "VENDOR_KEY", answer(status, json.dumps({"detail": words})))
    assert isinstance(error, Moderated) == moderated
    assert words in str(error)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"detail": "no\\n  really"}', ": no really"),
        ('{"title": "No"}', ": No"),
        ('{"error": {"code": 7}}', ': {"code": 7}'),
        ('{"detail": [{"loc": ["body"], "msg": "nö", "input": "our own prompt"}]}', ": nö (error)"),
        ('{"detail": [{"loc": ["body"]}]}', ': [{"loc": ["body"]}]'),
        (f'{{"detail": "{"x" * 999}"}}', f": {'x' * 300}"),
        ("<html>Bad gateway</html>", ""),
        ("[1]", ""),
        ("[" * 100_000, ""),
        (b"\xff\xfe", ""),
        ("", ""),
    ],
)
def test_the_vendors_words_are_quoted_in_one_short_line(body: str | bytes, said: str) -> None:
    """The detail of a JSON answer is quoted, whatever its shape; a page is not."""
    assert str(vendor_error("Vendor", "VENDOR_KEY", answer(500, body))) == f"Vendor answered 500{said}"


@pytest.mark.parametrize("status", [401, 422, 429, 500])
def test_a_vendor_that_echoes_our_key_is_not_quoted_whole(status: int) -> None:
    """Our own key is cut out of what the vendor says."""
    said = str(vendor_error("Vendor", "VENDOR_KEY", answer(status, '{"detail": "Invalid key geheim!"}')))
    assert "Invalid key ***!" in said
    assert "geheim" not in said


def test_an_answer_is_read_whole(files: FileHost) -> None:
    """An answer within the limits arrives as it is, and its connection is used again."""
    address = files.page("/a", bytes(10_000), x_name="value")
    with client() as made:
        for _ in range(2):
            response = made.get(address)
            assert (response.status_code, response.content, response.headers["x-name"]) == (200, bytes(10_000), "value")


def test_an_answer_that_is_too_large_is_given_up(files: FileHost) -> None:
    """Neither an announced size nor a body without end fills the memory."""
    address = files.page("/a", bytes(10_001))
    with client() as made:
        for kind in (None, "endless"):
            if kind:
                files.fault("download", kind)
            with pytest.raises(TooLarge, match="more than 10,000 bytes"):
                made.get(address)


@pytest.mark.parametrize(("kind", "options"), [("stall", {}), ("slow", {"bytes": 1}), ("endless", {})])
def test_an_answer_that_does_not_end_in_time_is_given_up(files: FileHost, kind: str, options: dict[str, Any]) -> None:
    """Silence, a drip and a body without end are a timeout, whatever the caller asked for."""
    address = files.page("/a", bytes(9000))
    files.fault("download", kind, **options)
    with client(seconds=0.3, max_bytes=10**12) as made, pytest.raises(httpx.ReadTimeout):
        made.get(address, timeout=None)


def test_a_head_that_does_not_end_in_time_is_given_up() -> None:
    """A byte now and then is no sign of life: the time counts from the request on."""
    with (
        talker(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 10_000, pause=0.05) as (host, _),
        client(seconds=0.3) as made,
        pytest.raises(httpx.ReadTimeout),
    ):
        made.get(f"http://{host}/a")


def test_an_answer_that_comes_packed_is_read(files: FileHost) -> None:
    """A proxy on the way packs what nobody asked it to: what was paid for is in that answer."""
    address = files.page("/a", gzip.compress(b"a picture"), content_encoding="gzip")
    with client(max_bytes=100) as made:
        answer = made.get(address)
    assert answer.content == b"a picture"
    assert "content-encoding" not in answer.headers
    assert files.requests[0].headers["accept-encoding"] == "identity"


def test_a_packed_answer_is_unpacked_up_to_the_limit(files: FileHost) -> None:
    """A kilobyte may unpack to a megabyte: it counts as too large before it is in memory."""
    address = files.page("/a", gzip.compress(bytes(1_000_000)), content_encoding="gzip")
    with client(max_bytes=1000) as made, pytest.raises(TooLarge, match="more than 1,000 bytes"):
        made.get(address)


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "identity, deflate"])
def test_what_is_packed_otherwise_is_not_unpacked(files: FileHost, encoding: str) -> None:
    """Half a kilobyte, packed twice, unpacks to a quarter of a gigabyte: one layer of gzip is opened, nothing else."""
    body = gzip.compress(gzip.compress(bytes(1_000_000)))
    address = files.page("/a", body, content_encoding=encoding)
    with client(max_bytes=10**12) as made, pytest.raises(httpx.DecodingError, match="not asked for"):
        made.get(address)


def test_a_client_that_nobody_closes_leaves_no_socket_open(files: FileHost) -> None:
    """Clients are kept for the process, or until others take their place: their connections end with them."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", ResourceWarning)
        httpx.Client(transport=WholeAnswers(5, 1000)).get(files.page("/a.png", b"x"))
        gc.collect()
    assert [str(one.message) for one in said if files.host.partition(":")[2] in str(one.message)] == []
