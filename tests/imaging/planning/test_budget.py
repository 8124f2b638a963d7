"""Budgets: what fits, whose limits hold, and what is said of a wrong one."""

import pytest

from imaging.articles.article import Article
from imaging.errors import ConfigurationError
from imaging.kinds import Kind
from imaging.planning.budget import Limits, affordable, budgets_from
from imaging.planning.models import ModelTable
from imaging.planning.plan import Planner
from imaging.spec import ImageSpec

SPECS = Planner(Article(topic="Tee"), "tee", ModelTable(), ["replicate", "chutes"]).specs()


@pytest.mark.parametrize(
    ("left_usd", "names"),
    [
        (0.122, {spec.name for spec in SPECS}),
        (0.06, {"hero", "linkedin", "facebook"}),
        (0.059, {"comparison-juggernautxl", "comparison-qwen-image", "linkedin", "facebook", "instagram"}),
        (0, {"linkedin", "facebook"}),
        (-1, set()),
    ],
)  # fmt: skip
def test_each_picture_that_still_fits_is_made_in_the_order_of_the_plan(left_usd: float, names: set[str]) -> None:
    """Money goes to the plan's first pictures; a dear one that does not fit leaves room for a cheap one."""
    assert affordable(SPECS, left_usd) == names


def test_three_dimes_are_thirty_cents() -> None:
    """A budget that is the exact sum of the prices is enough, whatever binary fractions add up to."""
    dimes = [SPECS[0].model_copy(update={"name": str(n), "price_usd": 0.1}) for n in range(3)]
    assert 0.3 - 0.1 - 0.1 < 0.1
    assert len(affordable(dimes, 0.3)) == 3


def test_a_tenants_own_limits_stand_in_for_the_general_ones_one_by_one() -> None:
    """What is not said for a tenant is as for all, and null lifts a limit."""
    budgets = budgets_from(
        {"run_usd": 0.2, "month_usd": 5, "tenants": {"acme": {"month_usd": 50}, "vip": {"run_usd": None}}}
    )
    assert budgets.of("default") == Limits(run_usd=0.2, month_usd=5)
    assert budgets.of("acme") == Limits(run_usd=0.2, month_usd=50)
    assert budgets.of("vip") == Limits(run_usd=None, month_usd=5)


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"run_usd": -1}, "run_usd"),
        ({"run_usd": "much"}, "run_usd"),
        ({"month_usd": float("nan")}, "month_usd"),
        ({"month": 3}, "month"),
        ({"beyond": "stop"}, "beyond"),
        ({"tenants": {"acme": {"month_usd": -2}}}, r"tenants\.acme\.month_usd"),
        ([], "object"),
        ("20", "object"),
    ],
)
def test_a_wrong_budget_names_its_source_and_field(value: object, field: str) -> None:
    """Budgets are edited by hand in the UI: what is wrong is named before anything is spent."""
    with pytest.raises(ConfigurationError, match=f"Prefect variable images_budgets: .*{field}"):
        budgets_from(value, "Prefect variable images_budgets")


def test_a_fallback_costs_nothing_and_takes_the_place_of_what_it_stands_for() -> None:
    """Each paid picture has a stand-in of its own place, kind and alt text; a social one in its platform's ratio."""
    planner = Planner(Article(topic="Tee", excerpt="Heiß."), "tee", ModelTable(), ["replicate", "chutes"])

    def place(spec: ImageSpec) -> tuple[object, ...]:
        return spec.name, spec.kind, spec.platform, spec.stem, spec.hash_length, spec.alt_text, spec.user_id, spec.slug

    for spec in [spec for spec in SPECS if spec.price_usd]:
        instead = planner.fallback(spec)
        assert place(instead) == place(spec)
        assert (instead.price_usd, instead.provider) == (0, "pillow" if spec.kind is Kind.SOCIAL else "painter")
    sizes = {spec.name: planner.fallback(spec).size for spec in SPECS if spec.price_usd}
    assert (sizes["hero"], sizes["instagram"], sizes["tiktok"]) == ((2752, 1536), (1080, 1080), (1080, 1920))
