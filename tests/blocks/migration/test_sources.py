"""Sources of old addresses: each kind is read as a stream, and rewritten into a copy with other addresses."""

import csv
import json
from pathlib import Path

import pytest

from blocks.migration.sources.opening import checked_old_source, opened_source
from blocks.migration.sources.source import Unread
from blocks.records.manifests import Manifests
from blocks.records.records import Records
from blocks.storage.bucket import ImageStore
from imaging.articles.origin import Origin
from imaging.errors import InvalidInput
from imaging.migration.addresses import Picks
from imaging.migration.record import Record
from imaging.migration.rewriting import rewritten

PICKS = Picks(lambda url: "//old.example/" in url, lambda url: "//old.example/" in url)
WXR = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>Blog</title>
<item><title><![CDATA[Tee & Kuchen]]></title><link>https://blog.example/tee/</link>
<content:encoded><![CDATA[<!-- wp:image {"id":7} --><figure><img src="https://old.example/a.png?x=1&#038;y=2" alt="Kanne"/></figure>]]></content:encoded>
<excerpt:encoded><![CDATA[]]></excerpt:encoded><wp:post_id>12</wp:post_id><wp:post_name>tee</wp:post_name>
<wp:status>publish</wp:status><wp:post_type>post</wp:post_type>
<wp:postmeta><wp:meta_key>og</wp:meta_key><wp:meta_value><![CDATA[https://old.example/og.png]]></wp:meta_value></wp:postmeta>
</item>
<item><title>up</title><wp:post_id>13</wp:post_id><wp:post_parent>12</wp:post_parent><wp:status>inherit</wp:status>
<wp:post_type>attachment</wp:post_type><wp:attachment_url>https://old.example/up.png</wp:attachment_url></item>
<item><title>Geheim</title><content:encoded>&lt;img src="https://old.example/secret.png"&gt;</content:encoded>
<wp:post_id>14</wp:post_id><wp:status>draft</wp:status><wp:post_type>post</wp:post_type></item>
</channel></rss>
"""  # noqa: E501 - as WordPress writes it
GHOST = {
    "db": [{"meta": {"version": "5"}, "data": {
        "users": [{"id": "u", "profile_image": "https://old.example/me.png"}],
        "posts_meta": [{"id": "m", "post_id": "p", "og_image": "https://old.example/og.png"}],
        "posts": [{
            "id": "p", "title": "Tee", "slug": "tee-trinken", "feature_image": "https://old.example/f.png",
            "html": '<img alt="Tasse" src="https://old.example/h.png">',
            "lexical": json.dumps({"root": {"children": [{"src": "https://old.example/l.png", "altText": "Löffel"}]}}),
        }],
    }}]
}  # fmt: skip


@pytest.fixture
def manifests(store: ImageStore, tmp_path: Path) -> Manifests:
    return Manifests(store, Records(None, tmp_path / "records"), prompts=False)


def read(source: Path | str, manifests: Manifests) -> tuple[list[Record], list[str]]:
    """Return the source's records that have addresses, and what is not read."""
    found = list(opened_source(checked_old_source(str(source)), manifests).records())
    records = [one for one in found if isinstance(one, Record) and one.found(PICKS)]
    return records, [str(one) for one in found if isinstance(one, Unread)]


def addresses(records: list[Record]) -> dict[str, set[str]]:
    """Return the names of the pictures by their article's topic."""
    found: dict[str, set[str]] = {}
    for record in records:
        article = record.as_article(None, Origin())
        found.setdefault(article.topic, set()).update(one.rpartition("/")[2] for one in record.found(PICKS))
    return found


def copy_of(source: Path, manifests: Manifests) -> str:
    """Return the text of the rewritten copy."""

    def rewrite(text: str, record: Record | None) -> str:
        values = {"body": text}
        return rewritten(text, dict.fromkeys(Record("x", {}, values, "x").found(PICKS), "NEW"))

    (path,) = opened_source(str(source), manifests).rewritten(source.parent / "new", rewrite)
    return path.read_text()


def test_wordpress(tmp_path: Path, manifests: Manifests) -> None:
    """Content, custom fields and attachments belong to their post; a draft is told and not read."""
    (source := tmp_path / "wp.xml").write_text(WXR)
    records, unread = read(source, manifests)
    assert addresses(records) == {"Tee & Kuchen": {"a.png?x=1&y=2", "og.png", "up.png"}}
    assert records[0].key == ("ID", "12")
    assert records[0].as_article(None, Origin()).slug == "tee"
    assert unread == ["wp.xml: 1 items are not published, and were passed over"]
    copy = copy_of(source, manifests)
    assert '<img src="NEW" alt="Kanne"/>' in copy
    assert copy.count("NEW") == 4
    assert copy.replace("NEW", "") == WXR.replace("https://old.example/a.png?x=1&#038;y=2", "").replace(
        "https://old.example/og.png", ""
    ).replace("https://old.example/up.png", "").replace("https://old.example/secret.png", "")


def test_ghost(tmp_path: Path, manifests: Manifests) -> None:
    """A Ghost export's posts are read with their meta, in all their formats; its other tables are not."""
    (source := tmp_path / "ghost.json").write_text(json.dumps(GHOST, indent=1))
    records, _ = read(source, manifests)
    assert addresses(records) == {"Tee": {"f.png", "h.png", "l.png", "og.png"}}
    assert {record.as_article(None, Origin()).slug for record in records} == {"tee-trinken"}
    assert records[0].found(PICKS)["https://old.example/l.png"][0].alt == "Löffel"
    copy = json.loads(copy_of(source, manifests))
    assert copy["db"][0]["data"]["posts"][0]["html"] == '<img alt="Tasse" src="NEW">'
    assert json.loads(copy["db"][0]["data"]["posts"][0]["lexical"])["root"]["children"][0]["src"] == "NEW"


@pytest.mark.parametrize("shape", ["list", "nested", "texts", "object"])
def test_json_of_any_shape(shape: str, tmp_path: Path, manifests: Manifests) -> None:
    """The objects of the outermost lists are records; so is a lone object, and so are lists of addresses."""
    post = {"title": "Tee", "blocks": [{"type": "image", "url": "https://old.example/a.png", "alt": "Kanne"}]}
    shapes = {"list": [post], "nested": {"a": 1, "posts": [post]}, "object": post | {"blocks": post["blocks"][0]},
              "texts": ["https://old.example/a.png"]}  # fmt: skip
    (source := tmp_path / "x.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(shapes[shape]).encode())
    records, unread = read(source, manifests)
    assert list(addresses(records).values()) == [{"a.png"}]
    assert not unread
    assert "old.example" not in copy_of(source, manifests)


def test_broken_exports_are_read_as_far_as_they_go(tmp_path: Path, manifests: Manifests) -> None:
    """What comes before the break is used, and the break is named."""
    (tmp_path / "a.json").write_text('[{"u": "https://old.example/1.png"}, {"u": ')
    (tmp_path / "b.jsonl").write_text('{"u": "https://old.example/1.png"}\nnonsense\n["https://old.example/2.png"]\n')
    (tmp_path / "c.xml").write_text(WXR[: WXR.index("<item><title>up")])
    for name in ("a.json", "b.jsonl", "c.xml"):
        records, unread = read(tmp_path / name, manifests)
        assert records, name
        assert len(unread) == 1, name
        assert name in unread[0]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_any_dialect(delimiter: str, tmp_path: Path, manifests: Manifests) -> None:
    """The delimiter is found out; a cell may hold lines, quotes and a whole picture; the copy has the same dialect."""
    data = "data:image/png;base64," + "A" * 300_000
    rows = [["id", "title", "text"], ["7", 'Say "tea"', f'<img src="{data}">\n"https://old.example/b.png"']]
    source = tmp_path / "x.csv"
    with source.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    (record,), _ = read(source, manifests)
    assert record.key == ("id", "7")
    assert set(record.found(PICKS)) == {data, "https://old.example/b.png"}
    copy = list(csv.reader(copy_of(source, manifests).splitlines(keepends=True), delimiter=delimiter))
    assert copy == [rows[0], ["7", 'Say "tea"', '<img src="NEW">\n"NEW"']]


def test_a_list_without_a_header_is_a_table_too(tmp_path: Path, manifests: Manifests) -> None:
    """The first row of a list of addresses is one of them."""
    (source := tmp_path / "list.csv").write_text("https://old.example/1.png\nhttps://old.example/2.png\n")
    records, _ = read(source, manifests)
    assert [record.where for record in records] == ["list.csv: row 1", "list.csv: row 2"]
    assert copy_of(source, manifests) == "NEW\nNEW\n"


def test_documents_of_a_folder(tmp_path: Path, manifests: Manifests) -> None:
    """Front matter of other systems, TOML, HTML pages and JSON documents are read; drafts of editors are not."""
    folder = tmp_path / "site"
    (folder / "posts").mkdir(parents=True)
    (folder / "posts" / "a.md").write_text("---\ntitle: Tee\ncover:\n  image: https://old.example/a.png\n---\nx\n")
    (folder / "b.md").write_text('+++\ntitle = "Brot"\n+++\n![](https://old.example/b.png)\n')
    (folder / "c.html").write_text("<html lang=de><title>Käse</title><img src=https://old.example/c.png>")
    (folder / "d.md").write_text("# Milch\n\n![](https://old.example/d.png)\n")
    (folder / "latin.md").write_bytes("![ä](https://old.example/l.png)".encode("latin-1"))
    (folder / ".swap.md").write_text("![](https://old.example/swap.png)")
    records, unread = read(folder, manifests)
    assert addresses(records) == {"Tee": {"a.png"}, "Brot": {"b.png"}, "Käse": {"c.png"}, "Milch": {"d.png"}}
    assert len(unread) == 1


def test_manifests_of_another_system_are_read_where_they_lie(manifests: Manifests) -> None:
    """A manifest that is none of ours says what it can; its place in the bucket says the rest."""
    document = {"topic": "Tee", "hero": {"url": "https://old.example/h.png", "prompt": "a pot"}}
    manifests.store.put_json("other/tee-2/manifest.json", json.dumps(document))
    (record,), _ = read("bucket:other/", manifests)
    article = record.as_article(None, Origin())
    assert (article.user_id, article.slug, article.topic) == ("other", "tee-2", "Tee")
    assert record.found(PICKS)["https://old.example/h.png"][0].prompt == "a pot"


@pytest.mark.parametrize("source", ["missing.csv", "https://x.example/a.csv", "bucket:", "notes.txt"])
def test_what_is_no_source_is_refused(source: str, tmp_path: Path) -> None:
    """A missing file, an address, a bucket without a prefix, and a file of another kind are named."""
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(InvalidInput, match="SOURCE"):
        checked_old_source(source if ":" in source else str(tmp_path / source))
