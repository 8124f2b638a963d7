"""The files of a folder or a prefix of the bucket."""

from pathlib import Path

from blocks.sources.files import objects_in
from blocks.storage.embedded import embedded_storage


def test_a_prefix_of_the_bucket_is_a_folder(tmp_path: Path) -> None:
    """A tenant whose name begins alike is not read along; the key of one article is that article."""
    with embedded_storage(tmp_path) as store:
        for key in ("acme/a.md", "acme/more/b.md", "acme-2/c.md", "acme/a.mdx"):
            store.put(key, b"# A", "text/markdown", "no-cache", {})
        found = {folder: [entry.key for entry in objects_in(store, folder).entries] for folder in ("acme", "acme/a.md")}
    assert found == {"acme": ["acme/a.md", "acme/a.mdx", "acme/more/b.md"], "acme/a.md": ["acme/a.md"]}
