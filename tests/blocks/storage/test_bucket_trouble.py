"""The bucket in trouble: what is tried again, what is refused, and how it is said."""

from collections.abc import Callable

import pytest
from prefect_aws import AwsCredentials

from blocks.storage.bucket import ImageStore
from blocks.storage.s3_client import s3_bucket
from blocks.storage.versions import version_pages
from imaging.errors import StorageError, StorageRefused
from tests.blocks.hosts import Bucket, s3_error
from tests.blocks.storage.stores import YEAR, at, stored
from tests.standins import Answer


def test_slow_down_is_normal_and_means_again(fake_s3: Bucket) -> None:
    """B2 answers 503 when a vault is busy: the same PUT is sent again, and the caller sees nothing of it."""
    fake_s3.script = [s3_error(503, "SlowDown", "no tomes available")] * 2 + [stored(b"picture")]
    at(fake_s3.base_url).put("a.png", b"picture", "image/png", YEAR, {})
    assert len(fake_s3.requests) == 3


def test_a_bucket_that_stays_down_is_storage_trouble(fake_s3: Bucket) -> None:
    """After four tries the trouble is told, as one that may pass."""
    fake_s3.script = [s3_error(503, "SlowDown", "no tomes available")]
    with pytest.raises(StorageError, match="answered SlowDown: no tomes available") as down:
        at(fake_s3.base_url).put("a.png", b"picture", "image/png", YEAR, {})
    assert not isinstance(down.value, StorageRefused)
    assert len(fake_s3.requests) == 4


def test_a_refusal_without_words_is_told_by_its_code(fake_s3: Bucket) -> None:
    """Where the bucket gives no reason, none is made up."""
    fake_s3.script = [s3_error(403, "AccessDenied", "")]
    with pytest.raises(StorageRefused) as refused:
        at(fake_s3.base_url).put("a.png", b"picture", "image/png", YEAR, {})
    assert str(refused.value).startswith("the bucket images answered AccessDenied")
    assert "None" not in str(refused.value)
    assert "AccessDenied:" not in str(refused.value)


def test_a_bucket_that_nobody_serves_is_storage_trouble() -> None:
    """A closed port is told in our words."""
    with pytest.raises(StorageError, match="the bucket images cannot be reached: EndpointConnectionError"):
        at("http://127.0.0.1:9").list("")


@pytest.mark.parametrize(
    "message",
    ["Cannot upload files, storage cap exceeded. See the Caps & Alerts page to increase your cap.",
     "Transaction cap exceeded", "Usage cap reached"],
)  # fmt: skip
def test_an_account_at_its_cap_is_trouble_that_passes(fake_s3: Bucket, message: str) -> None:
    """B2's 403 for a cap says nothing about the key: the picture waits, and nobody is sent to mend the key."""
    fake_s3.script = [s3_error(403, "AccessDenied", message.replace("&", "&amp;"))]
    with pytest.raises(StorageError, match="answered AccessDenied") as full:
        at(fake_s3.base_url).put("a.png", b"picture", "image/png", YEAR, {})
    assert not isinstance(full.value, StorageRefused)
    assert message in str(full.value)
    assert len(fake_s3.requests) == 1


@pytest.mark.parametrize(
    ("status", "code"),
    [(403, "InvalidAccessKeyId"), (403, "SignatureDoesNotMatch"), (403, "AccessDenied"), (401, "UnauthorizedAccess"),
     (404, "NoSuchBucket"), (400, "InvalidBucketName"), (400, "AuthorizationHeaderMalformed"), (400, "ExpiredToken"),
     (403, "AccountProblem"), (401, "Unauthorized")],
)  # fmt: skip
def test_a_bucket_that_says_no_is_refused(fake_s3: Bucket, status: int, code: str) -> None:
    """What a retry does not change is told as such by every call, with the bucket's name and no secret."""
    fake_s3.script = [s3_error(status, code, "no")]
    store = at(fake_s3.base_url)
    calls: list[Callable[[], object]] = [
        lambda: store.put("a.png", b"picture", "image/png", YEAR, {}),
        lambda: store.get("a.png"),
        lambda: store.list(""),
    ]
    for call in calls:
        with pytest.raises(StorageRefused, match=f"the bucket images answered {code}: no") as refused:
            call()
        assert "geheim" not in str(refused.value)


@pytest.mark.parametrize(("status", "code"), [(400, "InvalidArgument"), (400, "InvalidRequest"), (400, ""), (401, "")])
def test_a_question_that_no_bucket_answers_so_is_refused(fake_s3: Bucket, status: int, code: str) -> None:
    """Our keys are names that every store takes: an answer of 400 to a GET speaks of the credentials (R2 has a code
    `InvalidArgument` for a key of the wrong length), in a PUT it may be the object.
    """
    fake_s3.script = [s3_error(status, code, "no") if code else Answer(status)]
    store = at(fake_s3.base_url)
    for ask in (store.get, store.list):
        with pytest.raises(StorageRefused, match=f"the bucket images answered {code or status}"):
            ask("a.png")
    with pytest.raises(StorageRefused, match=f"the bucket images answered {status}"):  # a HEAD has no words
        store.metadata("a.png")


PAGES = [
    b"<!DOCTYPE html><html><body>Sign in</body></html>",
    b"<!DOCTYPE html>\n<html><head><meta charset=utf-8><br><p>Sign in &nbsp;",
]


def page(body: bytes, status: int = 200) -> Answer:
    """A page to sign in on."""
    return Answer(status, body, "text/html; charset=utf-8")


@pytest.mark.parametrize("body", PAGES)
def test_a_web_page_in_the_place_of_an_answer_is_refused(fake_s3: Bucket, body: bytes) -> None:
    """A page to sign in on, with 200, is no object, no deletion and no empty list: it is told as what it is."""
    fake_s3.script = [page(body)]
    store = at(fake_s3.base_url)
    calls: list[Callable[[], object]] = [
        lambda: store.put("t/brand.json", b"{}", "application/json", YEAR, {}),
        lambda: store.get("t/brand.json"),
        lambda: store.metadata("t/brand.json"),
        lambda: store.delete("t/brand.json"),
        lambda: store.list("t/"),
        lambda: list(version_pages(store, "t/")),
    ]
    for call in calls:
        with pytest.raises(StorageRefused, match=r"not the bucket images: .* with a web page") as refused:
            call()
        assert "B2_ENDPOINT" in str(refused.value.named())


def test_a_web_page_that_was_stored_is_an_object(fake_s3: Bucket) -> None:
    """What is called a web page is one, and an answer without a body is none, whatever type the store gives it."""
    fake_s3.script = [page(PAGES[0])]
    assert at(fake_s3.base_url).get("t/gallery.html") == PAGES[0]
    fake_s3.script = [Answer(200, b"", "text/html", stored(b"picture").headers)]
    at(fake_s3.base_url).put("a.png", b"picture", "image/png", YEAR, {})


@pytest.mark.parametrize("body", PAGES)
@pytest.mark.parametrize("status", [403, 404, 503])
def test_an_error_that_is_a_web_page_says_nothing_of_the_object(fake_s3: Bucket, status: int, body: bytes) -> None:
    """A proxy's page for an error is told with its status: "not found" of it does not mean that nothing is stored."""
    fake_s3.script = [page(body, status)]
    with pytest.raises(StorageError, match=f"answered {status}: a web page"):
        at(fake_s3.base_url).get("a.png")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("body", [b"", b"<Error><Code>PermanentRedirect</Code><Message>elsewhere</Message></Error>"])
def test_a_redirect_is_refused_after_one_more_question(fake_s3: Bucket, status: int, body: bytes) -> None:
    """An endpoint that sends all requests elsewhere, to itself even, is another's; nothing is followed without end."""
    location = {"Location": f"{fake_s3.base_url}/images/a.png"}
    fake_s3.script = [Answer(status, body, "application/xml", location)]
    store = at(fake_s3.base_url)
    calls: list[Callable[[], object]] = [
        lambda: store.put("a.png", b"picture", "image/png", YEAR, {}),
        lambda: store.get("a.png"),
        lambda: store.metadata("a.png"),
        lambda: store.list(""),
    ]
    for call in calls:
        asked = len(fake_s3.requests)
        with pytest.raises(StorageRefused, match=r"a redirect: its endpoint is another") as refused:
            call()
        assert len(fake_s3.requests) - asked <= 2
        assert "RecursionError" not in str(refused.value)


@pytest.mark.parametrize(
    "answer",
    [Answer(200, b""), Answer(204), Answer(200, b"<a>" * 50_000 + b"</a>" * 50_000, "application/xml"),
     Answer(200, b"<Error><Code>InternalError</Code></Error>", "application/xml")],
    ids=["nothing", "no content", "nested", "error"],
)  # fmt: skip
def test_what_is_no_list_is_not_an_empty_bucket(fake_s3: Bucket, answer: Answer) -> None:
    """An answer to a LIST that says nothing of a bucket is not one without objects: all would be made anew."""
    fake_s3.script = [answer]
    store = at(fake_s3.base_url)
    for listed in (store.list, lambda prefix: list(version_pages(store, prefix))):
        with pytest.raises(StorageError):
            listed("")


def test_an_error_that_is_nested_without_end_is_storage_trouble(fake_s3: Bucket) -> None:
    """An answer on which a parser gives up is told in our words."""
    fake_s3.script = [Answer(403, b"<a>" * 50_000 + b"</a>" * 50_000, "application/xml")]
    with pytest.raises(StorageError):
        at(fake_s3.base_url).get("a.png")


@pytest.mark.parametrize("code", ["RequestTimeout", "BadDigest", "SlowDown"])
def test_a_400_that_passes_is_no_refusal(fake_s3: Bucket, code: str) -> None:
    """A few of S3's 400s are of the moment."""
    fake_s3.script = [s3_error(400, code, "later")]
    with pytest.raises(StorageError) as passing:
        at(fake_s3.base_url).get("a.png")
    assert not isinstance(passing.value, StorageRefused)


def test_a_real_store_refuses_a_wrong_key_secret_or_bucket(store: ImageStore) -> None:
    """A real S3 server's words for what is wrong are understood."""
    credentials = store.bucket.credentials
    assert isinstance(credentials, AwsCredentials)
    secret = credentials.aws_secret_access_key
    assert secret is not None
    right = {
        "endpoint": credentials.aws_client_parameters.endpoint_url or "",
        "key_id": credentials.aws_access_key_id or "",
        "secret": secret.get_secret_value(),
        "bucket": store.bucket.bucket_name,
    }
    for wrong in ({"key_id": "nobody"}, {"secret": "geheim"}, {"bucket": "elsewhere"}):
        refusing = ImageStore(s3_bucket(**(right | wrong)), "")
        with pytest.raises(StorageRefused) as refused:
            refusing.put("a.png", b"picture", "image/png", YEAR, {})
        with pytest.raises(StorageRefused):
            refusing.list("")
        assert right["secret"] not in str(refused.value)


def test_half_an_object_is_storage_trouble(fake_s3: Bucket) -> None:
    """A body that is shorter than promised is noticed."""
    fake_s3.script = [Answer(200, bytes(1000), "image/png")]
    fake_s3.fault("s3", "truncated")
    with pytest.raises(StorageError, match=r"cannot be reached: (ResponseStreamingError|IncompleteReadError)"):
        at(fake_s3.base_url).get("a.png")


def test_nonsense_instead_of_a_listing_is_storage_trouble(fake_s3: Bucket) -> None:
    """An answer that is no XML is told in our words."""
    fake_s3.script = [Answer(200, b'{"unexpected": true}')]
    with pytest.raises(StorageError):
        at(fake_s3.base_url).list("")
