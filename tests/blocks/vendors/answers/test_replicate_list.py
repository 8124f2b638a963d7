"""A prediction whose create was not answered is found in the account's list, and no other is."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from blocks.vendors.answers.replicate_list import MAX_PAGES
from blocks.vendors.replicate import Replicate
from imaging.errors import PredictionEnded, ProviderBusy
from imaging.spec import ImageSpec
from tests.blocks.hosts import FileHost
from tests.standins import ReplicateStandin
from tests.standins.vendors.models import MODELS

NOW = datetime.now(UTC)


def found(replicate: Replicate, spec: ImageSpec, newest: str | None = None, since: datetime = NOW) -> list[str]:
    return list(replicate.find(spec, since, newest))


def listed(**fields: Any) -> dict[str, Any]:
    return {"id": "abc", "model": "a/b", "version": "hidden", "input": {}, "created_at": NOW.isoformat()} | fields


@pytest.mark.parametrize("hours", [-2, 0, 2])
def test_what_stands_above_the_newest_of_before_is_found_whatever_the_clocks_say(
    replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec, supporting: ImageSpec, hours: int
) -> None:
    """The place in the list decides: twins from before do not count, nor other models and inputs from after."""
    for spec in (hero, supporting):
        replicate.create(spec)
    newest = replicate.check_token()
    assert newest == replicate_api.paid[-1].id
    assert found(replicate, hero, newest) == []
    lost = [replicate.create(hero), replicate.create(hero)]
    replicate.create(supporting)
    replicate.create(hero.model_copy(update={"prompt": "a glass of tea"}))
    for prediction in replicate_api.paid:
        prediction.created_at += timedelta(hours=hours)
    assert found(replicate, hero, newest) == lost[::-1]


def test_an_account_that_had_none_is_known_to_have_had_none(
    replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec
) -> None:
    """After an empty list everything is newer."""
    newest = replicate.check_token()
    assert newest == ""
    prediction_id = replicate.create(hero)
    replicate_api.paid[0].created_at -= timedelta(hours=2)
    assert found(replicate, hero, newest) == [prediction_id]


@pytest.mark.parametrize("kind", [500, "html", "wrong_type", "reset_before"])
def test_a_list_that_cannot_be_read_leaves_the_newest_unknown(
    replicate_api: ReplicateStandin, replicate: Replicate, kind: str | int
) -> None:
    """Unknown is not empty."""
    replicate_api.fault("list", kind)
    assert replicate.check_token() is None


@pytest.mark.parametrize("hours", [-2, 0, 2])
def test_without_a_newest_times_decide_by_the_vendors_own_clock(
    replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec, hours: int
) -> None:
    """The answer's `Date` says how far the clocks differ: what was created before the attempt is not found."""
    replicate_api.skew = timedelta(hours=hours)
    replicate.create(hero)
    replicate_api.paid[0].created_at -= timedelta(hours=12)
    lost = replicate.create(hero)
    assert found(replicate, hero) == [lost]
    assert len(found(replicate, hero, since=NOW - timedelta(hours=13))) == 2


def test_the_list_is_read_to_the_page_of_the_newest(hero: ImageSpec, supporting: ImageSpec) -> None:
    """A prediction that hundreds of others have pushed off the first page is found; the pages behind are not read."""
    with ReplicateStandin(page_size=2) as api:
        replicate = Replicate(api_token=api.token, base_url=api.base_url)
        for _ in range(6):
            newest = replicate.create(supporting)
        lost = replicate.create(hero)
        for _ in range(4):
            replicate.create(supporting)
        api.requests.clear()
        assert found(replicate, hero, newest) == [lost]
        assert len(api.requests) == 3
        api.fault("list", 503, match=lambda call: "cursor" in call.query)
        with pytest.raises(ProviderBusy, match="answered 503"):
            found(replicate, hero, newest)
        replicate._client._client.close()


def test_what_is_a_day_old_ends_the_search(
    replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec
) -> None:
    """Inputs are deleted after an hour: what follows a very old prediction cannot be known again, nor be of use."""
    for _ in range(2):
        replicate.create(hero)
    replicate_api.paid[0].created_at -= timedelta(hours=25)
    assert found(replicate, hero, "") == [replicate_api.paid[1].id]


def test_the_token_goes_to_no_host_that_a_page_names(files: FileHost, hero: ImageSpec) -> None:
    """Of the next page's address only the query is used, and a list without end is left after twenty pages."""
    elsewhere = "https://evil.example/v1/predictions?cursor=x"
    files.page("/v1/predictions", json.dumps({"next": elsewhere, "results": [listed()]}).encode())
    assert found(Replicate(api_token="r8_geheim", base_url=files.base_url), hero, "") == []
    assert [call.query.get("cursor") for call in files.requests] == [None] + ["x"] * (MAX_PAGES - 1)


@pytest.mark.parametrize(
    "results", [None, {}, [1], [{}], [listed(id=1)], [listed(created_at="soon")], [listed(input=[])]]
)
def test_a_list_of_another_shape_is_passing_trouble(files: FileHost, hero: ImageSpec, results: object) -> None:
    """What cannot be read is not taken for a list in which nothing was found, after which one pays again."""
    files.page("/v1/predictions", json.dumps({"results": results}).encode())
    with pytest.raises(ProviderBusy, match="cannot be read"):
        found(Replicate(api_token="r8_geheim", base_url=files.base_url), hero)


def test_what_others_wrote_does_not_hide_our_own(files: FileHost, hero: ImageSpec) -> None:
    """Another program's prompt that was cut off in the middle of an emoji, or a number that is none, is read over."""
    mine = {"model": hero.model, "input": {"prompt": hero.prompt, **hero.params}}
    others = [
        listed(id="other-1", input={"prompt": "a cat \ud83d"}),
        listed(id="other-2", input={"seed": float("nan")}),
    ]
    page = json.dumps({"results": [*others, listed(id="good-1", **mine)]})
    assert "\\ud83d" in page
    files.page("/v1/predictions", page.encode())
    assert found(Replicate(api_token="r8_geheim", base_url=files.base_url), hero) == ["good-1"]


def test_an_id_that_could_lead_elsewhere_is_passed_over(files: FileHost, hero: ImageSpec) -> None:
    """An id becomes part of addresses and keys."""
    mine = {"model": hero.model, "input": {"prompt": hero.prompt, **hero.params}}
    results = [listed(id=one, **mine) for one in ("../account", "", "good-1")]
    files.page("/v1/predictions", json.dumps({"results": results}).encode())
    assert found(Replicate(api_token="r8_geheim", base_url=files.base_url), hero) == ["good-1"]


def test_a_pinned_version_is_found_by_it(files: FileHost, hero: ImageSpec) -> None:
    """A model that is named with its version is that version alone."""
    version = MODELS[hero.model].version
    given = {"prompt": hero.prompt, **hero.params}
    results = [listed(id=one, model=hero.model, version=one, input=given) for one in ("other", version)]
    files.page("/v1/predictions", json.dumps({"results": results}).encode())
    pinned = hero.model_copy(update={"model": f"{hero.model}:{version}"})
    assert found(Replicate(api_token="r8_geheim", base_url=files.base_url), pinned) == [version]


def test_a_prediction_can_be_canceled(
    replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec, supporting: ImageSpec
) -> None:
    """What runs is stopped, what has ended stays as it is, and the answer `aborted`, which the package does not know,
    is no trouble; what goes wrong is told in our words."""
    ended = replicate.create(hero)
    replicate.collect(ended)
    replicate_api.delay = 60
    running = replicate.create(supporting)
    for prediction_id in (running, ended):
        replicate.cancel(prediction_id)
    assert [one.id for one in replicate_api.canceled] == [running]
    body = replicate_api.paid[1].json(replicate_api.base_url, replicate_api.cdn.base_url, "aborted")
    replicate_api.fault("cancel", "wrong_type", body=body)
    replicate.cancel(running)
    with pytest.raises(PredictionEnded, match="prediction unknown is gone"):
        replicate.cancel("unknown")
    for kind in (500, "html", "reset_before"):
        replicate_api.fault("cancel", kind)
        with pytest.raises(ProviderBusy, match="Replicate"):
            replicate.cancel(running)
