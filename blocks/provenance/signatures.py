"""Reading C2PA signatures of pictures, by any signer."""

import io
import json
from types import ModuleType
from typing import Any

from pydantic import BaseModel, ConfigDict

from imaging.errors import ConfigurationError

# Without thumbnails a manifest adds some 3 KB. No network for signing and checking.
_OFFLINE = {
    "builder": {"thumbnail": {"enabled": False}},
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
}


class Signature(BaseModel):
    """A picture's signature. `state` is C2PA's: Trusted, Valid (but the issuer is unknown), or Invalid."""

    model_config = ConfigDict(frozen=True)

    state: str
    issuer: str
    generator: str
    source_type: str | None = None
    why: str = ""


def signature_of(data: bytes, content_type: str, anchor: str | None = None) -> Signature | None:
    """Return a picture's signature, None without one. Raises ConfigurationError if c2pa is not installed.

    `anchor`: a certificate in PEM whose signatures are trusted.
    """
    c2pa = library()
    try:
        with c2pa.Reader(content_type, io.BytesIO(data), context=context(c2pa, anchor)) as reader:
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


def context(c2pa: ModuleType, anchor: str | None = None) -> Any:
    """Return the library's settings: offline, with `anchor` as the only trusted certificate."""
    trust = {"trust": {"trust_anchors": anchor}} if anchor else {}
    return c2pa.Context.from_dict(_OFFLINE | trust)


def library() -> ModuleType:
    """Return `c2pa`. Raises ConfigurationError if it is not installed."""
    try:
        import c2pa  # noqa: PLC0415 - an extra of 50 MB, only needed with a certificate
    except ImportError:
        raise ConfigurationError("signatures need the package c2pa-python (the extra c2pa): make server") from None
    return c2pa  # type: ignore[no-any-return]
