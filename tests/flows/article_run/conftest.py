"""What tests of an article's run share."""

from collections.abc import Iterator

import pytest

from tests.reliability.harness.s3_proxy import S3Proxy
from tests.world import World


@pytest.fixture
def bucket(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Proxy]:
    """The world's bucket, behind a proxy that notes what is asked, and can fail."""
    with S3Proxy(world.environment["B2_ENDPOINT"].removeprefix("http://")) as proxy:
        monkeypatch.setenv("B2_ENDPOINT", f"http://{proxy.host}")
        yield proxy
