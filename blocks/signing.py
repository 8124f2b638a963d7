"""C2PA: a signed manifest with the facts of a picture's mark, where the Secret block `images-c2pa` holds a certificate.

The block's value is JSON: `certificate` (the chain in PEM, the signer's first), `private_key` (PEM) and `algorithm`
(es256 unless it says otherwise). Needs the extra `article-images[c2pa]`. No time stamp is asked for: that would need
a server.
"""

import io
import json
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal

from prefect.blocks.system import Secret
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from imaging.errors import ConfigurationError
from imaging.marking import GENERATOR, Facts
from imaging.validation import explain

BLOCK_NAME = "images-c2pa"
# Without thumbnails a manifest adds some 3 KB; nothing is fetched to sign or to check.
_OFFLINE = {
    "builder": {"thumbnail": {"enabled": False}},
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
}


class Certificate(BaseModel):
    """What the Secret block holds."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    certificate: str
    private_key: SecretStr
    algorithm: Literal["es256", "es384", "es512", "ps256", "ps384", "ps512", "ed25519"] = "es256"

    @property
    def anchor(self) -> str:
        """The last certificate of the chain: what we trust for our own signatures."""
        begin = "-----BEGIN CERTIFICATE-----"
        return begin + self.certificate.rpartition(begin)[2]


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs pictures with the configured certificate. Thread-safe."""

    certificate: Certificate

    def sign(self, data: bytes, content_type: str, said: Facts, parent: bytes | None = None) -> bytes:
        """Return the picture with a manifest that states the facts; `data` itself if we have signed it before.

        `parent`: the picture as it came, where that has a manifest of its own, which becomes an ingredient of ours.
        Raises ConfigurationError for a certificate that cannot sign.
        """
        there = signature_of(data, content_type, self)
        if there and there.generator == GENERATOR and there.state != "Invalid":
            return data
        came_signed = parent is not None and signature_of(parent, content_type) is not None
        c2pa, out = _c2pa(), io.BytesIO()
        try:
            with c2pa.Signer.from_info(self._info(c2pa)) as signer:
                builder = c2pa.Builder(json.dumps(_manifest(said, content_type, came_signed)), context=_context(c2pa))
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


class Signature(BaseModel):
    """A picture's signature. `state` is C2PA's: Trusted, Valid (the issuer is not known here), or Invalid."""

    model_config = ConfigDict(frozen=True)

    state: str
    issuer: str
    generator: str
    source_type: str | None = None
    why: str = ""


def signature_of(data: bytes, content_type: str, signer: Signer | None = None) -> Signature | None:
    """Return the signature that a picture carries, None where it has none. Raises ConfigurationError without c2pa."""
    c2pa = _c2pa()
    try:
        with c2pa.Reader(content_type, io.BytesIO(data), context=_context(c2pa, signer)) as reader:
            document = json.loads(reader.json())
            state = str(reader.get_validation_state())
            failures = ((reader.get_validation_results() or {}).get("activeManifest") or {}).get("failure", [])
    except c2pa.C2paError as error:
        if "ManifestNotFound" in str(error):
            return None
        return Signature(state="Invalid", issuer="", generator="", why=str(error)[:200])
    manifest = document["manifests"][document["active_manifest"]]
    actions = [
        action
        for assertion in manifest.get("assertions", [])
        if assertion["label"].startswith("c2pa.actions")
        for action in assertion["data"]["actions"]
    ]
    return Signature(
        state=state,
        issuer=(manifest.get("signature_info") or {}).get("common_name") or "an unnamed signer",
        generator=str((manifest.get("claim_generator_info") or [{}])[0].get("name", "")),
        source_type=next((one["digitalSourceType"] for one in actions if "digitalSourceType" in one), None),
        why="; ".join(dict.fromkeys(failure["code"] for failure in failures)),
    )


def signer_from(block: Secret[Any] | None) -> Signer | None:
    """Return the signer that the block describes, None without one. Raises ConfigurationError, naming the field."""
    if block is None:
        return None
    value = block.get()
    try:
        _c2pa()
        return Signer(Certificate.model_validate(json.loads(value) if isinstance(value, str) else value))
    except ValidationError as error:
        raise ConfigurationError(f"Secret block {BLOCK_NAME}: {explain(error)}") from None
    except ValueError:
        raise ConfigurationError(
            f"Secret block {BLOCK_NAME}: must be JSON with certificate, private_key and algorithm"
        ) from None


def _manifest(said: Facts, content_type: str, came_signed: bool) -> dict[str, Any]:
    made: dict[str, Any] = {"digitalSourceType": said.source_type.value, "softwareAgent": {"name": said.system}}
    if said.created:
        made["when"] = said.created
    actions = [{"action": "c2pa.created"} | made]
    if came_signed:
        opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": ["came"]}}
        actions = [opened, {"action": "c2pa.edited.metadata"} | made]
    return {
        "claim_generator_info": [{"name": GENERATOR}],
        "format": content_type,
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": actions}}],
    }


def _context(c2pa: ModuleType, signer: Signer | None = None) -> Any:
    trust = {"trust": {"trust_anchors": signer.certificate.anchor}} if signer else {}
    return c2pa.Context.from_dict(_OFFLINE | trust)


def _c2pa() -> ModuleType:
    try:
        import c2pa  # noqa: PLC0415 - an extra of 50 MB, of use to those who have a certificate
    except ImportError:
        raise ConfigurationError(
            f"the Secret block {BLOCK_NAME} and signatures need the package c2pa-python (the extra c2pa)"
        ) from None
    return c2pa  # type: ignore[no-any-return]
