"""A bucket that keeps old versions, as B2 does: rclone, our S3 server, keeps none. It also has rules."""

import hashlib
import threading
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
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

    is_null: bool = False
    """Whether it was put while the bucket kept no versions."""

    @property
    def id(self) -> str:
        return "null" if self.is_null else f"4_z{self.number:08}"

    @property
    def place(self) -> tuple[str, int]:
        """Where a LIST has it: by key, the newest first."""
        return self.key, -self.number


class VersionedBucket(Standin):
    """The bucket `images`. `put` and `hide` fill it; calls can be made to go wrong by what they do."""

    places = frozenset({"list", "get", "put", "delete", "lifecycle", "cors"})
    page_size = 1000
    keeps_versions = True
    """Else it is as AWS and MinIO are before that is switched on: each version is called null."""
    deletes_left: int | None = None
    """So many calls that delete are answered, and then none: None for all."""
    repeats = 0
    """How many pages are answered with the page before once more."""

    def __init__(self) -> None:
        super().__init__()
        self._versions: list[Version] = []
        self._sorted: list[Version] | None = None
        self._numbers, self._changing = count(), threading.RLock()
        self.rules: dict[str, bytes] = {}
        """The documents under `?lifecycle` and `?cors`, to the letter."""

    @property
    def versions(self) -> dict[tuple[str, str], bytes | None]:
        """All versions by key and id; None for a marker."""
        return {(one.key, one.id): one.data for one in self._versions}

    def put(self, key: str, data: bytes, modified: datetime) -> None:
        """Add a version; the one added last is the current one."""
        is_null = not self.keeps_versions
        added = Version(key, next(self._numbers), modified, data, len(data), is_null)
        self._change(added, lambda one: is_null and (one.key, one.is_null) == (key, True))

    def hide(self, key: str, modified: datetime) -> None:
        """Delete the object as S3 does: its versions stay."""
        self._change(Version(key, next(self._numbers), modified, None), lambda _: False)

    def remove(self, key: str, version_id: str) -> None:
        """Delete a version for good."""
        self._change(None, lambda one: (one.key, one.id) == (key, version_id))

    def _change(self, added: Version | None, is_gone: Callable[[Version], bool]) -> None:
        with self._changing:
            self._versions = [one for one in self._versions if not is_gone(one)] + ([added] if added else [])
            self._sorted = None

    def route(self, call: Call) -> Call:
        if call.path.strip("/") != "images":
            return call.about("get" if call.method in {"GET", "HEAD"} else call.method.lower())
        return call.about(next((name for name in ("lifecycle", "cors") if name in call.query), "list"))

    def answer(self, call: Call) -> Answer:
        key = unquote(call.path).removeprefix("/images/")
        match call.where:
            case "get":
                return self._object(call)
            case "lifecycle" | "cors":
                return self._rules(call)
            case "put":
                self.put(key, call.data, datetime.now(UTC))
                etag = hashlib.md5(call.data, usedforsecurity=False).hexdigest()
                return Answer(200, b"", "", {"ETag": f'"{etag}"'})
            case "delete":
                return self._deleted(key, call.query.get("versionId"))
        if "list-type" in call.query:
            return self.refusal(501, {})
        with self._changing:  # no version is passed over because others are deleted meanwhile
            return self._page_after(call)

    def _page_after(self, call: Call) -> Answer:
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
        if version_id == "null":
            number = next((one.number for one in self._versions if (one.key, one.is_null) == (key, True)), -1)
        else:
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

    def _deleted(self, key: str, version_id: str | None) -> Answer:
        if self.deletes_left is not None:
            if self.deletes_left == 0:
                return _error(403, "AccessDenied")
            self.deletes_left -= 1
        if version_id:
            self.remove(key, version_id)
        elif self.keeps_versions:
            self.hide(key, datetime.now(UTC))
        else:
            self.remove(key, "null")
        return Answer(204, b"", "")

    def _rules(self, call: Call) -> Answer:
        if call.method == "PUT":
            self.rules[call.where] = call.data
            return Answer(200, b"", "")
        none = "NoSuchLifecycleConfiguration" if call.where == "lifecycle" else "NoSuchCORSConfiguration"
        there = self.rules.get(call.where)
        return _error(404, none) if there is None else Answer(200, there, "application/xml")

    def _object(self, call: Call) -> Answer:
        key, wanted = unquote(call.path).removeprefix("/images/"), call.query.get("versionId")
        found = next((one for one in self._versions if one.key == key and one.id == wanted), None)
        version = found if wanted else self.latest(key)
        if version is None or version.data is None:
            return _error(404, "NoSuchKey")
        return Answer(200, version.data, "application/octet-stream")

    @property
    def _all(self) -> list[Version]:
        with self._changing:
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


def _error(status: int, code: str) -> Answer:
    return Answer(status, f"<Error><Code>{code}</Code><Message>none</Message></Error>".encode(), "application/xml")
