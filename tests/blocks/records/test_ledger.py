"""The ledger: an attempt goes on until its prediction is known, and every prediction has one owner."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blocks.records.ledger import Attempt, Ledger
from blocks.records.records import Records
from imaging.errors import (
    BadPicture,
    ImagesError,
    NotAccepted,
    NotDelivered,
    ProviderRefused,
    StorageError,
    UnsafeDownload,
)
from imaging.spec import ImageSpec


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(Records(None, tmp_path))


@pytest.fixture
def twin(hero: ImageSpec) -> ImageSpec:
    """Another tenant's picture with the very same input."""
    return hero.model_copy(update={"user_id": "acme", "stem": "acme/milk/hero"})


def test_an_attempt_without_an_answer_goes_on(ledger: Ledger, hero: ImageSpec) -> None:
    """What was looked for in vain may be listed yet: moment and place in the list stay those of the first create."""
    first = ledger.begin(hero, None, "newest")
    assert ledger.last(hero) == first
    assert first.lost
    late = first.model_copy(update={"at": first.at - timedelta(minutes=59)})
    assert [ledger.begin(hero, one, "newer") for one in (first, late)] == [first, late]


def test_an_attempt_beyond_its_hour_is_made_anew_and_says_so(ledger: Ledger, hero: ImageSpec) -> None:
    """Nothing can be found of it any more; the record says why another was ordered."""
    first = ledger.begin(hero, None, "newest")
    old = first.model_copy(update={"at": first.at - timedelta(minutes=61)})
    second = ledger.begin(hero, old, "newer")
    assert (second.newest, second.at > old.at) == ("newer", True)
    assert str(second.note).startswith("made anew: no prediction is to be found of the order of 20")


def test_an_attempt_that_was_turned_down_is_not_looked_for(ledger: Ledger, hero: ImageSpec) -> None:
    """After a refusal there is nothing in the list, and the next attempt is one of its own."""
    first = ledger.begin(hero, None, "newest")
    ledger.refuse(hero, first, ProviderRefused("Replicate answered 422"))
    last = ledger.last(hero)
    assert last
    assert not last.lost
    second = ledger.begin(hero, last, "newer")
    assert (second.newest, second.refused, second.note) == ("newer", None, None)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (NotDelivered, NotDelivered),
        (BadPicture, BadPicture),
        (UnsafeDownload, BadPicture),
        (ProviderRefused, None),
        (NotAccepted, None),
    ],
)
def test_what_was_refused_is_remembered(
    ledger: Ledger, hero: ImageSpec, error: type[ImagesError], kind: type[ImagesError] | None
) -> None:
    """A refused picture is one for good, with its first date; that an account was turned down passes."""
    refused = error("no")
    ledger.refuse(hero, ledger.begin(hero, None, ""), refused)
    last = ledger.last(hero)
    assert last
    refusal = last.refusal
    assert type(refusal) is (kind or type(None))
    if refusal:
        assert (str(refusal), refusal.refused_at) == ("no", refused.refused_at)
        assert ledger.refuse(hero, last, error("no again")).refused_at == refused.refused_at
        assert ledger.accept(hero, last).refusal is None


def test_what_an_order_cost_is_owed_until_it_is_billed(ledger: Ledger, hero: ImageSpec) -> None:
    """It goes along with the next order, unless that was free of charge, and is owed no more once it is reported."""
    hero = hero.model_copy(update={"price_usd": 0.06})
    first = ledger.settle(hero, ledger.begin(hero, None, ""), "p1")
    assert first.owed_usd(0.06) == 0.06
    assert ledger.begin(hero, first, "", carried_usd=0.0).owed_usd(0.06) == 0
    second = ledger.settle(hero, ledger.begin(hero, first, ""), "p2")
    assert second.owed_usd(0.06) == 0.12
    ledger.bill(hero, second)
    last = ledger.last(hero)
    assert last
    assert last.owed_usd(0.06) == 0


def test_nobody_adopts_what_another_has(ledger: Ledger, hero: ImageSpec, twin: ImageSpec) -> None:
    """A prediction that was settled for one tenant is not taken for another's lost one, nor for a later attempt's."""
    settled = ledger.settle(twin, ledger.begin(twin, None, ""), "p1")
    assert not ledger.adopts(hero, ledger.begin(hero, None, ""), "p1")
    assert not ledger.adopts(twin, ledger.begin(twin, settled, ""), "p1")
    assert ledger.adopts(twin, settled, "p1")  # killed between the two notes of its id


def test_an_answer_on_its_way_comes_before_an_adoption(ledger: Ledger, hero: ImageSpec, twin: ImageSpec) -> None:
    """A prediction that is listed before its creator has noted it stays the creator's."""
    theirs, ours = ledger.begin(twin, None, ""), ledger.begin(hero, None, "")
    with ThreadPoolExecutor(2) as pool:
        adoptions = pool.map(lambda found: ledger.adopts(hero, ours, found), ["p1", "p2"])
        time.sleep(0.3)
        ledger.settle(twin, theirs, "p1")
        assert list(adoptions) == [False, True]


def test_of_two_who_would_adopt_one_does(ledger: Ledger, hero: ImageSpec, twin: ImageSpec) -> None:
    """Two tenants whose answers were lost alike do not end with one prediction for both."""
    attempts = [(spec, ledger.begin(spec, None, "")) for spec in (hero, twin)]
    with ThreadPoolExecutor(2) as pool:
        adoptions = list(pool.map(lambda one: ledger.adopts(one[0], one[1], "p1"), attempts))
    assert sorted(adoptions) == [False, True]


def test_nothing_is_ordered_that_cannot_be_noted(tmp_path: Path, hero: ImageSpec) -> None:
    """Before money is spent a disk that takes nothing is an error that names it; afterwards it is no obstacle."""
    blocked = tmp_path / "file"
    blocked.touch()
    ledger = Ledger(Records(None, blocked))
    with pytest.raises(StorageError, match="IMAGES_DATA_DIR cannot keep: Not a directory"):
        ledger.begin(hero, None, "")
    attempt = Attempt(at=datetime.now(UTC))
    assert ledger.settle(hero, attempt, "p1").prediction_id == "p1"
    ledger.bill(hero, attempt)
