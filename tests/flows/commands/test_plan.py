"""The command `plan`: what it says is what the next run does, and saying it costs nothing."""

import json
from pathlib import Path
from typing import Any, Literal

import pytest

from flows.commands.plan import print_plan
from imaging.articles.article import Article
from imaging.articles.brand import Brand
from imaging.kinds import Kind
from imaging.planning.preview import ArticlePlan, PlannedImage
from tests import ROOT
from tests.world import CommandLine, World, run_set

BODY = "".join(
    f"## {name}\n{name} and milk belong together.\n\n" for name in ("Cows", "Cheese", "Cream", "Whey", "Tea", "Oats")
)
OTHER_MODEL = {"provider": "replicate", "name": "black-forest-labs/flux-schnell", "price_usd": 0.5}
ARTICLE = Article(topic="Milk", body=BODY)


def planned(cli: CommandLine, article: Article = ARTICLE, *options: str) -> dict[str, Any]:
    done = cli("plan", "-", "--json", *options, stdin=article.model_dump_json(exclude_defaults=True))
    assert done.returncode == 0, done.stderr
    plan: dict[str, Any] = json.loads(done.stdout)
    return plan


def actions(plan: dict[str, Any]) -> dict[str, str]:
    return {image["name"]: image["action"] for image in plan["images"]}


def test_the_next_run_does_and_costs_what_the_plan_says(
    world: World, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New, complete, changed and with a lost picture: the plan asks no vendor, writes nothing, and comes true."""
    # Web formats and pinned copies, whose names begin alike, stand for no picture.
    monkeypatch.setenv("IMAGES_VARIANTS", "webp")
    monkeypatch.setenv("IMAGES_VARIANT_WIDTHS", "48")
    monkeypatch.setenv("IMAGES_PINNED", "on")
    before = planned(cli)
    assert set(actions(before).values()) == {"make"}
    assert world.replicate.requests == world.chutes.requests == []
    assert world.objects() == {}
    made = run_set(ARTICLE)
    assert {image.name for image in made.images} == set(actions(before))
    assert made.cost_usd == before["cost_usd"] == pytest.approx(sum(one["price_usd"] for one in before["images"]))

    complete = planned(cli)
    assert (set(actions(complete).values()), complete["cost_usd"]) == ({"reuse"}, 0)
    assert (complete["user_id"], complete["slug"], complete["topic"]) == ("default", "milk", "Milk")

    redrawn = planned(cli, ARTICLE.model_copy(update={"brand": Brand(color="#204060")}))
    assert {name for name, action in actions(redrawn).items() if action == "remake"} == {"linkedin", "facebook"}
    assert redrawn["cost_usd"] == 0

    for image in made.images:
        if image.name in {"hero", "comparison-juggernautxl"}:
            world.delete(str(image.key))
    monkeypatch.setenv("IMAGES_MODELS", json.dumps({"supporting": OTHER_MODEL}))
    changed = planned(cli)
    images = {image["name"]: image for image in changed["images"]}
    assert images["hero"]["why"] == images["comparison-juggernautxl"]["why"]
    # The hero can be collected once more; Chutes keeps nothing.
    assert (images["hero"]["price_usd"], images["comparison-juggernautxl"]["price_usd"]) == (0, 0.006)
    assert images["supporting-1"]["why"] == "it was made by replicate:black-forest-labs/flux-dev"
    remade = {name for name, action in actions(changed).items() if action != "reuse"}
    assert remade == {"hero", "comparison-juggernautxl", "supporting-1", "supporting-2"}
    assert changed["cost_usd"] == 0.006 + 2 * 0.5
    assert run_set(ARTICLE).cost_usd == changed["cost_usd"]


def test_a_plan_within_the_budget(world: World, cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the budget has no room for is planned as what takes its place, with the reason; the run agrees."""
    monkeypatch.setenv("IMAGES_BUDGETS", '{"run_usd": 0.1}')
    plan = planned(cli, ARTICLE, "--only", "hero,comparison,social")
    beyond = [image for image in plan["images"] if "run_usd" in (image["why"] or "")]
    assert {image["price_usd"] for image in beyond} == {0}
    made = run_set(ARTICLE, [Kind.HERO, Kind.COMPARISON, Kind.SOCIAL])
    assert {image.name for image in made.images if image.fallback_from} == {image["name"] for image in beyond}
    assert {image.name: image.provider for image in made.images} == {
        image["name"]: image["provider"] for image in plan["images"]
    }
    assert made.cost_usd == plan["cost_usd"] <= 0.1


def test_posts_of_every_system_are_planned(world: World, cli: CommandLine) -> None:
    """Twenty posts in nine dialects go through with nothing refused; Markdown on standard input is read as well."""
    done = cli("plan", str(ROOT / "tests" / "posts"), "--json", "--only", "hero")
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    assert len({one["slug"] for one in plan["articles"]}) == 20
    assert plan["skipped"] == [{"path": "README.md", "why": "about the project"}]
    assert "passed over in front matter: tags, " in done.stderr
    piped = cli("plan", "-", "--json", "--only", "hero", stdin="# Tea\n\nA text.")
    assert json.loads(piped.stdout)["slug"] == "tea"
    assert world.paid == (0, 0)


def test_a_plan_of_a_source(world: World, cli: CommandLine, tmp_path: Path) -> None:
    """Each article of a folder is planned, what is no article is named with the reason, and the sum is of all."""
    folder = tmp_path / "posts"
    folder.mkdir()
    for name in ("milk", "cheese"):
        (folder / f"{name}.md").write_text(f"---\ntopic: {name}\n---\nText.\n")
    (folder / "broken.md").write_text("---\ntopic: [x\n---\n")
    (folder / "notes.txt").write_text("x")
    done = cli("plan", str(folder), "--json", "--user-id", "acme")
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    assert [(one["user_id"], one["slug"]) for one in plan["articles"]] == [("acme", "cheese"), ("acme", "milk")]
    assert plan["articles"][0]["cost_usd"] > 0
    assert plan["cost_usd"] == pytest.approx(sum(one["cost_usd"] for one in plan["articles"]))
    assert {one["path"] for one in plan["skipped"]} == {"broken.md", "*.txt"}
    (folder / "draft.md").write_text("---\ntitle: Tea\ndraft: true\nlayout: post\n---\nText.\n")
    (folder / "README.md").write_text("# About\n")
    (folder / "package.json").write_text('{"name": "blog"}')
    (folder / "ghost.json").write_text('{"db": [{"data": {"posts": [{"title": "Tea", "html": "x"}]}}]}')
    (folder / "posts.json").write_text('[{"title": {"rendered": "Tea"}, "content": {"rendered": "x"}}]')
    more = json.loads(cli("plan", str(folder), "--json").stdout)["skipped"]
    whys = {one["path"]: one["why"] for one in more}
    assert (whys["draft.md"], whys["README.md"]) == ("draft", "about the project")
    assert whys["package.json"] == "JSON without a topic"
    assert whys["ghost.json"] == whys["posts.json"] == "an export of posts: give it as a SOURCE of its own"
    alone = cli("plan", str(folder / "draft.md"), "--json")
    assert json.loads(alone.stdout)["slug"] == "tea"
    assert alone.stderr.splitlines() == [
        "article-images: passed over in front matter: layout",
        "article-images: ARTICLE: not public (draft); it is taken since you named it",
    ]
    for name in ("draft.md", "README.md", "package.json", "ghost.json", "posts.json"):
        (folder / name).unlink()
    shown = cli("plan", str(folder))
    assert shown.stdout.splitlines()[-1].startswith("2 articles, 2 skipped; ")
    assert world.paid == (0, 0)


def test_free_pictures_are_said_to_be_painted(painted: Path, cli: CommandLine, tmp_path: Path) -> None:
    """Without keys a plan and a backlog say why all is free, and how to have real pictures; not where none is made."""
    folder = tmp_path / "posts"
    folder.mkdir()
    (folder / "tea.md").write_text("# Tea\n\nText.\n")
    for call in (("plan", str(folder / "tea.md")), ("plan", str(folder)), ("backlog", str(folder), "--only", "hero")):
        *above, last = cli(*call).stdout.splitlines()
        assert any(line.startswith("Painted offline. ") for line in above), call
        assert any("REPLICATE_API_TOKEN" in line for line in above)
        assert "USD" in last
    for call in (("plan", str(folder), "--only", "hero"), ("backlog", str(folder), "--only", "hero")):
        assert "Painted" not in cli(*call).stdout
    report = json.loads(cli("backlog", str(folder), "--only", "hero", "--recheck", "--json").stdout)
    assert report["sources"][0]["painted"] == 1


def test_a_narrow_terminal_cuts_no_price(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With 60 columns the names of models go on in the next line, and each price and action is whole."""
    monkeypatch.setenv("COLUMNS", "60")
    shown = PlannedImage(
        name="comparison-juggernautxl", kind=Kind.COMPARISON, provider="replicate", action="remake", price_usd=0.172,
        model="black-forest-labs/flux-1.1-pro-ultra", why="the prompt has changed", prompt="Tea, no text",
    )  # fmt: skip
    print_plan(ArticlePlan(user_id="acme", slug="tea", topic="Tea", images=[shown]))
    out = capsys.readouterr().out
    assert (" 0.172 " in out, " remake " in out, "…" in out) == (True, True, False)
    assert max(map(len, out.splitlines())) <= 60


def test_prompts_of_what_is_not_there_yet_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """A plan shows what a vendor would be asked, once for pictures that share it, and nothing of what is there."""
    actions: tuple[tuple[str, Literal["make", "reuse"], str | None], ...] = (
        ("hero", "make", "Wide tea"), ("one", "make", "A cup"), ("two", "make", "A cup"),
        ("tiktok", "reuse", "Tall tea"), ("facebook", "make", None),
    )  # fmt: skip
    images = [
        PlannedImage(name=name, kind=Kind.HERO, provider="fal", model="x", action=action, price_usd=0, prompt=prompt)
        for name, action, prompt in actions
    ]
    print_plan(ArticlePlan(user_id="acme", slug="tea", topic="Tea", images=images))
    out = capsys.readouterr().out
    assert "\nhero: Wide tea\none, two: A cup\n" in out
    assert "Tall" not in out
