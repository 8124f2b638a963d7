"""prefect.yaml on a real server."""

import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from flows.article_images import article_images
from flows.backlog import article_backlog
from tests import ROOT
from tests.deployments.stack import automations, deployable, deployments, prefect, wait_for

TAGS = {
    "article-images/manual": {"by:hand", "spends"},
    "article-images/on-published": {"by:event", "spends"},
    "article-backlog/nightly": {"by:schedule", "spends"},
    "article-backlog/shard": {"by:flow", "internal", "spends"},
    "repair/hourly": {"by:schedule"},
    "brand-assets/manage": {"by:hand"},
    "legacy-migration/background": {"by:hand", "spends"},
    "storage-report/daily": {"by:schedule"},
    "storage-report/monthly": {"by:schedule"},
    "missed-event/notice": {"by:event", "internal"},
}


def trigger(automation: dict[str, Any]) -> dict[str, Any]:
    """An automation without what a server gives it anew."""
    return {
        name: automation[name] for name in ("name", "description", "enabled", "actions", "actions_on_trigger", "tags")
    } | {"expect": automation["trigger"]["expect"]}


def test_deploying_again_changes_nothing(deployed: str, tmp_path: Path) -> None:
    """A second deploy makes no duplicate: ids, schedules (one that is switched off too), tags and trigger stay."""
    before = deployments(deployed)
    assert {name: set(each["tags"]) for name, each in before.items()} == TAGS
    assert {each["work_pool_name"] for each in before.values()} == {"images"}
    schedules = {name: each["schedules"][0] for name, each in before.items() if each["schedules"]}
    assert set(schedules) == {
        "article-backlog/nightly", "repair/hourly", "storage-report/daily", "storage-report/monthly"
    }  # fmt: skip
    nightly = before["article-backlog/nightly"]["id"]
    off = f"{deployed}/deployments/{nightly}/schedules/{schedules['article-backlog/nightly']['id']}"
    httpx.patch(off, json={"active": False}).raise_for_status()
    triggers = automations(deployed)
    assert [each["name"] for each in triggers] == ["article-images/on-published"]

    prefect("deploy", "--all", api=deployed, cwd=deployable(tmp_path))

    after = deployments(deployed)
    kept = ("id", "name", "tags", "description", "entrypoint", "parameters", "parameter_openapi_schema",
            "job_variables", "enforce_parameter_schema", "paused", "concurrency_options", "work_pool_name")  # fmt: skip
    assert {name: [each[key] for key in kept] for name, each in after.items()} == {
        name: [each[key] for key in kept] for name, each in before.items()
    }
    for name, schedule in schedules.items():
        (again,) = after[name]["schedules"]
        same = ("id", "slug", "schedule")
        assert [again[key] for key in same] == [schedule[key] for key in same]
        assert again["active"] == (name != "article-backlog/nightly")
    assert list(map(trigger, automations(deployed))) == list(map(trigger, triggers))


def test_every_schedule_has_runs_to_come(deployed: str) -> None:
    """The server plans runs of each deployment with a schedule, whatever packages its scheduler stands on."""
    for deployment in deployments(deployed).values():
        if any(schedule["active"] for schedule in deployment["schedules"]):
            wait_for(partial(_planned, deployed, deployment["id"]))


def _planned(api: str, deployment: str) -> int:
    """How many runs of a deployment are scheduled."""
    which = {"deployments": {"id": {"any_": [deployment]}}, "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
    return int(httpx.post(f"{api}/flow_runs/count", json=which, timeout=60).json())


def test_a_run_of_every_deployment_is_one_process(deployed: str) -> None:
    """Each deployment has its command, without which a process worker starts a second Python for each run."""
    for deployment in deployments(deployed).values():
        assert deployment["job_variables"]["command"].endswith("-m flows.lifecycle.run_engine")


def test_no_parameter_is_a_secret_and_only_the_topic_is_required(deployed: str) -> None:
    """No deployment's form asks for anything like a credential; manual's needs the topic, and gives choices."""
    for deployment in deployments(deployed).values():
        fields = json.dumps(deployment["parameter_openapi_schema"]).lower()
        assert not [word for word in ("token", "secret", "password", "api_key", "credential") if word in fields]
        for field in deployment["parameter_openapi_schema"]["properties"].values():
            assert re.fullmatch("[A-Z][a-z ]+", field["title"]), field  # Prefect's own would be the parameter's name
    schema = deployments(deployed)["article-images/manual"]["parameter_openapi_schema"]
    assert schema["required"] == ["article"]
    assert schema["definitions"]["Article"]["required"] == ["topic"]
    fields = schema["definitions"]["Article"]["properties"]
    assert list(fields)[:3] == ["topic", "body", "user_id"]
    assert all("title" in field or "$ref" in field for field in fields.values())
    # A field with null among its types would have to be switched on before one can write into it.
    assert not [name for name, field in fields.items() if "anyOf" in field]
    assert schema["properties"]["only"]["items"]["enum"] == ["hero", "supporting", "comparison", "card", "social"]


def test_the_sample_parameters_are_good_for_the_form(deployed: str) -> None:
    """What deployments/ offers as parameters is accepted by server and flow, and so are nulls and blanks."""
    sample = json.loads((ROOT / "deployments" / "sample-parameters.json").read_text())
    article_images.validate_parameters(sample)
    nulls = {"article": {"topic": "x", "article_id": None, "slug": None, "brand": {"color": None, "logo": None}}}
    manual = deployments(deployed)["article-images/manual"]["id"]
    for parameters in (sample, nulls):
        answer = httpx.post(f"{deployed}/deployments/{manual}/create_flow_run", json={"parameters": parameters})
        assert answer.status_code == 201, answer.text
        httpx.delete(f"{deployed}/flow_runs/{answer.json()['id']}")


def test_runs_of_the_version_before_go_on(deployed: str) -> None:
    """A backlog that began under 0.2.0 starts its shards with nulls: server and flow accept them."""
    parameters = dict.fromkeys(("source", "user_id", "only")) | {
        "at_once": 4,
        "shards": 2,
        "shard": 1,
        "recheck": False,
    }
    assert article_backlog.validate_parameters(parameters) == parameters | {"language": ""}
    shard = deployments(deployed)["article-backlog/shard"]["id"]
    answer = httpx.post(f"{deployed}/deployments/{shard}/create_flow_run", json={"parameters": parameters})
    assert answer.status_code == 201, answer.text
    httpx.delete(f"{deployed}/flow_runs/{answer.json()['id']}")
