"""The bucket: what is stored and how it is described, and what each of its answers means."""

from collections.abc import Mapping
from typing import Any

import pytest

from blocks.configuration.settings import load_settings
from blocks.storage.bucket import ImageStore, bucket_from, looks_like_md5
from blocks.storage.s3_client import region_of
from blocks.usage.places import tenants_in
from imaging.errors import StorageError, StorageRefused, TooLarge
from imaging.pictures.picture import inspect
from tests.blocks.hosts import Bucket, talker
from tests.blocks.storage.stores import YEAR, at, stored
from tests.standins import Answer
from tests.standins.pictures import picture


def head(store: ImageStore, key: str) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = store._client.head_object(Bucket=store.bucket.bucket_name, Key=key)
    return answer


def test_a_picture_is_stored_as_what_it_is(store: ImageStore) -> None:
    """Bytes, content type, cache header, SHA-256 and origin arrive together, under the key and no other."""
    made = inspect(picture("milk", 64, 64, "png"))
    store.put_picture("picture/milk/hero.png", made, YEAR, {"provider": "replicate", "model": "flux-dev"})
    assert store.get("picture/milk/hero.png") == made.data
    described = head(store, "picture/milk/hero.png")
    assert (described["ContentType"], described["CacheControl"]) == ("image/png", YEAR)
    metadata = {name.lower(): value for name, value in described["Metadata"].items()}
    assert metadata == {"sha256": made.sha256, "provider": "replicate", "model": "flux-dev"}
    assert store.list("picture/") == {"picture/milk/hero.png": (len(made.data), made.md5)}


def test_a_document_is_json_that_nobody_caches(store: ImageStore) -> None:
    """The manifest is overwritten in place, and read anew each time."""
    for text in ('{"status": "degraded"}', '{"status": "vollständig"}'):
        store.put_json("json/manifest.json", text)
    assert store.get_json("json/manifest.json") == {"status": "vollständig"}
    described = head(store, "json/manifest.json")
    assert (described["ContentType"], described["CacheControl"]) == ("application/json", "no-cache")


def test_what_is_not_there_is_none(store: ImageStore) -> None:
    """A missing object and an empty prefix are answers, not errors; a broken document counts as missing."""
    assert store.get("nothing/here.png") is None
    assert store.get_json("nothing/manifest.json") is None
    assert store.list("nothing/") == {}
    store.put("broken/manifest.json", b'{"half', "application/json", "no-cache", {})
    assert store.get_json("broken/manifest.json") is None


def test_a_folder_leads_every_key(store: ImageStore) -> None:
    """With a folder in the block all keys lie below it, in the bucket and not in our words."""
    inner = ImageStore(store.bucket.model_copy(update={"bucket_folder": "/our/folder/"}), store.public_base)
    inner.put("user/a.json", b"{}", "application/json", "no-cache", {})
    assert inner.get("user/a.json") == b"{}"
    assert list(inner.list("user/")) == ["user/a.json"]
    assert list(store.list("our/")) == ["our/folder/user/a.json"]


def test_a_long_list_is_read_to_its_end(store: ImageStore) -> None:
    """A listing that comes in pages is one listing."""
    keys = [f"many/{number:04}.txt" for number in range(5)]
    for key in keys:
        store.put(key, key.encode(), "text/plain", "no-cache", {})
    client = store._client

    def two_a_page(params: dict[str, Any], **_: Any) -> None:
        params["MaxKeys"] = 2

    client.meta.events.register("before-parameter-build.s3.ListObjectsV2", two_a_page)
    try:
        assert list(store.list("many/")) == keys
    finally:
        client.meta.events.unregister("before-parameter-build.s3.ListObjectsV2", two_a_page)


def test_pages_are_asked_for_by_their_token(fake_s3: Bucket) -> None:
    """The next page is asked for with the token of the last, a thousand keys are no limit, and no ETag is no error."""

    def page(numbers: range, token: str = "") -> Answer:
        items = "".join(
            f"<Contents><Key>a/{n}</Key><Size>{n}</Size>{f'<ETag>&quot;{n}&quot;</ETag>' if n else ''}</Contents>"
            for n in numbers
        )
        more = f"<IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken>"
        body = f"<ListBucketResult>{items}{more if token else ''}</ListBucketResult>"
        return Answer(200, body.encode(), "application/xml")

    fake_s3.script = [page(range(1000), "second"), page(range(1000, 1500))]
    assert at(fake_s3.base_url).list("a/") == {f"a/{n}": (n, str(n) if n else "") for n in range(1500)}
    assert [call.query.get("continuation-token") for call in fake_s3.requests] == [None, "second"]
    assert {call.query["prefix"] for call in fake_s3.requests} == {"a/"}


def test_a_put_is_what_every_store_understands(fake_s3: Bucket) -> None:
    """Path style, SigV4, Content-MD5, no checksum headers that B2 used to refuse, and no per-object ACL."""
    fake_s3.script = [stored(b"picture")]
    at(fake_s3.base_url).put("user/milk/hero.png", b"picture", "image/png", YEAR, {"sha256": "abc"})
    (call,) = fake_s3.requests
    assert (call.method, call.path) == ("PUT", "/images/user/milk/hero.png")
    assert call.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=keyid/")
    assert call.headers["content-md5"] == "VFb8VMdKKXzplJmMKHOzcA=="
    assert (call.headers["content-type"], call.headers["cache-control"]) == ("image/png", YEAR)
    assert call.headers["x-amz-meta-sha256"] == "abc"
    refused = ("x-amz-checksum", "x-amz-sdk-checksum", "x-amz-trailer", "x-amz-acl", "content-encoding")
    assert not [name for name in call.headers if name.startswith(refused)]


def test_a_put_is_not_followed_by_another_question(fake_s3: Bucket) -> None:
    """The ETag in the answer is proof enough: B2 counts every HEAD."""
    fake_s3.script = [stored(b"picture")]
    at(fake_s3.base_url).put("a.png", b"picture", "image/png", YEAR, {})
    assert [call.method for call in fake_s3.requests] == ["PUT"]


@pytest.mark.parametrize("etag", ['"0123456789abcdef0123456789abcdef"', '"0123456789ABCDEF0123456789ABCDEF"', "", None])
def test_what_was_stored_must_be_what_was_made(fake_s3: Bucket, etag: str | None) -> None:
    """Another MD5 than ours, or an answer without any, is no confirmation: what is read back must be ours."""
    fake_s3.script = [Answer(200, b"", "", {} if etag is None else {"ETag": etag})]
    with pytest.raises(StorageError, match=r"a\.png") as wrong:
        at(fake_s3.base_url).put("a.png", b"picture", "image/png", YEAR, {})
    assert not isinstance(wrong.value, StorageRefused)


def test_an_etag_that_is_no_md5_is_accepted(fake_s3: Bucket) -> None:
    """Encrypted objects have an ETag of another kind; Content-MD5 has been checked by the store all the same."""
    fake_s3.script = [Answer(200, b"", "", {"ETag": '"0123456789abcdef0123456789abcdef-1"'})]
    at(fake_s3.base_url).put("a.png", b"picture", "image/png", YEAR, {})
    assert looks_like_md5("0123456789abcdef0123456789abcdef")
    unlike = {"ETag": '"0123456789abcdef0123456789abcdef"'}  # under a key of AWS's KMS: what is read back tells
    fake_s3.script = [Answer(200, b"", "", unlike), Answer(200, b"picture", "image/png", unlike)]
    at(fake_s3.base_url).put("a.png", b"picture", "image/png", YEAR, {})


def test_a_store_that_sends_no_etag_is_read_back(fake_s3: Bucket) -> None:
    """Such a store takes pictures all the same: the bytes themselves confirm them."""
    fake_s3.script = [Answer(200), Answer(200, b"picture", "image/png")]
    at(fake_s3.base_url).put("a.png", b"picture", "image/png", YEAR, {})
    assert [call.method for call in fake_s3.requests] == ["PUT", "GET"]


def test_an_object_that_comes_without_its_length_has_the_limit_of_any() -> None:
    """A store or proxy that answers in chunks names no length: no more than the limit and one byte are read."""
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\npicture\r\n0\r\n\r\n"
    with talker(chunks) as (host, _):
        assert at(f"http://{host}").get("a.png", 7) == b"picture"
    with talker(chunks) as (host, _), pytest.raises(TooLarge, match="at most 6 are read"):
        at(f"http://{host}").get("a.png", 6)


def test_a_list_that_does_not_say_where_it_goes_on_is_refused(fake_s3: Bucket) -> None:
    """A part of the objects must not pass for all of them: what is not listed would be made again."""
    body = (
        b"<ListBucketResult><IsTruncated>true</IsTruncated>"
        b"<Contents><Key>a/1</Key><Size>1</Size></Contents></ListBucketResult>"
    )
    fake_s3.script = [Answer(200, body, "application/xml")]
    store = at(fake_s3.base_url)
    with pytest.raises(StorageRefused, match="does not speak ListObjectsV2"):
        store.list("a/")
    with pytest.raises(StorageRefused, match="does not speak ListObjectsV2"):
        tenants_in(store)


@pytest.mark.parametrize(
    ("endpoint", "region"),
    [
        ("https://s3.eu-central-003.backblazeb2.com", "eu-central-003"),
        ("s3.us-west-004.backblazeb2.com", "us-west-004"),
        ("https://S3.EU-Central-003.Backblazeb2.com/", "eu-central-003"),
        ("https://s3.eu-west-1.amazonaws.com", "eu-west-1"),
        ("https://s3-eu-west-1.amazonaws.com", "eu-west-1"),
        ("https://s3.dualstack.us-west-2.amazonaws.com", "us-west-2"),
        ("https://s3.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("https://s3.fr-par.scw.cloud", "fr-par"),
        ("https://s3.gra.io.cloud.ovh.net", "gra"),
        ("https://s3.amazonaws.com", "us-east-1"),
        ("https://s3.wasabisys.com", "us-east-1"),
        ("https://s3.example.com:9000", "us-east-1"),
        ("https://account.r2.cloudflarestorage.com", "us-east-1"),
        ("http://127.0.0.1:9000", "us-east-1"),
        ("http://localhost:9000", "us-east-1"),
        ("", "us-east-1"),
    ],
)
def test_the_region_is_in_the_endpoint(endpoint: str, region: str) -> None:
    """The signature needs the region that the host names; where it names none the usual one is taken."""
    assert region_of(endpoint) == region


def test_the_bucket_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The four variables make the block: a bare host becomes an https address, and the secret stays one."""
    monkeypatch.setenv("B2_ENDPOINT", "s3.eu-central-003.backblazeb2.com")
    monkeypatch.setenv("B2_KEY_ID", "keyid")
    monkeypatch.setenv("B2_APPLICATION_KEY", "geheim")
    monkeypatch.setenv("B2_BUCKET_NAME", "content-creator")
    bucket = bucket_from(load_settings())
    parameters = bucket.credentials.aws_client_parameters
    assert bucket.bucket_name == "content-creator"
    assert parameters.endpoint_url == "https://s3.eu-central-003.backblazeb2.com"
    assert bucket.credentials.region_name == "eu-central-003"
    assert "geheim" not in repr(bucket) + str(bucket)
    assert ImageStore(bucket, "https://cdn.example").url("user/a.png") == "https://cdn.example/user/a.png"


def test_what_is_deleted_is_gone_with_all_its_versions(store: ImageStore, fake_s3: Bucket) -> None:
    """Where versions are kept a plain delete only hides: each version and marker of this very key is deleted."""
    store.put_json("gone/a.json", "1")
    store.delete("gone/a.json")
    store.delete("gone/a.json")  # nothing to do
    assert store.list("gone/") == {}

    entry = "<{0}><Key>gone/{1}</Key><VersionId>{2}</VersionId></{0}>"
    known = [("Version", "a", 1), ("DeleteMarker", "a", 2), ("Version", "a", 3), ("Version", "a.json", 4)]
    listed = "".join(entry.format(*one) for one in known)
    body = f"<ListVersionsResult>{listed}</ListVersionsResult>".encode()
    fake_s3.script = [Answer(200, body, "application/xml"), Answer(204)]
    at(fake_s3.base_url).delete("gone/a")
    deleted = [(call.path, call.query.get("versionId")) for call in fake_s3.requests if call.method == "DELETE"]
    assert sorted(deleted) == [("/images/gone/a", "1"), ("/images/gone/a", "2"), ("/images/gone/a", "3")]
