"""Signing pictures with a C2PA manifest of their mark's facts, if the Secret block `images-c2pa` has a certificate.

The block's value is JSON: `certificate` (the chain in PEM, the signer's first), `private_key` (PEM) and `algorithm`
(default es256). Needs the extra `article-images[c2pa]`. Without a time stamp, which would need a server.
"""

import io
import json
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal

from PIL import Image
from prefect.blocks.system import Secret
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from blocks.provenance.signatures import context, library, signature_of
from imaging.errors import ConfigurationError
from imaging.makers import SourceType
from imaging.marking.marks import GENERATOR, Facts
from imaging.pictures.picture import encode
from imaging.validation import explain

BLOCK_NAME = "images-c2pa"
_PIXEL = encode(Image.new("RGB", (1, 1)), "png")


class Certificate(BaseModel):
    """The value of the Secret block."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    certificate: str
    private_key: SecretStr
    algorithm: Literal["es256", "es384", "es512", "ps256", "ps384", "ps512", "ed25519"] = "es256"

    @property
    def anchor(self) -> str:
        """The last certificate of the chain, the trust anchor for our own signatures."""
        begin = "-----BEGIN CERTIFICATE-----"
        return begin + self.certificate.rpartition(begin)[2]


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs pictures with the configured certificate. Thread-safe."""

    certificate: Certificate

    def sign(self, data: bytes, content_type: str, facts: Facts, parent: bytes | None = None) -> bytes:
        """Return the picture with a manifest of the facts; `data` itself if we have signed it already.

        `parent`: the picture as it arrived; if it has a manifest, that becomes an ingredient of ours. Raises
        ConfigurationError if the certificate cannot sign.
        """
        there = signature_of(data, content_type, self.certificate.anchor)
        if there and there.generator == GENERATOR and there.state != "Invalid":
            return data
        came_signed = parent is not None and signature_of(parent, content_type) is not None
        c2pa, out = library(), io.BytesIO()
        try:
            with c2pa.Signer.from_info(self._info(c2pa)) as signer:
                builder = c2pa.Builder(json.dumps(_manifest(facts, content_type, came_signed)), context=context(c2pa))
                if came_signed:
                    ingredient = {"title": "as it came", "relationship": "parentOf", "instance_id": "came"}
                    builder.add_ingredient(ingredient, content_type, io.BytesIO(parent or b""))
                builder.sign(signer, content_type, io.BytesIO(data), out)
        except c2pa.C2paError as error:
            raise ConfigurationError(f"Secret block {BLOCK_NAME}: cannot sign: {error}") from None
        return out.getvalue()

    def _info(self, c2pa: ModuleType) -> Any:
        held = self.certificate
        algorithm = getattr(c2pa.C2paSigningAlg, held.algorithm.upper())
        key = held.private_key.get_secret_value().encode()
        return c2pa.C2paSignerInfo(algorithm, held.certificate.encode(), key, None)


def signer_from(block: Secret[Any] | None) -> Signer | None:
    """Return the signer with the block's certificate, tested on a picture of one pixel; None without a block.

    Raises ConfigurationError, naming the field, before anything is spent.
    """
    if block is None:
        return None
    value = block.get()
    try:
        signer = Signer(Certificate.model_validate(json.loads(value) if isinstance(value, str) else value))
        signer.sign(_PIXEL, "image/png", Facts(SourceType.TRAINED, GENERATOR))
        return signer
    except ValidationError as error:
        raise ConfigurationError(f"Secret block {BLOCK_NAME}: {explain(error)}") from None
    except ValueError:
        raise ConfigurationError(
            f"Secret block {BLOCK_NAME}: must be JSON with certificate, private_key and algorithm"
        ) from None


def _manifest(facts: Facts, content_type: str, came_signed: bool) -> dict[str, Any]:
    made: dict[str, Any] = {"digitalSourceType": facts.source_type.value, "softwareAgent": {"name": facts.system}}
    if facts.created:
        made["when"] = facts.created
    actions = [{"action": "c2pa.created"} | made]
    if came_signed:
        opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": ["came"]}}
        actions = [opened, {"action": "c2pa.edited.metadata"} | made]
    return {
        "claim_generator_info": [{"name": GENERATOR}],
        "format": content_type,
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": actions}}],
    }
