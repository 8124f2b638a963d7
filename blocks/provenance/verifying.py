"""Verifying a picture: its mark, its hash against the record, and its signature."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from PIL import Image, UnidentifiedImageError

from blocks.provenance.signatures import Signature, signature_of
from blocks.provenance.signing import Signer
from imaging.errors import BadPicture, ConfigurationError
from imaging.makers import MAKERS, SourceType
from imaging.marking import xmp
from imaging.marking.marks import marks
from imaging.pictures.picture import MAX_PIXELS, md5, opened

Level = Literal["ok", "none", "FAIL"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One line of the report: `ok`, `none` (nothing to compare with) or `FAIL`."""

    level: Level
    about: Literal["mark", "hash", "signature"]
    text: str

    def __str__(self) -> str:
        return f"{self.level:<4}  {self.about}: {self.text}"


def verify_picture(data: bytes, recorded: Mapping[str, str] | None, signer: Signer | None) -> Iterator[Verdict]:
    """Yield a verdict each on mark, hash and signature. Raises BadPicture if `data` is not a picture.

    `recorded`: the stored `sha256` or `md5`, and `provider`, if known.
    """
    try:
        with opened(data) as image:
            content_type, pixels = Image.MIME[image.format or ""], image.width * image.height
        properties = marks(data) if pixels <= MAX_PIXELS else {}
    except Exception as error:  # noqa: BLE001 - a file that breaks its readers is not a stored picture
        why = "its format is not known" if isinstance(error, UnidentifiedImageError) else "it is damaged"
        raise BadPicture(f"not a picture that can be read: {why}") from None
    if pixels > MAX_PIXELS:
        raise BadPicture(f"the picture has {pixels:,} pixels; at most {MAX_PIXELS:,} are read")
    yield _mark(properties, (recorded or {}).get("provider"))
    yield _hash(data, recorded or {})
    yield _signature(data, content_type, properties.get(xmp.DIGITAL_SOURCE_TYPE), signer)


def _mark(properties: Mapping[str, str], provider: str | None) -> Verdict:
    term = properties.get(xmp.DIGITAL_SOURCE_TYPE)
    if term:
        known = term in set(SourceType)
        made = f", made {properties[xmp.CREATE_DATE]}" if xmp.CREATE_DATE in properties else ""
        by = ", ".join(properties[name] for name in (xmp.AI_SYSTEM, xmp.CREATOR_TOOL) if name in properties)
        return Verdict("ok" if known else "FAIL", "mark", f"{term.rpartition('/')[2]} ({by or 'no system'}{made})")
    maker = MAKERS.get(provider or "")
    if maker and maker.source_type:
        return Verdict("FAIL", "mark", f"none, and the picture is by {provider}")
    return Verdict("none", "mark", "none: correct for a card without AI imagery, and only for that")


def _hash(data: bytes, recorded: Mapping[str, str]) -> Verdict:
    sha256 = hashlib.sha256(data).hexdigest()
    known, ours = (recorded.get("sha256"), sha256) if "sha256" in recorded else (recorded.get("md5"), md5(data))
    if known is None:
        return Verdict("none", "hash", f"{sha256}; no record to compare with")
    if known != ours:
        return Verdict("FAIL", "hash", f"{ours}, but the stored picture has {known}")
    return Verdict("ok", "hash", f"{ours}, as it was stored")


def _signature(data: bytes, content_type: str, marked: str | None, signer: Signer | None) -> Verdict:
    try:
        found = signature_of(data, content_type, signer.certificate.anchor if signer else None)
    except ConfigurationError as error:
        return Verdict("none", "signature", f"not checked: {error}")
    if found is None:
        return Verdict("none", "signature", "not signed")
    return _of_signature(found, marked)


def _of_signature(found: Signature, marked: str | None) -> Verdict:
    if found.state == "Invalid":
        return Verdict("FAIL", "signature", f"{found.issuer or 'unreadable'}: invalid: {found.why}")
    if found.source_type and marked and found.source_type != marked:
        return Verdict("FAIL", "signature", f"{found.issuer}: has {found.source_type}, which differs from the mark")
    term = (found.source_type or "no digital source type").rpartition("/")[2]
    trust = "issuer trusted" if found.state == "Trusted" else "issuer not known here"
    return Verdict("ok", "signature", f"{found.issuer} ({trust}), {term}")
