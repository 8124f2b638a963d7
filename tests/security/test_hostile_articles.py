"""A hostile article, end to end: it stays in its folder and shows as words."""

import json
from pathlib import Path

import httpx
from markdown_it import MarkdownIt

from imaging.articles.article import Article
from imaging.kinds import Kind
from imaging.pages.public import public_document
from tests.security.markup import OURS, PAGE, SCRIPT, Tags, rendered
from tests.world import World, run_set

ATTACK = {
    "topic": f"{SCRIPT} {{{{ 7*7 }}}} ../../other/x [y](javascript:alert(1)) | z",
    "user_id": "acme",
    "article_id": "../../other<b>",
    "excerpt": SCRIPT + "{% raw %}",
    "body": "".join(
        f"## {SCRIPT} ../../other [x](javascript:alert({number})) {{{{ 7*7 }}}}\n\ntext\n\n" for number in range(6)
    ),
    "language": "en",
}


def test_a_hostile_article_stays_in_its_folder_and_shows_as_words(
    world: World, prefect_api: str, tmp_path: Path
) -> None:
    """End to end: files, manifest, artifacts and page of a hostile article hold its words and nothing they ask for."""
    world.replicate.fault("create", "failed", times=None, match=lambda call: "ultra" in str(call.model), error=SCRIPT)
    buckets = set(world.bucket.parent.iterdir())
    attacked = run_set(Article.model_validate(ATTACK))
    assert {image.status for image in attacked.images} == {"stored", "failed"}
    root = world.bucket
    files = [path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()]
    assert files
    places = tuple(f"{folder}acme/" for folder in ("", "_claims/", "_results/", "_ledger/", "_locks/"))
    shared = "_results/_predictions/"  # whose each prediction is, as a digest
    assert all(name.startswith((*places, shared)) for name in files), files
    assert set(world.bucket.parent.iterdir()) == buckets
    assert {path.name for path in tmp_path.iterdir()} <= {"beside", "data", "cwd"}

    manifest = httpx.get(attacked.manifest_url or "").json()
    assert manifest == json.loads(public_document(attacked, prompts=False))
    assert manifest["topic"] == ATTACK["topic"]

    [page] = (tmp_path / "data" / "gallery").rglob("*.html")
    assert page.parent == tmp_path / "data" / "gallery" / "acme"
    in_bucket = httpx.get(attacked.gallery_url or "").text
    for text in (page.read_text(), in_bucket):
        assert {tag for tag, _ in Tags(text).found} <= OURS | PAGE
        assert text.count("<script>") == 1

    query = {"artifacts": {"flow_run_id": {"any_": [attacked.flow_run_id]}}}
    artifacts = httpx.post(f"{prefect_api}/artifacts/filter", json=query).json()
    shown = {artifact["type"]: artifact for artifact in artifacts if artifact["key"]}
    assert {tag for tag, _ in rendered(shown["markdown"]["data"]).found} <= OURS
    assert r"\{\{ 7\*7 \}\}" in shown["markdown"]["data"]
    cells = [str(cell) for row in json.loads(shown["table"]["data"]) for cell in row.values()]
    assert not [cell for cell in cells if Tags(MarkdownIt("commonmark", {"html": True}).renderInline(cell)).found]


def test_a_hostile_topic_is_no_markup_in_an_artifacts_description(world: World, prefect_api: str) -> None:
    """The UI reads descriptions as Markdown too: a topic adds no element there."""
    attacked = run_set(Article.model_validate(ATTACK), [Kind.CARD])
    query = {"artifacts": {"flow_run_id": {"any_": [attacked.flow_run_id]}}}
    for artifact in httpx.post(f"{prefect_api}/artifacts/filter", json=query).json():
        assert {tag for tag, _ in rendered(artifact["description"] or "").found} <= {"p"}
