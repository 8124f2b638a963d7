"""Replicate's block: its settings, its client, and the token, which is tried for free and goes nowhere else."""

import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from blocks.configuration.settings import load_settings
from blocks.vendors import replicate as module
from blocks.vendors.replicate import Replicate, replicate_from
from imaging.errors import (
    ConfigurationError,
    ProviderBusy,
    ProviderError,
)
from imaging.spec import ImageSpec
from tests.blocks.hosts import FileHost
from tests.standins import ReplicateStandin


@pytest.mark.parametrize("base_url", ["{url}", "{url}/"])
def test_a_good_token_passes(replicate_api: ReplicateStandin, replicate: Replicate, base_url: str) -> None:
    """The token is tried on the list, which costs nothing."""
    url = base_url.replace("{url}", replicate_api.base_url)
    replicate.model_copy(update={"base_url": url}).check_token()
    assert [call.where for call in replicate_api.requests] == ["list"]
    assert replicate_api.created() == 0


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_is_a_configuration_error(
    replicate_api: ReplicateStandin, replicate: Replicate, status: int
) -> None:
    """The message names the variable and the mend."""
    replicate_api.fault("list", status)
    with pytest.raises(ConfigurationError, match="REPLICATE_API_TOKEN was refused: set a valid one"):
        replicate.check_token()


@pytest.mark.parametrize(
    "kind", [402, 404, 429, 500, 503, "html", "wrong_type", "empty", "redirect", "reset_before", "stall", "endless"]
)
def test_other_trouble_says_nothing_about_the_token(
    replicate_api: ReplicateStandin, replicate: Replicate, kind: str | int
) -> None:
    """Trouble that may have passed when it matters does not stop a run, nor hold it up."""
    replicate_api.fault("list", kind)
    replicate.check_token()
    assert len(replicate_api.requests) == 1


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:9", "http://nowhere.invalid", "nonsense", "http://["])
def test_an_address_that_nobody_answers_says_nothing_about_the_token(base_url: str) -> None:
    """Where there is no API the token is not refused either."""
    Replicate(api_token="r8_geheim", base_url=base_url).check_token()


def test_the_token_stands_in_no_error(replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec) -> None:
    """Not even a vendor that echoes the token gets it into a message, nor into what the block says of itself."""
    token = replicate_api.token
    prediction_id = replicate.create(hero)
    for status in (400, 401, 402, 403, 404, 422, 429, 500):
        replicate_api.faults.clear()
        for where in ("create", "get", "list"):
            replicate_api.fault(where, status, detail=f"Invalid token {token}", retry_after=3600)
        calls: list[Callable[[], object]] = [lambda: replicate.create(hero), lambda: replicate.collect(prediction_id)]
        for call in [*calls, replicate.check_token] if status in {401, 403} else calls:
            with pytest.raises((ProviderError, ConfigurationError), match=r"Invalid token \*\*\*") as told:
                call()
            assert token not in str(told.value) + repr(told.value)
    assert token not in repr(replicate) + str(replicate)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_carries_the_token_nowhere(
    replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec, files: FileHost, status: int
) -> None:
    """No call of the API is sent on to another host, and being sent on ends no prediction."""
    prediction_id = replicate.create(hero)
    for where in ("create", "get", "list"):
        replicate_api.fault(where, "redirect", times=2, location=files.page("/elsewhere"), status=status)
    with pytest.raises(ProviderBusy, match=rf"answered {status} \(a redirect, .* check REPLICATE_BASE_URL\)"):
        replicate.create(hero)
    with pytest.raises(ProviderBusy):
        list(replicate.find(hero, datetime.now(UTC)))
    replicate.check_token()
    assert replicate.collect(prediction_id).endswith("out-0.png")
    assert not files.requests


def test_the_environment_does_not_lead_a_saved_block_astray(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block that names no address means Replicate's own, whatever REPLICATE_BASE_URL says to the package."""
    monkeypatch.setenv("REPLICATE_BASE_URL", "http://127.0.0.1:9")
    with Replicate(api_token="r8_geheim")._client._client as client:
        assert client.base_url == "https://api.replicate.com"
    module._client.cache_clear()


def test_threads_share_one_client(replicate_api: ReplicateStandin, replicate: Replicate, hero: ImageSpec) -> None:
    """Many first calls at once leave no client behind with open sockets, which is a warning and so a failure."""
    with ThreadPoolExecutor(16) as pool:
        ids = set(pool.map(replicate.create, [hero] * 16))
        clients = {id(client) for client in pool.map(lambda _: replicate._client._client, range(16))}
    gc.collect()
    assert (len(ids), len(clients)) == (16, 1)


def test_the_block_comes_from_the_environment(replicate_api: ReplicateStandin, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a token there is no block; with one it has what the variables say."""
    assert replicate_from(load_settings()) is None
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_geheim")
    monkeypatch.setenv("REPLICATE_BASE_URL", replicate_api.base_url)
    monkeypatch.setenv("REPLICATE_POLL_INTERVAL", "0.25")
    block = replicate_from(load_settings())
    assert block is not None
    assert (block.api_token.get_secret_value(), block.base_url) == ("r8_geheim", replicate_api.base_url)
    assert (block.poll_interval, block.timeout, block.request_timeout) == (0.25, 600, 30)
