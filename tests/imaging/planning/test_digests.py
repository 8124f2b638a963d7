"""A spec's digest and cache key change with the picture, and with nothing else."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from pydantic import JsonValue

from imaging.articles.brand import Brand
from imaging.planning.models import model_table
from imaging.spec import ImageSpec
from tests.conftest import EXAMPLES
from tests.imaging.planning.plans import BODY, LONG, plan, tea


def digests(specs: dict[str, ImageSpec]) -> dict[str, str]:
    return {name: spec.digest for name, spec in specs.items()}


def changed(one: dict[str, ImageSpec], other: dict[str, ImageSpec]) -> set[str]:
    return {name for name in one if one[name].digest != other[name].digest}


def test_equal_articles_have_equal_digests() -> None:
    """Whatever does not change a picture does not change its digest: the CMS's id, the price, another picture."""
    cheaper = model_table({"hero": {"price_usd": 0.01}})
    assert digests(plan(tea())) == digests(plan(tea(article_id="7"), models=cheaper))
    assert len(set(digests(plan(tea())).values())) == len(LONG)


@pytest.mark.parametrize(
    ("fields", "affected"),
    [
        ({"user_id": "other"}, set(LONG)),
        ({"topic": "Kaffee"}, set(LONG)),
        ({"excerpt": "Heiß."}, {"hero", "linkedin", "facebook"}),
        ({"body": BODY.replace("Teil 1", "Kanne")}, {"supporting-2"}),
        ({"brand": {"color": "#0a7d5a"}}, {"linkedin", "facebook"}),
        ({"brand": {"logo": "branding/logo.png"}}, {"linkedin", "facebook"}),
        ({"brand": {"template": "split"}}, {"linkedin", "facebook"}),
        ({"language": "en"}, {"linkedin", "facebook"}),
    ],
)
def test_a_digest_changes_with_what_changes_the_picture(fields: dict[str, Any], affected: set[str]) -> None:
    """Tenant, words and brand change the digests of exactly the pictures that show them."""
    assert changed(plan(tea()), plan(tea(**fields))) == affected


def test_the_slug_changes_every_digest() -> None:
    """The same pictures in another folder are other objects."""
    assert changed(plan(tea()), plan(tea(), slug="tee-2")) == set(LONG)


def test_the_logos_pixels_change_the_cards() -> None:
    """Another file under the same key is another card."""
    one, other = (plan(tea(), logo_sha256=sha * 64) for sha in "ab")
    assert changed(one, other) == {"linkedin", "facebook"}


@pytest.mark.parametrize("params", [{"raw": True}, {"seed": 7}])
def test_a_models_parameters_change_its_digest(params: dict[str, JsonValue]) -> None:
    """Another parameter, or one more, is another picture."""
    assert changed(plan(tea()), plan(tea(), models=model_table({"hero": {"params": params}}))) == {"hero"}


def test_a_brand_colour_changes_what_is_painted() -> None:
    """The painter paints in the brand's colour, so everything it paints has another digest."""
    assert changed(plan(tea(), ()), plan(tea(brand=Brand(color="#0a7d5a")), ())) == set(LONG)


def test_the_order_of_parameters_does_not_matter() -> None:
    """A digest stands on values, not on the order in which somebody wrote them."""
    hero = plan(tea())["hero"]
    turned = hero.model_copy(update={"params": dict(reversed(hero.params.items()))})
    assert turned.digest == hero.digest


def test_a_spec_survives_json() -> None:
    """A spec that crossed a task boundary is the same spec with the same cache key."""
    for spec in plan(tea()).values():
        again = ImageSpec.model_validate_json(spec.model_dump_json())
        assert again == spec
        assert again.cache_key == spec.cache_key


def test_a_cache_key_is_readable_and_short() -> None:
    """It begins with tenant, article and name, and is unlike any other picture's."""
    specs = plan(tea())
    assert specs["hero"].cache_key == f"default/tee/hero-{specs['hero'].digest[:32]}"
    assert len({spec.cache_key for spec in specs.values()}) == len(specs)


def test_digests_do_not_depend_on_the_process() -> None:
    """Processes with other hash seeds find each other's cache entries."""
    code = (
        "import json, sys; from imaging.articles.files.parsing import parse_json;"
        "from imaging.planning.models import ModelTable;"
        "from imaging.planning.plan import Planner;"
        "specs = Planner(parse_json(sys.stdin.read()), 'tee', ModelTable(), {'replicate', 'chutes'}).specs();"
        "print(json.dumps({spec.name: spec.digest for spec in specs}))"
    )
    article = tea(excerpt="Heiß.", brand=Brand(color="#0a7d5a"))
    for seed in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            input=article.model_dump_json(),
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(EXAMPLES.parent), "PYTHONUTF8": "1"},
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        assert json.loads(done.stdout) == digests(plan(article))
