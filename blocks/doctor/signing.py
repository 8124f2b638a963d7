"""The signing certificate: does it sign, and does what it signs hold?"""

from collections.abc import Iterator

from PIL import Image
from prefect.blocks.system import Secret

from blocks.doctor.finding import Finding, failure, well
from blocks.doctor.scene import Scene
from blocks.provenance.signatures import signature_of
from blocks.provenance.signing import BLOCK_NAME, signer_from
from blocks.services import saved_block
from imaging.errors import ConfigurationError
from imaging.makers import SourceType
from imaging.marking.marks import Facts
from imaging.pictures.picture import encode

_NAME, _MEND = "signing", f"edit the Secret block {BLOCK_NAME} in the UI: the README says what it holds"


def check_signing(scene: Scene) -> Iterator[Finding]:
    """Sign a picture of one pixel and read it back, where there is a certificate; without one nothing is said."""
    block = saved_block(Secret, BLOCK_NAME) if scene.client else None
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
        yield failure(_NAME, f"what is signed with it does not hold: {found.why if found else 'no signature'}", _MEND)
    else:
        yield well(_NAME, f"pictures are signed by {found.issuer}")
