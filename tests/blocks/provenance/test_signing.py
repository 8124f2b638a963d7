"""Signatures: what a certificate in the Secret block makes of a picture, and what is read back."""

import json

import pytest
from prefect.blocks.system import Secret

from blocks.provenance.signatures import signature_of
from blocks.provenance.signing import Signer, signer_from
from blocks.provenance.verifying import verify_picture
from imaging.errors import BadPicture, ConfigurationError
from imaging.makers import SourceType
from imaging.marking.marks import Facts, mark
from imaging.pictures.picture import inspect
from tests.certificates import signing_certificate
from tests.imaging.pictures.containers import saved

MADE = Facts(SourceType.TRAINED, "replicate: flux-dev", "2026-11-26T08:00:00+00:00")


@pytest.fixture(scope="module")
def signer() -> Signer:
    made = signer_from(Secret(value=signing_certificate().block))
    assert made
    return made


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_a_signed_picture_proves_what_its_mark_says(signer: Signer, image_format: str) -> None:
    """Each format carries a manifest with the mark's facts, trusted where the authority is known, and stays whole."""
    data = saved(image_format)
    data = data if image_format == "AVIF" else mark(data, MADE)
    content_type = f"image/{image_format.lower()}"
    signed = signer.sign(data, content_type, MADE)
    found = signature_of(signed, content_type, signer.certificate.anchor)
    assert found
    assert (found.state, found.issuer, found.generator) == ("Trusted", "Made-up Signer", "article-images")
    assert found.source_type == SourceType.TRAINED
    stranger = signature_of(signed, content_type)
    assert stranger
    assert stranger.state == "Valid"
    if image_format != "AVIF":
        assert inspect(signed).content_type == content_type
    assert signer.sign(signed, content_type, MADE) == signed  # not twice


def test_what_came_signed_is_signed_again_around_the_vendors_manifest(signer: Signer) -> None:
    """A mark breaks the vendor's signature; ours holds, and has the picture as it came as its ingredient."""
    vendor = signer_from(Secret(value=signing_certificate("A Vendor").block))
    assert vendor
    came = vendor.sign(saved("PNG"), "image/png", MADE)
    marked = mark(came, MADE)
    broken = signature_of(marked, "image/png")
    assert broken
    assert broken.state == "Invalid"
    found = signature_of(signer.sign(marked, "image/png", MADE, parent=came), "image/png", signer.certificate.anchor)
    assert found
    assert (found.state, found.issuer) == ("Trusted", "Made-up Signer")


def test_a_changed_picture_is_found_out(signer: Signer) -> None:
    """One byte of the pixels more or less, and neither hash nor signature holds."""
    signed = signer.sign(mark(saved("JPEG"), MADE), "image/jpeg", MADE)
    recorded = {"sha256": inspect(signed).sha256, "provider": "replicate"}
    assert [line.level for line in verify_picture(signed, recorded, signer)] == ["ok", "ok", "ok"]
    changed = signed[:-20] + bytes([signed[-20] ^ 1]) + signed[-19:]
    assert [line.level for line in verify_picture(changed, recorded, signer)] == ["ok", "FAIL", "FAIL"]


def test_an_unmarked_picture_by_a_model_fails_and_a_card_does_not() -> None:
    """What has no mark is wrong only where it needs one; a picture without a signature is no error."""
    data = saved("PNG")
    by_model = verify_picture(data, {"provider": "chutes", "sha256": inspect(data).sha256}, None)
    assert [line.level for line in by_model] == ["FAIL", "ok", "none"]
    card = verify_picture(data, {"provider": "pillow", "sha256": inspect(data).sha256}, None)
    assert [line.level for line in card] == ["none", "ok", "none"]
    assert [line.level for line in verify_picture(data, None, None)] == ["none", "none", "none"]
    with pytest.raises(BadPicture, match="not a picture"):
        list(verify_picture(b"<html>", None, None))


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("not json", "must be JSON"),
        ({"certificate": "x"}, "private_key"),
        ({"certificate": "x", "private_key": "y", "algorithm": "rot13"}, "algorithm"),
        ({"certificate": "x", "private_key": "hush-hush", "algorithm": "es256"}, "cannot sign"),
    ],
)
def test_a_wrong_block_is_named_and_its_key_is_not_told(value: object, named: str) -> None:
    """What is wrong with the Secret block is said with the field's name; the private key never shows."""
    with pytest.raises(ConfigurationError, match="images-c2pa") as error:
        signer_from(Secret(value=value))
    assert named in str(error.value)
    assert "hush-hush" not in str(error.value)


def test_the_block_may_hold_text() -> None:
    """A value pasted into the UI as text is read like an object."""
    found = signer_from(Secret(value=json.dumps(signing_certificate().block)))
    assert found
    assert "PRIVATE" not in repr(found)
    assert signer_from(None) is None
