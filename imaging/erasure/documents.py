"""Documents that name several tenants or articles, without one of them."""

import base64
import json
import re
from collections.abc import Collection
from typing import Any
from uuid import uuid4

from pydantic import ValidationError

from imaging.erasure.target import Target
from imaging.names import keys, record_paths
from imaging.usage.report import TenantUsage, total_usage

Cleaned = tuple[str, bytes | None]
"""The key of a document, and its bytes without the target; None: the whole of it is to go."""
_WORD = r"(?<![a-zA-Z0-9_-]){}(?![a-zA-Z0-9_-])"


def cleaned_json(target: Target, slugs: Collection[str], key: str, data: bytes) -> Cleaned | None:
    """Return a JSON document of ours without the target; None where it does not name it, or is none of these.

    `slugs`: those of the target. An index of a backlog of all tenants notes no tenant where an article has no id:
    there an entry goes by its slug, and if it was another tenant's, that article is run again, and pays for nothing.
    """
    try:
        document = json.loads(data)
        path = key.removeprefix(f"{keys.RESULTS_FOLDER}/")
        if f"/{record_paths.MIGRATIONS}/" in path:
            return _journal_without(target, key, document)
        if path.startswith(f"{record_paths.SHARDS}/"):
            return (key, None) if _is_of(target, document) else None
        if "/page-" in path:
            return (key, None) if _names(target, document) else None
        rest = _without(target, slugs, path, document)
    except (ValidationError, KeyError, IndexError, TypeError, AttributeError, ValueError):
        return None  # a document that has not the fields of its kind
    return (key, _bytes(rest)) if rest != document else None


def _without(target: Target, slugs: Collection[str], path: str, document: dict[str, Any]) -> dict[str, Any]:
    if path.startswith(f"{keys.REPORTS_FOLDER}/"):
        return _report_without(target, document)
    if f"/{record_paths.SPEND}/" in path:
        return _spend_without(target, document)
    return _index_without(target, slugs, document)


def _journal_without(target: Target, key: str, entries: list[Any]) -> Cleaned | None:
    """Return the part under another name: machines that know it then read the whole journal again."""
    rest = [entry for entry in entries if not str(entry[1].get("key") or "").startswith(target.folder)]
    renamed = f"{key.rpartition('/')[0]}/{uuid4().hex}-{1:05}.json"
    return (renamed, _bytes(rest)) if rest != entries else None


def _is_of(target: Target, shard: dict[str, Any]) -> bool:
    """Return whether a shard of a backlog has left a report on the tenant."""
    return target.slug is None and any(one.get("user_id") == target.user_id for one in shard["sources"])


def _bytes(document: Any) -> bytes:
    return json.dumps(document, indent=1, ensure_ascii=False).encode()


def _report_without(target: Target, report: dict[str, Any]) -> dict[str, Any]:
    """Return the report of a month on all tenants without the target; the sums are those of the others."""
    problems = [
        problem for problem in report.get("problems", []) if not problem.startswith((target.folder, f"{target}:"))
    ]
    changed = report | ({"problems": problems} if "problems" in report else {})
    tenants = report.get("tenants", [])
    others = [one for one in tenants if target.slug is not None or one.get("user_id") != target.user_id]
    if others == tenants:
        return changed
    total = total_usage(TenantUsage.model_validate(one) for one in others)
    return changed | {"tenants": others, "total": total.model_dump(mode="json")}


def _spend_without(target: Target, month: dict[str, Any]) -> dict[str, Any]:
    reserved = {
        name: {slug: value for slug, value in month[name].items() if slug != target.slug}
        for name in ("reserved", "pictures_reserved")
        if name in month
    }
    return month | reserved


def _index_without(target: Target, slugs: Collection[str], index: dict[str, Any]) -> dict[str, Any]:
    def is_its(done: list[str]) -> bool:
        slug, article_id = done[2], ([*done, ""])[3]
        whose = article_id.startswith(f"{target.user_id} ") if article_id else True
        return whose and (slug in slugs if target.slug or not article_id else True)

    return index | {"articles": {key: done for key, done in index["articles"].items() if not is_its(done)}}


def _names(target: Target, page: dict[str, Any]) -> bool:
    """Return whether a cached page of a feed has the tenant's name as a word. It is fetched again when needed."""
    if target.slug is not None:
        return False
    text = base64.b64decode(page.get("body", "")).decode(errors="replace")
    return re.search(_WORD.format(re.escape(target.user_id)), text) is not None
