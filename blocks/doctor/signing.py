"""Check of the signing certificate, by signing a picture and verifying it."""

from collections.abc import Iterator

from PIL import Image
from prefect.blocks.system import Secret

from blocks.configuration.saved_blocks import saved_block
from blocks.doctor.finding import Finding, failure, well
from blocks.doctor.installation import Installation
from blocks.provenance.signatures import signature_of
from blocks.provenance.signing import BLOCK_NAME, signer_from
from imaging.errors import ConfigurationError
from imaging.makers import SourceType
from imaging.marking.marks import Facts
from imaging.pictures.picture import encode

_NAME, _MEND = "signing", f"edit the Secret block {BLOCK_NAME} in the UI: docs/provenance.md describes its value"


def check_signing(installation: Installation) -> Iterator[Finding]:
    """Sign a picture of one pixel and verify it, if there is a certificate; report nothing without one."""
    block = saved_block(Secret, BLOCK_NAME) if installation.client else None
    if block is None:
        return
    picture = encode(Image.new("RGB", (1, 1)), "png")
    try:
        signer = signer_from(block)
        signed = signer.sign(picture, "image/png", Facts(SourceType.TRAINED, "doctor")) if signer else b""
        found = signature_of(signed, "image/png")
    except ConfigurationError as error:
        yield failure(_NAME, str(error), _MEND)
        return
    if found is None or found.state == "Invalid":
        yield failure(_NAME, f"its signatures are invalid: {found.why if found else 'no signature'}", _MEND)
    else:
        yield well(_NAME, f"pictures are signed by {found.issuer}")
