"""The S3 client: with keys of our own, nothing that belongs to AWS on this machine has a say."""

from pathlib import Path

import pytest
from prefect_aws import AwsCredentials, S3Bucket

from blocks.storage.bucket import ImageStore
from blocks.storage.s3_client import _client
from imaging.errors import StorageError, StorageRefused
from tests.blocks.hosts import Bucket
from tests.blocks.storage.stores import at
from tests.standins import Answer

OTHERS = {
    "AWS_PROFILE": "another-project",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9",
    "AWS_CA_BUNDLE": "/nowhere.pem",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_USE_DUALSTACK_ENDPOINT": "true",
    "AWS_DEFAULT_REGION": "mars-north-1",
    "AWS_SESSION_TOKEN": "of-somebody-else",
    "AWS_RETRY_MODE": "never",
    "AWS_MAX_ATTEMPTS": "many",
    "AWS_DEFAULTS_MODE": "odd",
    "AWS_REQUEST_CHECKSUM_CALCULATION": "odd",
    "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT": "odd",
    "AWS_AUTH_SCHEME_PREFERENCE": "noAuth",
    "AWS_DATA_PATH": "/nowhere",
}
CONFIG = """
[default]
region = mars-north-1
endpoint_url = http://127.0.0.1:9
ca_bundle = /nowhere.pem
use_fips_endpoint = true
retry_mode = never
s3 =
  addressing_style = virtual
  use_accelerate_endpoint = true
[profile another]
role_arn = arn:aws:iam::1:role/x
"""


@pytest.mark.parametrize("variables", [*({name: value} for name, value in OTHERS.items()), OTHERS, {}], ids=str)
def test_explicit_keys_win_over_whatever_boto_finds(
    fake_s3: Bucket, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variables: dict[str, str]
) -> None:
    """AWS's variables and files neither break the client nor send it, or somebody's token, elsewhere."""
    (tmp_path / "config").write_text(CONFIG)
    (tmp_path / "credentials").write_text("[default]\naws_access_key_id = other\naws_secret_access_key = other\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    _client.cache_clear()
    fake_s3.script = [Answer(200, b"picture", "image/png")]
    assert at(fake_s3.base_url).get("a.png") == b"picture"
    (call,) = fake_s3.requests
    assert call.path == "/images/a.png"
    assert "Credential=keyid/" in call.headers["authorization"]
    assert "/us-east-1/s3/" in call.headers["authorization"]
    assert "x-amz-security-token" not in call.headers


def test_a_block_without_keys_means_what_boto_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its profile is asked for; one that is not there is a refusal, which no retry and no spending mends."""
    monkeypatch.setenv("AWS_PROFILE", "another-project")
    store = ImageStore(S3Bucket(bucket_name="images", credentials=AwsCredentials()), "")
    with pytest.raises(StorageRefused, match="ProfileNotFound"):
        store.list("")


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        (Answer(404, b"<Error><Code>NoSuchKey</Code></Error>", "application/xml"), True),
        (Answer(404, b""), True),
        (Answer(405, b"<Error><Code>MethodNotAllowed</Code></Error>", "application/xml"), True),
        (Answer(301, b"<Error><Code>PermanentRedirect</Code></Error>", "application/xml"), True),
        (Answer(400, b"The plain HTTP request was sent to HTTPS port", "text/html"), True),
        (Answer(200, b"<html><body>hello</body></html>", "text/html"), True),
        (Answer(403, b"<Error><Code>RequestTimeTooSkewed</Code></Error>", "application/xml"), False),
        (Answer(403, b"<Error><Code>RequestTimeTooSkewed</Code></Error>", "application/xml",
                {"Date": "Sat, 01 Jan 2022 00:00:00 GMT"}), True),
        (Answer(400, b"<Error><Code>RequestTimeout</Code></Error>", "application/xml"), False),
        (Answer(200, b"{", "application/json"), False),
    ],
)  # fmt: skip
def test_a_list_that_no_bucket_answers_is_a_refusal(fake_s3: Bucket, answer: Answer, refused: bool) -> None:
    """An endpoint with the bucket's name in it, another region's, a web page: the first LIST tells, before a PUT."""
    fake_s3.script = [answer]
    with pytest.raises(StorageError) as trouble:
        at(fake_s3.base_url).list("a/")
    assert isinstance(trouble.value, StorageRefused) is refused, trouble.value


@pytest.mark.parametrize(
    ("endpoint", "why"), [("https://{host}", "begins with http://"), ("https://nowhere.invalid", "no such host")]
)
def test_an_endpoint_that_can_never_answer_is_a_refusal(files_host: str, endpoint: str, why: str) -> None:
    """No TLS where the address says so, and a host that the DNS does not know, are no outage."""
    with pytest.raises(StorageRefused, match=why):
        at(endpoint.format(host=files_host)).list("")


@pytest.fixture
def files_host(fake_s3: Bucket) -> str:
    fake_s3.script = [Answer(200)]
    return fake_s3.host
