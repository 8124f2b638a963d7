"""Makers: the table has exactly those that the types name."""

from typing import get_args

from imaging.makers import MAKERS, Provider, Vendor


def test_every_provider_is_a_maker_with_its_facts() -> None:
    """A provider that a schema allows has an entry in the table, and no other has."""
    assert set(MAKERS) == set(get_args(Provider))


def test_vendors_are_the_makers_that_are_paid() -> None:
    """What a model may be ordered from is what costs money."""
    assert {maker.name for maker in MAKERS.values() if maker.is_paid} == set(get_args(Vendor))
