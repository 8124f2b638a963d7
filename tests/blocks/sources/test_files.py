"""The files of a folder or a prefix of the bucket."""

from pathlib import Path

from blocks.publishing.artifacts import artifact_place
from blocks.sources.files import objects_in
from blocks.storage.embedded import embedded_storage


def test_an_artifact_key_that_was_changed_carries_a_hash() -> None:
    """A name that the key can hold stays as it is; one that it cannot hold is not taken for another's."""
    assert artifact_place("acme-2", "kaffee-richtig-lagern") == "acme-2-kaffee-richtig-lagern"
    changed = {artifact_place(tenant, "foo") for tenant in ("acme_2_x", "acme-2_x", "acme_2-x", "acme-2-x")}
    assert len(changed) == 4
    assert all(place.startswith("acme-2-x-foo") and "_" not in place for place in changed)


def test_a_prefix_of_the_bucket_is_a_folder(tmp_path: Path) -> None:
    """A tenant whose name begins alike is not read along; the key of one article is that article."""
    with embedded_storage(tmp_path) as store:
        for key in ("acme/a.md", "acme/more/b.md", "acme-2/c.md", "acme/a.mdx"):
            store.put(key, b"# A", "text/markdown", "no-cache", {})
        found = {folder: [entry.key for entry in objects_in(store, folder).entries] for folder in ("acme", "acme/a.md")}
    assert found == {"acme": ["acme/a.md", "acme/a.mdx", "acme/more/b.md"], "acme/a.md": ["acme/a.md"]}
