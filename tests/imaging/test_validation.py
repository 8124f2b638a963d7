"""Validation errors in plain words: the field, what was given if it is harmless, and the mend."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from prefect.exceptions import ParameterTypeError

from flows.article_images import article_images
from flows.backlog import article_backlog
from imaging.articles.brand import TenantBrand
from imaging.articles.files.parsing import article_from, parse_json
from imaging.articles.sources import tenants_sources
from imaging.errors import ConfigurationError, InvalidInput
from imaging.planning.budget import budgets_from
from imaging.planning.chosen_platforms import chosen_platforms
from imaging.planning.models import model_table
from imaging.planning.quotas import quotas_from
from imaging.usage.prices import storage_prices
from imaging.validation import explain

# Words of pydantic, of parsers and of Python, which tell nobody what to do.
JARGON = re.compile(
    r"\b(?:input|inputs|should|pattern|valid dictionary|instance|parse|parsing|permitted|field required|expecting|"
    r"delimiter|char \d|column|mapping|scalar|token|literal|string|integer|NoneType|dict|pydantic|Traceback|ge|le)\b",
    re.IGNORECASE,
)


def brand(value: Any) -> None:
    try:
        TenantBrand.model_validate(value)
    except ValueError as error:
        raise InvalidInput(explain(error, shows_values=True)) from None  # type: ignore[arg-type]


def sources(value: Any) -> None:
    tenants_sources(value, "images_sources")


@pytest.mark.parametrize(
    ("read", "value", "says"),
    [
        (article_from, {}, "topic: is missing"),
        (article_from, {"title": "x"}, "title: there is no such field: did you mean topic?"),
        (article_from, {"topic": "x", "colour": "red"}, "colour: there is no such field: did you mean brand.color?"),
        (article_from, {"topic": "x", "tags": []}, "tags: there is no such field: check its spelling"),
        (article_from, {"topic": 5}, "topic: must be text, not 5"),
        (article_from, {"topic": "x", "body": None}, "body: must be text, not null"),
        (article_from, {"topic": "x", "language": "deutsch"}, "like de, not 'deutsch'"),
        (article_from, {"topic": "x", "user_id": "Ab c"}, "not 'Ab c'"),
        (article_from, {"topic": "x", "article_id": ""}, "article_id: must not be empty"),
        (article_from, {"topic": "x", "excerpt": "x" * 2001}, "excerpt: must have at most 2000 characters"),
        (article_from, {"topic": "x", "brand": "red"}, "brand: must be an object with fields, {...}, not 'red'"),
        (article_from, {"topic": "x", "brand": {"template": "loud"}}, "'photo' or 'split', not 'loud'"),
        (article_from, {"topic": "x", "origin": []}, "origin: must be an object with fields, {...}, not a list"),
        (parse_json, '{"topic": "x",\n "a" 1}', "not valid JSON in line 2: write"),
        (brand, {"color": "green"}, "color: must be # and six hex digits, like #0a7d5a, not 'green'"),
        (brand, {"style": "x" * 400}, "style: must be at most 300 long"),
        (brand, {"language": "de-DE"}, "like de, not 'de-DE'"),
        (brand, {"site": "x"}, "site: there is no such field"),
        (model_table, {"hero": {"price_usd": -1}}, "IMAGES_MODELS: hero.price_usd: must be at least 0"),
        (model_table, {"hero": {"name": 5}}, "IMAGES_MODELS: hero.name: must be text"),
        (model_table, {"hero": {"provider": "acme"}}, "hero.provider: must be 'replicate', 'chutes' or 'fal'"),
        (budgets_from, {"run_usd": "much"}, "IMAGES_BUDGETS: run_usd: must be a number"),
        (budgets_from, {"acme": {}}, "acme: there is no such field, but run_usd, month_usd, tenants, beyond"),
        (quotas_from, {"tenants": {"acme": {"usd": 1}}}, "no such field, but bytes, month_pictures, month_usd"),
        (model_table, {"hero": {"prize_usd": 1}}, "hero.prize_usd: there is no such field, but provider, name, "),
        (storage_prices, {"usd": 1}, "usd: there is no such field, but "),
        (budgets_from, {"beyond": "stop"}, "beyond: must be 'fallback' or 'refuse'"),
        (budgets_from, {"tenants": []}, "tenants: must be an object with fields"),
        (quotas_from, {"bytes": 1.5}, "IMAGES_QUOTAS: bytes: must be a whole number"),
        (storage_prices, [1], "IMAGES_STORAGE_PRICES: must be an object with fields"),
        (sources, {"Acme": []}, "images_sources: Acme: must be 1 to 64 of a-z"),
        (sources, {"acme": "x"}, "images_sources: acme: must be a list"),
        (sources, {"acme": [{"language": "en"}]}, "images_sources: acme.0.source: is missing"),
        (sources, {"acme": [5]}, "images_sources: acme.0: must be an object with fields"),
    ],
)
def test_an_error_names_the_field_what_was_given_and_the_mend(
    read: Callable[[Any], object], value: Any, says: str
) -> None:
    """In words that need no knowledge of the libraries below."""
    with pytest.raises((InvalidInput, ConfigurationError)) as caught:
        read(value)
    said = str(caught.value)
    assert says in said
    assert not JARGON.search(said), said


def test_platforms_are_told_apart() -> None:
    """A variable of several shapes names the tenant and what may stand there."""
    with pytest.raises(ConfigurationError, match="acme: must be platforms out of"):
        chosen_platforms({"acme": ["myspace"]}, "images_platforms")


@pytest.mark.parametrize("secret", ["r8_Hunter2Hunter2", "SK-abc123def456ghi", "K005aB3dE5fG7hI9jK1lM3nO5pQ7rS9"])
def test_what_looks_like_a_key_is_not_shown(secret: str) -> None:
    """A key in the wrong field is not repeated, alone or with words around it."""
    for value in (secret, f"{secret}!", f"{secret} x", f"a {secret}", [secret], {"a": secret}):
        for field in ("language", "user_id", "slug"):
            with pytest.raises(InvalidInput) as caught:
                article_from(json.loads(json.dumps({"topic": "x", field: value})))
            assert secret not in str(caught.value)


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"article": {"topic": "x", "user_id": None}}, "article.user_id: must be text"),
        ({"article": {"topic": "x", "brand": {"color": "red"}}}, "article.brand.color: must be # and six hex digits"),
        ({"article": {"topic": " ", "titel": "y"}}, "article.titel: there is no such field"),
        ({"article": []}, "article: must be an object with fields"),
    ],
)
def test_a_flow_refuses_an_article_in_the_same_words(parameters: dict[str, Any], says: str) -> None:
    """What Prefect shows of a run's parameters that are refused has no word of a library either."""
    with pytest.raises(ParameterTypeError) as caught:
        article_images.validate_parameters(parameters)
    assert says in str(caught.value)
    assert not JARGON.search(str(caught.value)), str(caught.value)


def test_a_form_refuses_a_tenant_in_the_same_words() -> None:
    """Parameters that are no article are refused in plain words as well, and may be left empty."""
    for field, words in (("user_id", "must be 1 to 64 of a-z"), ("language", "must be two small letters")):
        with pytest.raises(ParameterTypeError, match=f"{field}: {words}"):
            article_backlog.validate_parameters({field: "No Good"})
        article_backlog.validate_parameters({field: ""})
        article_backlog.validate_parameters({field: None})
