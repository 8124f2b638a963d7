"""Logos: from the tenant's folder or an allowed host, looked at like every other picture."""

from collections.abc import Iterator

import pytest
from PIL import Image

from blocks.brands.assets import load_logo, logo_sha256
from blocks.configuration.settings import load_settings
from blocks.network.download import Downloader, HostRules
from blocks.services import Services
from blocks.storage.bucket import ImageStore
from imaging.errors import InvalidInput
from tests.blocks.hosts import FileHost
from tests.imaging.pictures.containers import png_with, saved


@pytest.fixture
def box(store: ImageStore, files: FileHost) -> Iterator[Services]:
    settings = load_settings()
    downloader = Downloader(HostRules.parse(files.host), 5_000_000, 20)
    yield Services(settings, store, embedded=True, downloader=downloader)
    downloader.close()


@pytest.mark.parametrize("place", ["bucket", "host"])
@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (saved("PNG") + b"<html>", "6 bytes after the picture's end"),
        (png_with(b"tEXt", b"Comment\0<script>"), "it contains a web page"),
        (b"<svg><image href='/etc/passwd'/></svg>", "refers to nothing outside itself"),
        (saved("PNG", Image.new("1", (8000, 5001))), "at most 40,000,000 are accepted"),
    ],
    ids=["behind", "inside", "svg", "too large"],
)
def test_a_logo_that_cannot_be_drawn_is_bad_input(
    box: Services, files: FileHost, place: str, data: bytes, cause: str
) -> None:
    """What is no picture alone, or more than a card can take, is told before anything is spent."""
    box.store.put("acme/branding/logo.png", data, "image/png", "no-cache", {})
    logo = "branding/logo.png" if place == "bucket" else files.page("/logo.png", data)
    with pytest.raises(InvalidInput, match=rf"^brand\.logo: .*{cause}"):
        logo_sha256(box, "acme", logo)


def test_a_logo_is_fetched_from_allowed_hosts_alone(box: Services, files: FileHost) -> None:
    """An honest logo arrives as it is; one elsewhere, or behind a redirect to elsewhere, is not asked for."""
    data = saved("PNG")
    assert load_logo(box, "acme", files.page("/logo.png", data)) == data
    for address in ("https://evil.example/logo.png", files.page("/a", status=302, location="http://169.254.169.254/")):
        with pytest.raises(InvalidInput, match=r"^brand\.logo: .*not allowed by IMAGES_DOWNLOAD_HOSTS"):
            load_logo(box, "acme", address)
