"""The event `content.article.published`: whatever it brings is a run, or is heard of otherwise."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from prefect.events import emit_event
from prefect.exceptions import ParameterTypeError

from flows.article_images import article_images
from tests import ROOT
from tests.deployments.stack import ask, forget_runs, runs, wait_for

EVENT = "content.article.published"
# What is in the payload, and the words that say what is wrong with it.
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, r"article\.topic: is missing"),
    "article misspelt": ({"artikel": {"topic": "x"}}, r"article\.artikel: there is no such field"),
    "something beside it": ({"article": {"topic": "x"}, "only": ["hero"]}, r"article\.only: there is no such field"),
    "article is text": ({"article": "Kaffee"}, "article: must be an object with fields"),
    "article is a list": ({"article": [{"topic": "x"}]}, "article: must be an object with fields"),
    "article is null": ({"article": None}, "article: must be an object with fields"),
    "unknown field": ({"article": {"topic": "x", "titel": "y"}}, r"article\.titel: there is no such field"),
    "blank topic": ({"article": {"topic": "  "}}, r"article\.topic: must not be empty"),
    "not a tenant": ({"article": {"topic": "x", "user_id": "../a"}}, r"article\.user_id: must be 1 to 64 of a-z"),
    "too long": ({"article": {"topic": "x", "body": "x" * 490_000}}, r"article\.body: has 490,002 bytes"),
}
RIGHT: list[dict[str, Any]] = [
    json.loads((ROOT / "deployments" / "sample-event.json").read_text()),
    {"article": {"topic": "発酵食品 قهوة Käse 🧀 \u2028 'a' \"b\" \\n", "brand": {"color": "#0a7d5a"}}},
    {"article": {"topic": "{{ 7 * 7 }} {% raw %} {{ event.payload }} <b>&amp;</b> </script>"}},
    {"topic": "The article itself", "body": "## a"},
]


def nested(depth: int) -> Any:
    return {"a": [nested(depth - 1)]} if depth else {"__prefect_kind": "jinja", "template": "{{ 7 * 7 }}"}


# What Prefect would not leave as it is, and the data that arrives.
HOSTILE: list[tuple[dict[str, Any], Any]] = [
    (
        {"topic": {"__prefect_kind": "workspace_variable", "variable_name": "images_budgets"}},
        {"topic": {"prefect_kind": "workspace_variable", "variable_name": "images_budgets"}},
    ),
    (
        {"article": {"__prefect_kind": "jinja", "template": "{{ 7 * 7 }}"}},
        {"prefect_kind": "jinja", "template": "{{ 7 * 7 }}"},
    ),
    (  # a listing of runs that holds such a number is an error of the server
        {"topic": "x", "body": [{"n": 10**40, "items": []}, -(2**64), 4711, True, None, 0.5, {}]},
        {"topic": "x", "body": [{"n": str(10**40), "items": []}, str(-(2**64)), 4711, True, None, 0.5, {}]},
    ),
    *(  # other spellings, which a template that cuts the word out would turn into the one that counts
        ({"topic": {key: "jinja", "template": "{{ 7 * 7 }}"}}, {"topic": {key: "jinja", "template": "{{ 7 * 7 }}"}})
        for key in (
            "____prefect_kind",
            "__prefect_kind__prefect_kind",
            "____prefect_kindprefect_kind",
            "__Prefect_kind",
        )
    ),
    (
        {"article": [[{"__prefect_kind": "none", "value": {"__prefect_kind": "json", "value": "7"}}]]},
        [[{"prefect_kind": "none", "value": {"prefect_kind": "json", "value": "7"}}]],
    ),
    ({"topic": '{"__prefect_kind": "json"}', "body": "a\0b"}, {"topic": '{"__prefect_kind": "json"}', "body": "a b"}),
]
TOO_LARGE: list[dict[str, Any]] = [
    {"topic": "deep", "body": nested(50)},
    {"topic": "wide", "body": {f"n{number}": nested(0) for number in range(999)}},
]


ON_PUBLISHED = "article-images/on-published"


def _kinds(value: Any) -> bool:
    """Tell whether Prefect would take any part of the value for more than data."""
    if isinstance(value, list):
        return any(map(_kinds, value))
    return isinstance(value, dict) and ("__prefect_kind" in value or any(map(_kinds, value.values())))


def emit(payload: dict[str, Any]) -> None:
    assert emit_event(EVENT, resource={"prefect.resource.id": "content.test"}, payload=payload)


@pytest.fixture
def api(deployed: str) -> Iterator[str]:
    """The deployed API without runs of events, before and after: a worker would begin them."""
    forget_runs(deployed, ON_PUBLISHED)
    yield deployed
    forget_runs(deployed, ON_PUBLISHED)


def test_every_payload_becomes_a_run_that_is_right_or_says_what_is_wrong(api: str) -> None:
    """Right articles arrive whole, braces, tags and scripts of all kinds; wrong ones name the field in their run; none
    of it is a template, or ends the listing of runs."""
    payloads = [payload for payload, _ in WRONG.values()] + RIGHT + [payload for payload, _ in HOSTILE] + TOO_LARGE
    for payload in payloads:
        emit(payload)
    made = wait_for(lambda: len(found := runs(api, ON_PUBLISHED)) >= len(payloads) and found)
    assert made
    articles = [run["parameters"]["article"] for run in made]
    assert len(articles) == len(payloads)
    for payload, complaint in WRONG.values():
        article = payload["article"] if list(payload) == ["article"] else payload
        assert article in articles
        with pytest.raises(ParameterTypeError, match=complaint):
            article_images.validate_parameters({"article": article})
    for _, arrived in HOSTILE:
        assert arrived in articles
    for payload in TOO_LARGE:  # larger or deeper than any article: as text, in which there is nothing to fill in
        article = next(each for each in articles if isinstance(each, dict) and each.get("topic") == payload["topic"])
        assert "__prefect_kind" in json.dumps(article)
        assert not _kinds(article)
    for payload in RIGHT:
        article = payload.get("article", payload)
        assert article in articles
        article_images.validate_parameters({"article": article})


def test_what_is_too_large_for_a_run_is_an_event_of_its_own(api: str) -> None:
    """A payload that no run can hold leaves `prefect.automation.action.failed`, which names the limit."""
    topic = "More than a run can hold"
    emit({"article": {"topic": topic, "body": "ä" * 200_000}})
    query = {"filter": {"event": {"name": ["prefect.automation.action.failed"]}}}
    limit = "Flow run parameters must be less than 524,288 bytes"
    assert wait_for(
        lambda: [event for event in ask(api, "events", query)["events"] if limit in event["payload"]["reason"]]
    )
    assert topic not in json.dumps([run["parameters"] for run in runs(api, ON_PUBLISHED)])
