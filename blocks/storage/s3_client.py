"""Creating the bucket's block and its S3 client, which ignores AWS's environment variables and files.

boto3 would take a profile, an endpoint, FIPS, a CA bundle and more from `AWS_*` and `~/.aws`, which are meant for other
uses of AWS on this machine. Only a block without keys (with a role or profile) uses boto3's default resolution.
"""

import os
import re
from collections.abc import Mapping
from contextlib import closing, suppress
from datetime import datetime
from functools import cache, lru_cache
from threading import Lock
from typing import Any, cast

import boto3
import httpx
from botocore.config import Config
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES, ConstantProvider
from botocore.exceptions import BotoCoreError
from botocore.loaders import Loader, create_loader
from botocore.session import Session
from botocore.utils import parse_timestamp
from prefect_aws import AwsCredentials, MinIOCredentials, S3Bucket
from prefect_aws.client_parameters import AwsClientParameters

from blocks.network.proxies import proxy_for
from blocks.storage.web_pages import refuse_web_pages
from imaging.errors import StorageRefused, TooLarge

Credentials = AwsCredentials | MinIOCredentials
_CREATING = Lock()  # creating boto3 clients is not thread-safe


def s3_bucket(
    *,
    endpoint: str,
    key_id: str,
    secret: str,
    bucket: str,
    folder: str = "",
    checksums: str = "when_required",
) -> S3Bucket:
    """Return an `S3Bucket` for an S3-compatible store at `endpoint` (a full URL)."""
    credentials = AwsCredentials(
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        region_name=region_of(endpoint),
        aws_client_parameters=AwsClientParameters(
            endpoint_url=endpoint,
            config={
                # Path style: a bucket's name may be invalid as a host's, and loopback has no subdomains.
                "s3": {"addressing_style": "path"},
                "signature_version": "s3v4",
                # Older B2 and other stores answer 400 to x-amz-checksum-* headers.
                "request_checksum_calculation": checksums,
                "response_checksum_validation": checksums,
                # 503 SlowDown is normal on B2 and means retry; `Patience` retries longer outages.
                "retries": {"mode": "standard", "total_max_attempts": 4},
                "connect_timeout": 5,
                "read_timeout": 30,
                "max_pool_connections": 64,
            },
        ),
    )
    return S3Bucket(bucket_name=bucket, credentials=credentials, bucket_folder=folder)


def region_of(endpoint: str) -> str:
    """Return the region in the endpoint's host (`s3.eu-central-003.backblazeb2.com`), or `us-east-1`.

    A host like `s3.amazonaws.com` or `s3.example.com` has none.
    """
    match = re.match(r"(?:https?://)?s3[.-](?:dualstack\.)?([a-z0-9-]+)(?:\.[a-z0-9-]+){2}", endpoint.lower())
    return match[1] if match else "us-east-1"


@cache
def _descriptions() -> Loader:
    """Return the loader of AWS's descriptions of S3, 3 MB of JSON: all clients of the process use what it has read."""
    return create_loader()


@cache
def load_descriptions() -> None:
    """Read the descriptions of S3, which takes a third of a second: a client that is created later needs less."""
    with _CREATING:
        # Without keys botocore would ask EC2's metadata service for a role.
        session = boto3.Session("none", "none", region_name="us-east-1", botocore_session=_OwnSession())
        session.client("s3")


class _OwnSession(Session):
    """A botocore session without environment variables, files and profiles."""

    def __init__(self) -> None:
        defaults = {
            name: (None, None, default, convert)
            for name, (_, _, default, convert) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()
        }
        super().__init__(session_vars=defaults | {"ignore_configured_endpoint_urls": (None, None, True, None)})
        self.register_component("data_loader", _descriptions())
        self.get_component("config_store").set_config_provider("s3", ConstantProvider({}))
        self.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_moment)

    @property
    def full_config(self) -> dict[str, Any]:
        """The configuration from AWS's files: none."""
        return {"profiles": {}}

    def get_scoped_config(self) -> dict[str, Any]:
        """Return the profile's configuration: none."""
        return {}


def _moment(value: Any) -> datetime:
    """Return a moment in an answer. By botocore's own parser it takes three quarters of the time of a LIST."""
    with suppress(ValueError, TypeError):
        return datetime.fromisoformat(value)
    return parse_timestamp(value)


def s3_client(credentials: Credentials) -> Any:
    """Return the client for these credentials, cached. Raises StorageRefused if it cannot be created."""
    try:
        with _CREATING:
            return _client(credentials)
    except (BotoCoreError, ValueError, OSError) as error:  # a missing profile, an invalid endpoint
        raise StorageRefused(f"no S3 client can be made with this configuration: {type(error).__name__}") from None


def body_of(answer: Mapping[str, Any], key: str, max_bytes: int | None) -> bytes:
    """Return the object in a GET's answer. Raises TooLarge before reading more than `max_bytes`."""
    size = answer.get("ContentLength")  # None where it comes in chunks
    with closing(answer["Body"]) as body:
        if max_bytes is None or (size is not None and size <= max_bytes):
            return cast(bytes, body.read())
        if size is None and len(data := cast(bytes, body.read(max_bytes + 1))) <= max_bytes:
            return data
    raise TooLarge(f"{key} has {'more' if size is None else f'{size:,} bytes'}, and at most {max_bytes:,} are read")


@lru_cache(maxsize=8)
def _client(credentials: Credentials) -> Any:
    client = _created(credentials)
    client.meta.events.register("before-call.s3.HeadBucket", _redirected)
    refuse_web_pages(client)
    return client


def _redirected(params: dict[str, Any], **_others: Any) -> None:
    """Let a HEAD of the bucket count as redirected.

    botocore sends one after a redirect that names no region, and another one after the redirect of that, without end.
    """
    params["context"].setdefault("s3_redirect", {})["redirected"] = True


def _created(credentials: Credentials) -> Any:
    keys = _keys(credentials)
    if keys is None:
        return credentials.get_client("s3")
    session = _OwnSession()
    session.set_credentials(*keys)
    parameters = credentials.aws_client_parameters.get_params_override()
    endpoint = parameters.get("endpoint_url")
    config = parameters.pop("config", Config())
    # Without an explicit endpoint, boto3 takes the proxy from the environment itself.
    if endpoint is not None and config.proxies is None:
        config = config.merge(Config(proxies=_proxies(endpoint)))
    ours = {"verify": os.environ.get("SSL_CERT_FILE") or True}  # as for all other clients
    return boto3.Session(botocore_session=session).client(
        "s3", region_name=credentials.region_name, config=config, **ours | parameters
    )


def _proxies(endpoint: str) -> dict[str, str]:
    proxy = proxy_for(httpx.URL(endpoint))
    if proxy is None:
        return {}
    user, password = proxy.auth or ("", "")
    address = str(proxy.url.copy_with(username=user, password=password) if proxy.auth else proxy.url)
    return {"http": address, "https": address}


def _keys(credentials: Credentials) -> tuple[str, str, str | None] | None:
    """Return the block's access key, secret and session token; None if it leaves them to boto3."""
    if isinstance(credentials, MinIOCredentials):
        return credentials.minio_root_user, credentials.minio_root_password.get_secret_value(), None
    secret = credentials.aws_secret_access_key
    if not credentials.aws_access_key_id or secret is None or credentials.profile_name or credentials.assume_role_arn:
        return None
    return credentials.aws_access_key_id, secret.get_secret_value(), credentials.aws_session_token
