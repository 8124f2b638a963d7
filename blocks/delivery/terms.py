"""The terms that apply to every picture of a run."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from imaging.articles.claim import Claim
from imaging.makers import Provider


@dataclass(frozen=True, slots=True)
class RunTerms:
    """The terms that apply to every picture of a run.

    `owner`: the claim of the article. `refresh`: `--refresh` was asked for. `storage_trouble`: why the bucket did not
    answer when the run began, if so: then the article's slug is still to be claimed. `newest_orders`: by vendor, the
    newest order of the account before this run placed any, as `check_providers` returns it. `unlisted`: the objects
    (bytes and ETag by key) that no manifest lists. `order_once`: names of pictures that the budget has no room to order
    twice.
    """

    owner: Claim
    refresh: bool = False
    storage_trouble: str | None = None
    newest_orders: Mapping[Provider, str | None] = field(default_factory=dict)
    unlisted: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    order_once: frozenset[str] = frozenset()
