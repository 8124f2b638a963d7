"""The choice of platforms: whose list holds, and what is said of a wrong one."""

from typing import Any

import pytest

from imaging.errors import ConfigurationError
from imaging.planning.chosen_platforms import chosen_platforms, platforms_of


def test_a_tenants_own_list_holds_in_place_of_that_of_all() -> None:
    """A tenant that is listed has its own platforms, also when there are none; the others have those of all."""
    chosen = chosen_platforms({"*": ["pinterest"], "acme": ["x", "facebook"], "globex": []})
    assert platforms_of(chosen, "acme") == ("x", "facebook")
    assert platforms_of(chosen, "globex") == ()
    assert platforms_of(chosen, "default") == ("pinterest",)
    assert platforms_of(chosen_platforms({}), "default") == ()


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ({"acme": ["myspace"]}, "acme: must be platforms out of: x, pinterest"),
        ({"acme": "linkedin"}, "acme: "),
        ({"Acme": ["linkedin"]}, "Acme"),
        ({"acme*": ["linkedin"]}, "acme"),
        ([], "object"),
    ],
)
def test_a_wrong_choice_is_named(value: Any, named: str) -> None:
    """A choice is edited by hand in the UI: its error names the variable and the tenant, and not the value."""
    with pytest.raises(ConfigurationError) as raised:
        chosen_platforms(value, "Prefect variable images_platforms")
    said = str(raised.value)
    assert said.startswith("Prefect variable images_platforms: ")
    assert named in said
    assert "myspace" not in said
