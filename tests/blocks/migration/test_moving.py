"""Pictures at old addresses: what an error means for the address."""

import pytest

from blocks.migration.moving import outcome_of
from imaging.errors import BadPicture, ImagesError, PictureGone, ProviderBusy, UnsafeDownload

PLAIN = "https://old.example/a.png"


@pytest.mark.parametrize(
    ("address", "error", "status"),
    [
        (PLAIN, PictureGone("is gone").answered(404), "dead"),
        (PLAIN, PictureGone("is gone").answered(403), "refused"),
        (f"{PLAIN}?X-Amz-Signature=a", PictureGone("is gone").answered(403), "dead"),
        (f"{PLAIN}?expires=1&token=a", PictureGone("is gone").answered(403), "dead"),
        ("https://replicate.delivery/a.png", PictureGone("is gone").answered(403), "dead"),
        (PLAIN, ProviderBusy("busy").answered(503), "later"),
        (PLAIN, ProviderBusy("busy").answered(429), "later"),
        (PLAIN, ProviderBusy("odd").answered(400), "refused"),
        (PLAIN, ProviderBusy("broke off"), "later"),
        (PLAIN, UnsafeDownload("private"), "refused"),
        (PLAIN, BadPicture("no picture"), "refused"),
    ],
)
def test_an_error_says_what_becomes_of_an_address(address: str, error: ImagesError, status: str) -> None:
    """Dead is what will not come back: a vendor's file, or an address that was signed for a while, too."""
    assert outcome_of(address, error).status == status
