"""Reading a picture back: is it the one that was stored, does it say what it is, does its signature hold?"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from PIL import Image

from blocks.provenance.signatures import Signature, signature_of
from blocks.provenance.signing import Signer
from imaging.errors import BadPicture, ConfigurationError
from imaging.makers import MAKERS, SourceType
from imaging.marking import xmp
from imaging.marking.marks import marks
from imaging.pictures.picture import MAX_PIXELS, md5, opened

Level = Literal["ok", "none", "FAIL"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the answer: `ok`, `none` (there is nothing to hold it against) or `FAIL`."""

    level: Level
    about: Literal["mark", "hash", "signature"]
    says: str

    def __str__(self) -> str:
        return f"{self.level:<4}  {self.about}: {self.says}"


def verify_picture(data: bytes, recorded: Mapping[str, str] | None, signer: Signer | None) -> Iterator[Line]:
    """Yield a line each for mark, hash and signature. Raises BadPicture for what is not a picture.

    `recorded`: what was written down of it, where that is known: `sha256` or `md5`, and `provider`.
    """
    try:
        with opened(data) as image:
            content_type, pixels = Image.MIME[image.format or ""], image.width * image.height
        said = marks(data) if pixels <= MAX_PIXELS else {}
    except Exception as error:  # noqa: BLE001 - whatever a file does to its readers, it is no picture that we stored
        raise BadPicture(f"not a picture that can be read: {type(error).__name__}") from None
    if pixels > MAX_PIXELS:
        raise BadPicture(f"the picture has {pixels:,} pixels; at most {MAX_PIXELS:,} are read")
    yield _mark(said, (recorded or {}).get("provider"))
    yield _hash(data, recorded or {})
    yield _signature(data, content_type, said.get(xmp.DIGITAL_SOURCE_TYPE), signer)


def _mark(said: Mapping[str, str], provider: str | None) -> Line:
    term = said.get(xmp.DIGITAL_SOURCE_TYPE)
    if term:
        known = term in set(SourceType)
        made = f", made {said[xmp.CREATE_DATE]}" if xmp.CREATE_DATE in said else ""
        by = ", ".join(said[name] for name in (xmp.AI_SYSTEM, xmp.CREATOR_TOOL) if name in said)
        return Line("ok" if known else "FAIL", "mark", f"{term.rpartition('/')[2]} ({by or 'by nobody named'}{made})")
    maker = MAKERS.get(provider or "")
    if maker and maker.source_type:
        return Line("FAIL", "mark", f"none, and the picture is by {provider}")
    return Line("none", "mark", "none: right for a card without AI imagery, and for nothing that a model has made")


def _hash(data: bytes, recorded: Mapping[str, str]) -> Line:
    sha256 = hashlib.sha256(data).hexdigest()
    known, ours = (recorded.get("sha256"), sha256) if "sha256" in recorded else (recorded.get("md5"), md5(data))
    if known is None:
        return Line("none", "hash", f"{sha256}; no record to hold it against")
    if known != ours:
        return Line("FAIL", "hash", f"{ours}, but what was stored had {known}")
    return Line("ok", "hash", f"{ours}, as it was stored")


def _signature(data: bytes, content_type: str, marked: str | None, signer: Signer | None) -> Line:
    try:
        found = signature_of(data, content_type, signer.certificate.anchor if signer else None)
    except ConfigurationError as error:
        return Line("none", "signature", f"not looked at: {error}")
    if found is None:
        return Line("none", "signature", "not signed")
    return _of_signature(found, marked)


def _of_signature(found: Signature, marked: str | None) -> Line:
    if found.state == "Invalid":
        return Line("FAIL", "signature", f"{found.issuer or 'unreadable'}: does not hold: {found.why}")
    if found.source_type and marked and found.source_type != marked:
        return Line("FAIL", "signature", f"{found.issuer}: says {found.source_type}, and the mark does not")
    term = (found.source_type or "no digital source type").rpartition("/")[2]
    trust = "issuer trusted" if found.state == "Trusted" else "issuer not known here"
    return Line("ok", "signature", f"{found.issuer} ({trust}), {term}")
