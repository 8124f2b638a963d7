"""A bucket that keeps old versions, as B2 does: rclone, our S3 server, keeps none. For reading alone."""

import hashlib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape

from .messages import Answer, Call
from .server import Standin


@dataclass(frozen=True)
class Version:
    """One version of an object; without `data` it is a marker that hides the object."""

    key: str
    number: int
    modified: datetime
    data: bytes | None
    size: int = 0

    @property
    def id(self) -> str:
        return f"4_z{self.number:08}"

    @property
    def place(self) -> tuple[str, int]:
        """Where a LIST has it: by key, the newest first."""
        return self.key, -self.number


class VersionedBucket(Standin):
    """The bucket `images`. `put` and `hide` fill it, `list` and `get` can be made to go wrong."""

    places = frozenset({"list", "get"})
    page_size = 1000
    repeats = 0
    """How many pages are answered with the page before once more."""

    def __init__(self) -> None:
        super().__init__()
        self._versions: list[Version] = []
        self._sorted: list[Version] | None = None

    def put(self, key: str, data: bytes, modified: datetime) -> None:
        """Add a version; the one added last is the current one."""
        self._versions.append(Version(key, len(self._versions), modified, data, len(data)))
        self._sorted = None

    def hide(self, key: str, modified: datetime) -> None:
        """Delete the object as S3 does: its versions stay."""
        self._versions.append(Version(key, len(self._versions), modified, None))
        self._sorted = None

    def route(self, call: Call) -> Call:
        return call.about("get" if call.path.strip("/") != "images" else "list")

    def answer(self, call: Call) -> Answer:
        if call.where == "get":
            return self._object(call)
        if "list-type" in call.query:
            return self.refusal(501, {})
        start = self.after(call.query.get("key-marker", ""), call.query.get("version-id-marker", ""))
        if start and self.repeats:
            self.repeats -= 1
            start -= min(self.page_size, start)
        found = self.page(call.query.get("prefix", ""), start)
        return Answer(200, self._listing(found[: self.page_size], more=len(found) > self.page_size), "application/xml")

    def refusal(self, status: int, options: Mapping[str, Any]) -> Answer:
        code = "NotImplemented" if status == 501 else "ServiceUnavailable"
        return Answer(status, f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode(), "application/xml")

    def after(self, key: str, version_id: str) -> int:
        """Return where the listing goes on behind the markers; without one of the version, behind the key."""
        number = int(version_id.removeprefix("4_z")) if version_id else -1
        return bisect_right([version.place for version in self._all], (key, -number)) if key else 0

    def page(self, prefix: str, start: int) -> Sequence[Version]:
        """Return a page below the prefix, and one version more if there is one."""
        fitting = [version for version in self._all[start:] if version.key.startswith(prefix)]
        return fitting[: self.page_size + 1]

    def latest(self, key: str) -> Version | None:
        """Return the current version."""
        return max((one for one in self._versions if one.key == key), key=lambda one: one.number, default=None)

    def is_latest(self, version: Version) -> bool:
        """Return whether it is the current version."""
        return self.latest(version.key) is version

    def _object(self, call: Call) -> Answer:
        key, wanted = unquote(call.path).removeprefix("/images/"), call.query.get("versionId")
        found = next((one for one in self._versions if one.key == key and one.id == wanted), None)
        version = found if wanted else self.latest(key)
        if version is None or version.data is None:
            return Answer(404, b"<Error><Code>NoSuchKey</Code><Message>none</Message></Error>", "application/xml")
        return Answer(200, version.data, "application/octet-stream")

    @property
    def _all(self) -> list[Version]:
        if self._sorted is None:
            self._sorted = sorted(self._versions, key=lambda version: version.place)
        return self._sorted

    def _listing(self, versions: Sequence[Version], *, more: bool) -> bytes:
        body = []
        for version in versions:
            kind = "DeleteMarker" if version.data is None else "Version"
            etag = hashlib.md5(version.data or b"", usedforsecurity=False).hexdigest()
            body.append(
                f"<{kind}><Key>{quote(version.key)}</Key><VersionId>{version.id}</VersionId>"
                f"<IsLatest>{str(self.is_latest(version)).lower()}</IsLatest>"
                f"<LastModified>{version.modified:%Y-%m-%dT%H:%M:%S.%f}Z</LastModified>"
                + (f'<ETag>"{etag}"</ETag><Size>{version.size}</Size>' if version.data is not None else "")
                + f"</{kind}>"
            )
        markers = (
            f"<NextKeyMarker>{quote(versions[-1].key)}</NextKeyMarker>"
            f"<NextVersionIdMarker>{escape(versions[-1].id)}</NextVersionIdMarker>"
            if more
            else ""
        )
        text = (
            f"<ListVersionsResult><IsTruncated>{str(more).lower()}</IsTruncated><EncodingType>url</EncodingType>{markers}"
            f"{''.join(body)}</ListVersionsResult>"
        )
        return text.encode()
