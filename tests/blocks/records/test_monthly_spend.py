"""Monthly spend: reservations and what was spent, by tenant and month."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path

import pytest

from blocks.records.monthly_spend import MonthlySpend
from blocks.records.records import Records
from blocks.storage.bucket import ImageStore
from blocks.storage.s3_client import s3_bucket

NOWHERE = ImageStore(s3_bucket(endpoint="http://127.0.0.1:9", key_id="k", secret="s", bucket="b"), "http://127.0.0.1:9")


def spend(store: ImageStore, folder: Path, tenant: str, slug: str) -> MonthlySpend:
    return MonthlySpend.of(Records(store, folder / "records"), folder / "locks", tenant, slug)


def test_what_others_reserved_or_spent_is_not_left(prefect_api: str, store: ImageStore, tmp_path: Path) -> None:
    """A reservation counts until its article is settled; then what was spent does. A second machine sees both."""
    tea = spend(store, tmp_path / "here", "acme", "tee")
    coffee = spend(store, tmp_path / "there", "acme", "kaffee")
    tea.reserve(0.172)
    assert coffee.left(1.0) == pytest.approx(0.828)
    assert tea.left(1.0) == 1.0
    tea.settle(0.1, 0.025)
    assert coffee.left(1.0) == pytest.approx(0.875)
    assert tea.left(1.0) == pytest.approx(0.9)
    assert spend(store, tmp_path / "there", "other", "tee").left(1.0) == 1.0
    assert coffee.left(0.05) == 0.0


def test_an_outage_wipes_out_nothing(prefect_api: str, store: ImageStore, tmp_path: Path) -> None:
    """What was spent without the bucket is told to it later, beside what other machines have spent meanwhile."""
    here, away = spend(store, tmp_path / "here", "late", "tee"), spend(NOWHERE, tmp_path / "here", "late", "tee")
    other = spend(store, tmp_path / "there", "late", "kaffee")
    other.settle(0.3, 0)
    for _ in range(2):
        away.reserve(0.1)
        away.settle(0.1, 0)
    assert (away.left(1.0), here.left(1.0), other.left(1.0)) == pytest.approx((0.8, 0.5, 0.7))
    here.settle(0, 0)
    assert (here.left(1.0), other.left(1.0)) == pytest.approx((0.5, 0.5))


def test_an_event_is_announced_where_the_bucket_notes_it(prefect_api: str, store: ImageStore, tmp_path: Path) -> None:
    """While the bucket is away nothing is announced, as another machine may have; it is once the bucket is back."""
    here, away = spend(store, tmp_path / "here", "near", "tee"), spend(NOWHERE, tmp_path / "here", "near", "tee")
    assert away.announce(["warning:bytes:10"]) == []
    assert here.announce(["warning:bytes:10"]) == ["warning:bytes:10"]
    assert spend(store, tmp_path / "there", "near", "kaffee").announce(["warning:bytes:10"]) == []


def test_runs_at_once_never_reserve_more_than_there_is(prefect_api: str, store: ImageStore, tmp_path: Path) -> None:
    """Of six articles at once, as many get their share as the month has room for."""

    def one(number: int) -> bool:
        mine = spend(store, tmp_path, "busy", f"article-{number}")
        with mine.locked():
            if mine.left(1.0) < 0.3:
                return False
            mine.reserve(0.3)
        return True

    with ThreadPoolExecutor(6) as pool:  # each in our context: a bare thread does not know which API is configured
        futures = [pool.submit(copy_context().run, one, number) for number in range(6)]
    assert sum(future.result() for future in futures) == 3
