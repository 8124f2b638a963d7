"""The target of an erasure: a tenant, or one of its articles, and which names are its own.

Names are compared whole, never by how they begin: `acme` is not `acme-2`, and `tea` not `tea-2`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from imaging.articles.sources import BUCKET
from imaging.names import keys, lock_names, record_paths
from imaging.names.run_names import tenant_tag
from imaging.slug import BRANDING

_CACHED = re.compile(rf"-([0-9a-f]{{32}})(?:{re.escape(record_paths.ATTEMPT)}|{re.escape(record_paths.RECEIPT)})?$")
_MARK = re.compile(rf"[^/]+/(?:[^/]+/{re.escape(keys.MANIFEST)}|{BRANDING}/.+)")


@dataclass(frozen=True, slots=True)
class Target:
    """A tenant (`slug` None), or one of its articles. Both names are checked already, so that they hold no slash."""

    user_id: str
    slug: str | None = None

    def __str__(self) -> str:
        return self.user_id if self.slug is None else f"{self.user_id}/{self.slug}"

    @property
    def folder(self) -> str:
        """The folder of its pictures, with the trailing slash."""
        return f"{self}/"

    @property
    def records(self) -> str:
        """The folder of its records, with the trailing slash."""
        return record_paths.record_key(self.folder)

    @property
    def own_folders(self) -> tuple[str, ...]:
        """Where all else lies that is its own alone; claims last, as they say that there is something of it."""
        if self.slug is not None:
            return record_paths.record_key(record_paths.stored_bytes_path(self.user_id)), self.records, self._claim
        return keys.reports_folder(self.user_id), self.records, f"{keys.CLAIMS_FOLDER}/{self.folder}"

    @property
    def _claim(self) -> str:
        return keys.claim_key(self.user_id, self.slug or "")

    @property
    def notes(self) -> str:
        """The folder of the tenant's notes that lead from an id, address or path to a slug."""
        return keys.known_folder(self.user_id)

    def is_mark(self, key: str) -> bool:
        """Return whether an object of its folder shows that the folder is one of ours: a manifest, or a brand."""
        return _MARK.fullmatch(key) is not None

    def digest_in(self, key: str) -> str | None:
        """Return the first 32 hex digits of the digest in the key of a cached result, attempt or receipt."""
        found = _CACHED.search(key)
        return found[1] if found else None

    def locks(self, name: str) -> bool:
        """Return whether a lock is on it."""
        if self.slug is not None:
            return name in {lock_names.article_lock(purpose, self.user_id, self.slug) for purpose in ("run", "claim")}
        own = {lock_names.brand_lock(self.user_id), lock_names.spend_lock(self.user_id)}
        # No name has a dot: what begins with the tenant's and a dot is the tenant's.
        begins = (
            lock_names.article_lock("run", self.user_id, ""),
            lock_names.article_lock("claim", self.user_id, ""),
            lock_names.backlog_locks(self.user_id),
        )
        return name in own or name.startswith(begins)

    def is_run(self, name: str, tags: Iterator[str] | list[str], parameters: Mapping[str, Any]) -> bool:
        """Return whether a run of one of our flows is of it, by name, tags and parameters."""
        article = parameters.get("article")
        of_article = article if isinstance(article, Mapping) else {}
        if self.slug is not None:
            return name == str(self) and bool(of_article)
        return (
            tenant_tag(self.user_id) in tags
            or (bool(of_article) and name.startswith(self.folder))
            or self.user_id in {parameters.get("user_id"), of_article.get("user_id")}
            or self._holds(parameters.get("source"))
        )

    def _holds(self, source: Any) -> bool:
        """Return whether a source is a folder of the tenant's in the bucket."""
        return isinstance(source, str) and f"{source.rstrip('/')}/".startswith(f"{BUCKET}{self.folder}")
