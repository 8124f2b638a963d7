"""The files of a folder or a prefix of the bucket."""

from pathlib import Path

from blocks.publishing.artifacts import artifact_place
from blocks.sources.files import files_in, objects_in
from blocks.storage.embedded import embedded_storage


def test_an_artifact_key_that_was_changed_carries_a_hash() -> None:
    """A name that the key can hold stays as it is; one that it cannot hold is not taken for another's."""
    assert artifact_place("acme-2", "kaffee-richtig-lagern") == "acme-2-kaffee-richtig-lagern"
    changed = {artifact_place(tenant, "foo") for tenant in ("acme_2_x", "acme-2_x", "acme_2-x", "acme-2-x")}
    assert len(changed) == 4
    assert all(place.startswith("acme-2-x-foo") and "_" not in place for place in changed)


def test_what_is_no_article_by_its_name_is_passed_over_and_told(tmp_path: Path) -> None:
    """Files about a project, drafts, packages and hidden folders are not read; Jekyll's posts are."""
    for name in (
        "_posts/2024-01-02-tea.md", "_drafts/x.md", "_site/y.md", "node_modules/a/readme.md", ".obsidian/z.md",
        "README.md", "docs/LICENSE-MIT.md", "docs/changelog.de.md", "docs/security.md", "_index.md", ".x.md", "a.txt",
    ):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("# T")
    passed_over = {
        "_drafts/": "drafts", "_site/": "begins with _", "node_modules/": "installed packages", ".obsidian/": "hidden",
        "README.md": "about the project", "docs/LICENSE-MIT.md": "about the project",
        "docs/changelog.de.md": "about the project", "_index.md": "begins with _", ".x.md": "hidden",
    }  # fmt: skip
    found = files_in(tmp_path)
    assert [entry.key for entry in found.entries] == ["_posts/2024-01-02-tea.md", "docs/security.md"]
    assert (found.passed_over, found.unread) == (passed_over, {".txt": 1})
    with embedded_storage(tmp_path / "bucket") as store:
        for path in sorted(tmp_path.rglob("*.*")):
            if path.is_file() and not path.is_relative_to(tmp_path / "bucket"):
                store.put(f"acme/{path.relative_to(tmp_path).as_posix()}", b"# T", "text/markdown", "no-cache", {})
        listed = objects_in(store, "acme")
    assert [entry.key for entry in listed.entries] == [f"acme/{entry.key}" for entry in found.entries]
    assert listed.passed_over == {f"acme/{path}": why for path, why in passed_over.items()}


def test_a_prefix_of_the_bucket_is_a_folder(tmp_path: Path) -> None:
    """A tenant whose name begins alike is not read along; the key of one article is that article."""
    with embedded_storage(tmp_path) as store:
        for key in ("acme/a.md", "acme/more/b.md", "acme-2/c.md", "acme/a.mdx"):
            store.put(key, b"# A", "text/markdown", "no-cache", {})
        found = {folder: [entry.key for entry in objects_in(store, folder).entries] for folder in ("acme", "acme/a.md")}
    assert found == {"acme": ["acme/a.md", "acme/a.mdx", "acme/more/b.md"], "acme/a.md": ["acme/a.md"]}
