"""A bucket that keeps old versions, and services over it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from blocks.configuration.settings import Settings
from blocks.network.download import Downloader, HostRules
from blocks.services import Services
from blocks.storage.bucket import ImageStore
from blocks.storage.s3_client import s3_bucket
from tests.standins import VersionedBucket


@pytest.fixture
def bucket() -> Iterator[VersionedBucket]:
    with VersionedBucket() as standin:
        standin.page_size = 7  # small pages: every key may be the last of one
        yield standin


@pytest.fixture
def services(bucket: VersionedBucket, tmp_path: Path) -> Services:
    s3 = s3_bucket(endpoint=bucket.base_url, key_id="k", secret="s", bucket="images")
    settings = Settings(images_data_dir=tmp_path / "data", _env_file=None)
    downloader = Downloader(HostRules.parse(""), 1000, 1)
    return Services(settings, ImageStore(s3, "http://x"), embedded=False, downloader=downloader)
