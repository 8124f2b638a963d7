"""Platforms: what the table says of each holds for the plan, the models, the page and the share check."""

import re
from importlib.resources import files

import pytest

from imaging.articles.article import Article
from imaging.entry import failed
from imaging.kinds import Kind
from imaging.pages.share_rules import rules_for
from imaging.planning.models import Model, ModelTable
from imaging.planning.plan import Planner
from imaging.platforms import LINK_PREVIEWS, PLATFORMS, Platform

PLANNER = Planner(Article(topic="Tee"), "tee", ModelTable(), {"replicate"}, platforms=[str(name) for name in PLATFORMS])
SPECS = {spec.name: spec for spec in PLANNER.specs()}
by_platform = pytest.mark.parametrize("platform", PLATFORMS.values(), ids=[one.name for one in PLATFORMS.values()])


@by_platform
def test_each_has_its_picture_in_the_plan(platform: Platform) -> None:
    """A platform has a picture of its name and kind in the plan, and its label in the alternative text."""
    spec = SPECS[platform.name]
    assert (spec.platform, spec.kind) == (platform.name, platform.kind)
    assert platform.label in spec.alt_text


@by_platform
def test_each_has_its_frame_on_the_page(platform: Platform) -> None:
    """The frame that the table names is one of the templates' macros."""
    macros = files("imaging.pages").joinpath("templates/frames.html.j2").read_text()
    assert re.search(rf"{{% macro {platform.frame.name}\(", macros)


@by_platform
def test_a_social_picture_has_a_model(platform: Platform) -> None:
    """The table of models has a role for each platform whose picture is by a model."""
    if platform.kind is Kind.SOCIAL:
        assert isinstance(ModelTable().for_platform(platform), Model)


@by_platform
def test_a_card_is_held_against_its_own_platform_first(platform: Platform) -> None:
    """The share check asks each card's own platform, and no other's card rule."""
    rules = rules_for(failed(SPECS[platform.name], "not made"))
    others = {other.rule for other in PLATFORMS.values() if other is not platform} - {*LINK_PREVIEWS}
    assert not others & {*rules}
    assert platform.rule is None or rules[0] is platform.rule
