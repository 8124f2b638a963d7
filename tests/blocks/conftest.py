"""The blocks under test, pointed at hosts and stand-ins on 127.0.0.1."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from blocks.storage.bucket import ImageStore
from blocks.storage.embedded import embedded_storage
from blocks.vendors import chutes as chutes_module
from blocks.vendors import fal as fal_module
from blocks.vendors import replicate as replicate_module
from blocks.vendors.chutes import Chutes
from blocks.vendors.fal import Fal
from blocks.vendors.replicate import Replicate
from imaging.kinds import Kind
from imaging.spec import ImageSpec
from tests.blocks.hosts import Bucket, FileHost
from tests.standins import ChutesStandin, FalStandin, ReplicateStandin
from tests.world import _no_pauses, _nothing_goes_on, api, cli, painted, world

__all__ = ["_no_pauses", "_nothing_goes_on", "api", "cli", "painted", "world"]


@pytest.fixture
def files() -> Iterator[FileHost]:
    with FileHost() as host:
        yield host


@pytest.fixture
def dns(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """The answers of the machine's resolver for made-up names; each name in it is answered once."""
    names: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *rest: Any, **options: Any) -> Any:
        addresses = names.pop(host, None)
        if addresses is None:
            return real(host, port, *rest, **options)
        return [found for address in addresses for found in real(address, port, type=socket.SOCK_STREAM)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return names


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """What a host needs to be `cdn.vendor.test`, to everyone on this machine."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "cdn.vendor.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("cdn.vendor.test")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = tmp_path / "cdn.vendor.test.pem"
    file.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.fixture(scope="module")
def _bucket() -> Iterator[Bucket]:
    with Bucket() as bucket:
        yield bucket


@pytest.fixture
def fake_s3(_bucket: Bucket) -> Bucket:
    """One address for all tests, because an S3 client takes long to make; nothing else is left of the last one."""
    _bucket.script, _bucket.requests = [], []
    _bucket.faults.clear()
    return _bucket


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImageStore]:
    """The embedded storage, a real S3 server; each test writes under a prefix of its own."""
    folder: Path = tmp_path_factory.mktemp("data")
    with embedded_storage(folder) as running:
        yield running


@pytest.fixture
def replicate_api() -> Iterator[ReplicateStandin]:
    with ReplicateStandin() as standin:
        yield standin


@pytest.fixture
def replicate(replicate_api: ReplicateStandin) -> Iterator[Replicate]:
    block = Replicate(
        api_token=replicate_api.token,
        base_url=replicate_api.base_url,
        poll_interval=0.01,
        timeout=5,
        request_timeout=0.5,
    )
    yield block
    block._client._client.close()  # it is kept for the whole process, and an open socket is a warning
    replicate_module._client.cache_clear()


@pytest.fixture
def chutes_api() -> Iterator[ChutesStandin]:
    with ChutesStandin() as standin:
        yield standin


@pytest.fixture
def chutes(chutes_api: ChutesStandin) -> Iterator[Chutes]:
    block = Chutes(api_key=chutes_api.api_key, base_url=chutes_api.slug_url, timeout=0.5)
    yield block
    chutes_module._client(block.timeout).close()
    chutes_module._client.cache_clear()


@pytest.fixture
def fal_api() -> Iterator[FalStandin]:
    with FalStandin() as standin:
        yield standin


@pytest.fixture
def fal(fal_api: FalStandin) -> Iterator[Fal]:
    block = Fal(api_key=fal_api.key, base_url=fal_api.base_url, poll_interval=0.01, timeout=2, request_timeout=0.5)
    yield block
    for keep_alive in (False, True):
        fal_module._client(block.request_timeout, keep_alive).close()
    fal_module._client.cache_clear()


@pytest.fixture
def hero() -> ImageSpec:
    return ImageSpec(
        name="hero",
        kind=Kind.HERO,
        provider="replicate",
        model="black-forest-labs/flux-1.1-pro-ultra",
        prompt="a glass of milk",
        params={"aspect_ratio": "16:9", "output_format": "png", "safety_tolerance": 4, "raw": False},
        size=(2752, 1536),
        user_id="default",
        slug="milk",
        stem="default/milk/hero",
        alt_text="Milk",
    )


@pytest.fixture
def supporting(hero: ImageSpec) -> ImageSpec:
    return hero.model_copy(
        update={"model": "black-forest-labs/flux-dev", "params": {"aspect_ratio": "1:1", "output_format": "png"}}
    )


@pytest.fixture
def fal_hero(hero: ImageSpec) -> ImageSpec:
    params = {"aspect_ratio": "16:9", "output_format": "png"}
    changes = {"provider": "fal", "model": "fal-ai/flux-pro/v1.1-ultra", "params": params, "price_usd": 0.06}
    return hero.model_copy(update=changes)


@pytest.fixture
def comparison(hero: ImageSpec) -> ImageSpec:
    params = {"width": 256, "height": 256, "num_inference_steps": 35, "true_cfg_scale": 4.0, "negative_prompt": "text"}
    return hero.model_copy(update={"provider": "chutes", "model": "chutes-qwen-image", "params": params})
