"""Folders of the bucket: tenants, and their articles."""

from blocks.usage.places import slugs_of, tenants_in
from tests.world import World


def test_folders_are_found_page_by_page_without_their_objects(world: World) -> None:
    """More articles than a page of the listing holds are all found; brands, records and odd names are no articles."""
    names = [f"article-{number:04}" for number in range(1_100)]
    for place in (*(f"acme/{name}" for name in names), "acme/branding", "acme/_odd", "globex/milk", "_results/acme"):
        (world.bucket / place).mkdir(parents=True)
        (world.bucket / place / "manifest.json").write_text("{}")
    assert tenants_in(world.store) == ["acme", "globex"]
    assert sorted(slugs_of(world.store, "acme")) == names
