"""Who is who: an article finds its own folder again, and no other article's."""

import json
from pathlib import Path

import pytest

from imaging.articles.article import Article
from imaging.kinds import Kind
from imaging.record import ImageSet
from tests.flows.backlogs import backlog, counts, site  # noqa: F401 - a fixture
from tests.standins import FeedSite
from tests.world import CommandLine, World, run_set

HERO = [Kind.HERO]


def intro(folder: Path, name: str, excerpt: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\ntopic: Einleitung\nexcerpt: {excerpt}\n---\n\nWorte.\n")
    return path


def heroes(world: World) -> dict[str, int]:
    """When the hero of each folder was written last."""
    return {key.split("/")[1]: at for key, (_, at) in world.objects().items() if key.endswith("/hero.png")}


def hero_of(cli: CommandLine, path: Path | str) -> tuple[str, str]:
    """(slug, status of the hero) of a file that is run alone."""
    image_set = ImageSet.model_validate_json(cli("run", str(path), "--only", "hero", "--json").stdout)
    return image_set.slug, image_set.images[0].status


def test_files_with_one_topic_keep_apart(
    world: World, tmp_path: Path, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files with one topic have a folder each, which they find from wherever they are run, moved and renamed."""
    docs = tmp_path / "docs"
    files = [intro(docs, f"{name}/intro.md", f"Von {name}.") for name in ("api", "install")]
    assert counts(backlog(docs, recheck=True)) == (2, 0, 0, 0)
    before = heroes(world)
    assert (len(before), world.paid) == (2, (2, 0))

    assert len({hero_of(cli, file)[0] for file in files}) == 2
    monkeypatch.chdir(docs / "api")
    assert {hero_of(cli, name)[1] for name in ("intro.md", "../install/intro.md")} == {"reused"}
    monkeypatch.chdir(tmp_path)
    docs.rename(tmp_path / "handbuch")
    (tmp_path / "handbuch" / "api").rename(tmp_path / "handbuch" / "reference")
    assert counts(backlog(tmp_path / "handbuch")) == (2, 0, 0, 0)
    assert (heroes(world), world.paid) == (before, (2, 0))

    # Files that are given alone are told apart likewise, and a source that holds them finds what they have.
    for name in ("a", "b"):
        hero_of(cli, intro(tmp_path / "einzeln", f"{name}/intro.md", f"Einzeln {name}."))
    before = heroes(world)
    assert (len(before), world.paid) == (4, (4, 0))
    assert counts(backlog(tmp_path / "einzeln")) == (2, 0, 0, 0)
    assert (heroes(world), world.paid) == (before, (4, 0))


def test_a_changed_file_is_known_from_a_source_further_up(world: World, tmp_path: Path) -> None:
    """Of files with one topic, one with other words by now keeps its folder when a folder further up is the source."""
    part = tmp_path / "buch" / "teil"
    for name in ("a", "b", "c"):  # the first two have slugs that do not tell the file
        intro(part, f"{name}/intro.md", f"Von {name}.")
    assert counts(backlog(part, at_once=1)) == (3, 0, 0, 0)
    before = heroes(world)
    intro(part, "c/intro.md", "Andere Worte.")
    assert counts(backlog(tmp_path / "buch")) == (3, 0, 0, 0)
    assert heroes(world).keys() == before.keys()


def test_two_files_with_one_id_are_named(world: World, tmp_path: Path) -> None:
    """A copied `article_id` would have two articles take turns in one folder: the second is refused, each night."""
    docs = tmp_path / "docs"
    docs.mkdir()
    for name, topic in (("b", "Kaffee"), ("c", "Tee")):
        (docs / f"{name}.md").write_text(f"---\ntopic: {topic}\narticle_id: '7'\n---\n")
    for expected in ((1, 0, 0, 1), (0, 1, 0, 1)):
        report = backlog(docs)
        assert counts(report) == expected
        assert [(one.key, "b.md has the same" in one.why) for one in report.sources[0].trouble] == [("c.md", True)]
    assert world.paid == (1, 0)


def feed_items(count: int, start: str = "https://blog.example", guid: str | None = None) -> list[dict[str, str]]:
    return [
        {
            "title": f"Artikel {number}",
            "url": f"{start}/artikel-{number}",
            "content_text": f"Der Text von Artikel {number}.",
            "id": f"{guid}-{number}" if guid else f"{start}/artikel-{number}",
        }
        for number in range(count)
    ]


def test_an_archive_is_known_again(world: World, site: FeedSite) -> None:  # noqa: F811 - the fixture
    """Guids that change at each fetch, links that move to https, then to another site: nothing is paid for again."""
    fetches = [
        feed_items(2, "http://www.blog.example"),
        feed_items(2, "https://blog.example"),
        feed_items(2, "https://blog.example", guid="erste"),
        feed_items(2, "https://neu.example/2026", guid="zweite"),
    ]
    for items in fetches:
        assert counts(backlog(site.put_json("/feed", items), "acme"))[2:] == (0, 0)
    assert world.paid == (2, 0)
    assert set(heroes(world)) == {"artikel-0", "artikel-1"}

    shared = [{"id": "https://blog.example/", "title": f"Neu {number}"} for number in range(2)]
    assert counts(backlog(site.put_json("/shared", shared), "acme")) == (2, 0, 0, 0)
    assert world.paid == (4, 0)


def test_a_corrected_title_keeps_the_folder(
    world: World,
    site: FeedSite,  # noqa: F811
    cli: CommandLine,
) -> None:
    """Under one id or guid a new title leaves folder and addresses alone, and what it costs is said."""
    items = [{"id": "g", "title": "Kafee", "content_text": "Worte."}]
    assert counts(backlog(site.put_json("/feed", items), "acme")) == (1, 0, 0, 0)
    # As version 0.1 has left it: without a note of who has which id.
    for name in world.store.list("_claims/acme/_known/"):
        world.store.delete(name)
    world.store.put_json("_claims/acme/kafee.json", '{"article_id":"g","topic":"Kafee"}')
    items[0] |= {"title": "Kaffee", "content_text": "Andere Worte."}
    assert counts(backlog(site.put_json("/feed", items), "acme")) == (1, 0, 0, 0)

    first = run_set(Article(topic="Kafee", article_id="7"), HERO)
    again = cli("run", "-", "--only", "hero", "--json", stdin=json.dumps({"topic": "Kaffee!", "article_id": "7"}))
    second = ImageSet.model_validate_json(again.stdout)
    assert (second.slug, second.images[0].url, second.images[0].status) == (
        first.slug, first.images[0].url, "stored",
    )  # fmt: skip
    assert "default/kafee: the title was “Kafee” before; folder and addresses stay" in again.stderr
    assert "since the article or its models have changed: hero (0.060 USD)" in again.stderr
    third = run_set(Article(topic="Kaffee!", article_id="7"), HERO)
    assert (third.slug, third.images[0].status) == ("kafee", "reused")
    assert {key for key in world.objects() if key.endswith("/hero.png")} == {
        "acme/kafee/hero.png", "default/kafee/hero.png",
    }  # fmt: skip
    assert world.paid == (4, 0)


# Of version 0.1: what an article has there, and the digests that manifest and records have.
OLD = [
    (
        Article(topic="Das 1,5-Grad-Ziel"), "das-15-grad-ziel", {
            "hero": "162aef3937e9f6985c8559d554409ac35eca29f7ff3d2fb050fc55e501c96830",
            "comparison-juggernautxl": "5602ecba0186480fb185762eef8668c98e668430a365ac226761f839c72fa490",
            "linkedin": "08443e2411d5272c7f34f6a14470f953956cf714eb38fdab6027123c492c1960",
            "instagram": "22543b6440f5623930753dfb4470b089e3041140a1dece5a6ef094551fecc824",
        },
    ),
    (
        Article(topic="Ölçüm", language="tr"), "oelcuem", {
            "hero": "4c25cbe4ad48bb8a9927adc47a37a0f244b866d3f1d3f5fa6a0738413f75d696",
            "comparison-juggernautxl": "df8b35a416e97b7aff225123ece093eb401896971bb7e9815999b700669cc633",
            "linkedin": "7875739723e6b3247ba01c2f655023a07b078d7c6bad193f19903d7f8be3fe10",
            "instagram": "9874cb13eb01fb2a4de2b98c1976b902b453ad42671dce7792eef4bcb46ce32f",
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize(("article", "slug", "digests"), OLD)
def test_what_lies_under_an_old_slug_is_used_on(
    world: World, monkeypatch: pytest.MonkeyPatch, article: Article, slug: str, digests: dict[str, str]
) -> None:
    """A bucket of version 0.1 is used as it is: the folder stays, nothing is paid again, also while it is away."""
    run_set(article.model_copy(update={"slug": slug}))
    claim = json.dumps({"article_id": None, "topic": article.topic}, ensure_ascii=False, separators=(",", ":"))
    for name in world.store.list("_claims/default/"):
        world.store.delete(name)
    world.store.put_json(f"_claims/default/{slug}.json", claim)
    before, paid = world.objects(), world.paid

    for _ in range(2):
        again = run_set(article)
        made = {image.name: image for image in again.images}
        assert {name: made[name].digest for name in digests} == digests
        assert (again.slug, {image.status for image in again.images}) == (slug, {"reused"})
    assert world.objects().keys() == before.keys()
    monkeypatch.setenv("B2_ENDPOINT", "http://127.0.0.1:9")
    assert run_set(article).slug == slug
    assert world.paid == paid
