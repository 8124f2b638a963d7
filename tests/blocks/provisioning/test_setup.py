"""Setting up: everything is made once, what people have edited stays, and no line says a secret."""

from datetime import timedelta

import pytest
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate, WorkPoolUpdate
from prefect.events.actions import RunDeployment, SendNotification
from prefect.events.schemas.automations import AutomationCore, EventTrigger
from prefect.events.schemas.events import ResourceSpecification

from blocks.configuration.variables import read_variable, write_variable
from blocks.provisioning.alerts import BLOCK_NAME
from blocks.provisioning.automations import MISSED_EVENTS, REPAIR_LATER
from blocks.provisioning.crashes import NAME, killed_runs
from blocks.provisioning.pool import ensure_pool
from blocks.provisioning.setup import setup
from blocks.services import loaded_services
from imaging.articles.article import Article
from imaging.errors import ConfigurationError
from imaging.kinds import Kind
from imaging.planning.chosen_platforms import platforms_of
from tests.slate import deploy
from tests.world import CommandLine, World, run_set

REPAIR, LATER, MISSED = f"automation {NAME}", f"automation {REPAIR_LATER}", f"automation {MISSED_EVENTS}"


def done() -> dict[str, str]:
    """Run `setup`, and return what was done by what it was done to."""
    lines: dict[str, str] = {}
    for line in setup():
        for thing in (REPAIR, LATER, MISSED, line.partition(": ")[0]):
            if line.startswith(f"{thing}: "):
                lines[thing] = line.removeprefix(f"{thing}: ")
                break
    return lines


def test_everything_is_made_once(world: World, api: SyncPrefectClient) -> None:
    """The first setup creates each part, the second finds all of them there and changes nothing."""
    ensure_pool(api)
    for name in ("repair/hourly", "missed-event/notice"):
        deploy(api, name)
    first, second = done(), done()
    made = {thing for thing, what in first.items() if what.startswith("created")}
    assert made >= {
        "block s3-bucket/b2-images", "block replicate/replicate", "block chutes/chutes", "limit images-replicate",
        "variable images_budgets", "variable images_models", "variable images_sources", REPAIR, LATER, MISSED,
    }  # fmt: skip
    assert all(second[thing].startswith("there already") for thing in made)
    assert not any(what.startswith(("created", "updated")) for what in second.values())
    for name in (NAME, REPAIR_LATER, MISSED_EVENTS):
        assert len(api.read_automations_by_name(name)) == 1
    for secret in ("B2_APPLICATION_KEY", "REPLICATE_API_TOKEN", "CHUTES_API_KEY"):
        assert world.environment[secret] not in repr((first, second))


def test_what_people_edited_stays(painted: object, api: SyncPrefectClient) -> None:
    """Limits, variables, the pool, an edited and a switched-off automation are as somebody left them after a setup."""
    assert done()["work pool images"] == "created, of type process, 8 runs at once"
    api.update_work_pool("images", WorkPoolUpdate(concurrency_limit=2))
    slower = GlobalConcurrencyLimitUpdate(limit=6, slot_decay_per_second=0.1)
    api.update_global_concurrency_limit("images-replicate", slower)
    write_variable("images_budgets", {"run_usd": 0.5})
    [automation] = api.read_automations_by_name(NAME)
    sooner = automation.model_copy(update={"trigger": automation.trigger.model_copy(update={"within": timedelta(60)})})
    whole = AutomationCore.model_validate(sooner.model_dump(mode="json", exclude={"id", "owner_resource"}))
    api.update_automation(automation.id, whole)
    api.pause_automation(automation.id)
    again = done()
    assert again["work pool images"] == "there already, of type process, 2 runs at once"
    assert again["limit images-replicate"] == "there already, 6 calls a minute"
    assert again["variable images_budgets"] == "there already, edited"
    assert again[REPAIR] == "there already, edited, switched off"
    assert api.read_automations_by_name(NAME)[0].trigger == sooner.trigger
    assert read_variable("images_budgets") == {"run_usd": 0.5}


def test_an_automation_is_brought_up_to_date_and_doubles_go(painted: object, api: SyncPrefectClient) -> None:
    """One with another definition is updated in its place and stays switched off; a second one of its name goes."""
    old = killed_runs().model_copy(update={"actions": [], "enabled": False})
    for _ in range(2):
        api.create_automation(old)
    assert done()[REPAIR] == "updated"
    [left] = api.read_automations_by_name(NAME)
    assert (left.trigger, left.actions, left.enabled) == (killed_runs().trigger, killed_runs().actions, False)


def test_automations_act_through_what_is_there(painted: object, api: SyncPrefectClient) -> None:
    """Without deployments the lines say how to get them; a notification block alone is enough to be told."""
    lines = done()
    for line in (lines[LATER], lines[MISSED]):
        assert line.startswith("left out, there is n")
        assert "prefect --no-prompt deploy --all, then article-images setup" in line
    CustomWebhookNotificationBlock(name="x", url="https://alerts.example").save(BLOCK_NAME, _sync=True)  # type: ignore[call-arg]
    try:
        assert done()[MISSED] == "created"
        [told] = api.read_automations_by_name(MISSED_EVENTS)
        assert [type(action) for action in told.actions] == [SendNotification]
        deploy(api, "repair/hourly")
        deploy(api, "missed-event/notice")
        lines = done()
        assert (lines[LATER], lines[MISSED]) == ("created", "updated")
        [told] = api.read_automations_by_name(MISSED_EVENTS)
        assert [type(action) for action in told.actions] == [RunDeployment, SendNotification]
        assert isinstance(told.trigger, EventTrigger)
        assert told.trigger.match == ResourceSpecification({"prefect.resource.name": ["!article-images: [km]i*"]})
    finally:
        CustomWebhookNotificationBlock.delete(BLOCK_NAME, _sync=True)  # type: ignore[call-arg]


def test_blocks_follow_the_environment(world: World, api: SyncPrefectClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed key is saved and its field named; what is not set stays; a wrong variable changes nothing at all."""
    done()
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_another")
    monkeypatch.delenv("CHUTES_API_KEY")
    again = done()
    assert again["block replicate/replicate"] == "updated from the environment (api_token)"
    assert again["block chutes/chutes"] == "there already (CHUTES_API_KEY not set)"
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_a_third")
    monkeypatch.setenv("IMAGES_CONCURRENCY", "many")
    with pytest.raises(ConfigurationError, match="IMAGES_CONCURRENCY"):
        done()
    monkeypatch.delenv("IMAGES_CONCURRENCY")
    assert done()["block replicate/replicate"] == "updated from the environment (api_token)"


def test_until_a_variable_is_edited_the_environment_decides(
    painted: object, api: SyncPrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A budget in the environment is not undone by the empty variable that setup makes; an edited one wins."""
    done()
    monkeypatch.setenv("IMAGES_BUDGETS", '{"run_usd": 0.25}')
    monkeypatch.setenv("IMAGES_PLATFORMS", "x")
    with loaded_services() as services:
        assert services.budgets.run_usd == 0.25
        assert platforms_of(services.platforms, "acme") == ("x",)
    write_variable("images_budgets", {"run_usd": 0.5})
    write_variable("images_platforms", {"acme": ["pinterest"]})
    with loaded_services() as services:
        assert services.budgets.run_usd == 0.5
        assert platforms_of(services.platforms, "acme") == ("pinterest",)
        assert platforms_of(services.platforms, "default") == ()


def test_saved_blocks_win_over_the_environment(
    world: World, cli: CommandLine, api: SyncPrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the command `setup` a run needs no variable any more."""
    first = cli("setup")
    assert (first.returncode, first.stderr) == (0, "")
    assert "block s3-bucket/b2-images: created from the environment" in first.stdout.splitlines()
    for name in world.environment:
        if name.startswith(("B2_", "REPLICATE_", "CHUTES_")):
            monkeypatch.delenv(name)
    image_set = run_set(Article(topic="Kaffee"), [Kind.HERO, Kind.COMPARISON])
    assert image_set.status == "complete", image_set.troubles
    assert world.paid == (1, 2)
    assert "default/kaffee/hero.png" in world.objects()
