"""Quotas: which hold for a tenant, how near it is, and what is refused as a configuration."""

import pytest

from imaging.errors import ConfigurationError
from imaging.planning.quotas import Quota, quota_standing, quotas_from


def test_a_tenants_own_quota_holds_in_place_of_that_of_all() -> None:
    """What is not said for a tenant is as for all, and null lifts a limit; a name that only begins alike is another."""
    quotas = quotas_from({"month_usd": 5, "bytes": 10, "tenants": {"acme": {"bytes": None, "month_pictures": 3}}})
    assert quotas.of("acme") == Quota(month_usd=5, month_pictures=3)
    assert quotas.of("acme-2") == Quota(month_usd=5, bytes=10)


@pytest.mark.parametrize(
    ("used", "level"),
    [(0, "ok"), (79.99, "ok"), (80, "warning"), (99.99, "warning"), (100, "exceeded"), (1e9, "exceeded")],
)
def test_a_quota_is_near_from_80_percent_on(used: float, level: str) -> None:
    """Near begins at 80%, and a full quota is exceeded: it has no room for another picture."""
    standing = quota_standing(Quota(month_usd=100, bytes=1000), {"month_usd": used, "bytes": 0})
    assert standing is not None
    assert (standing.level, standing.month_usd and standing.month_usd.level) == (level, level)
    assert standing.bytes is not None
    assert standing.bytes.level == "ok"


def test_no_quota_has_no_standing_and_one_of_nothing_is_full() -> None:
    """Where nothing is limited there is nothing to tell; a limit of 0 is used up from the start."""
    assert quota_standing(Quota(), {"month_usd": 3}) is None
    nothing = quota_standing(Quota(month_pictures=0), {"month_pictures": 0})
    assert nothing is not None
    assert nothing.level == "exceeded"


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"bytes": -1}, "bytes"),
        ({"month_usd": "much"}, "month_usd"),
        ({"month_pictures": 1.5}, "month_pictures"),
        ({"beyond": "stop"}, "beyond"),
        ({"tenants": {"Acme": {"bytes": 1}}}, "tenants.Acme"),
        ({"tenants": {"acme": {"usd": 1}}}, "tenants.acme.usd"),
    ],
)
def test_a_wrong_quota_is_named(value: object, field: str) -> None:
    """The message names the variable and the field."""
    with pytest.raises(ConfigurationError, match=f"Prefect variable images_quotas: {field}"):
        quotas_from(value, "Prefect variable images_quotas")
