"""A tenant's brand: set by the flow, picked up by runs, never at the price of a picture that it does not change."""

import json
from pathlib import Path
from typing import Any

import pytest

from flows.brand_assets import brand_assets
from imaging.articles.article import Article
from imaging.articles.brand_change import BrandChange, BrandReport
from imaging.errors import InvalidInput
from imaging.kinds import Kind
from tests.imaging.cards.contact_sheet import logo
from tests.world import CommandLine, World, run_set

ARTICLE = Article(topic="Kaffee richtig lagern", body="## Eins\n\nText.", user_id="acme")


BROKEN = json.dumps({"colour": "#ffffff"})


def change(user_id: str, **fields: str) -> BrandReport:
    """Run the flow in this process."""
    return brand_assets(user_id, BrandChange.model_validate(fields))


def stored(world: World, user_id: str) -> Any:
    return world.store.get_json(f"{user_id}/branding/brand.json")


def test_a_run_picks_the_brand_up_and_pays_for_words_alone(world: World) -> None:
    """A changed brand redraws cards and pays nothing; style words are in the prompts, and so are paid; others' stay."""
    plain = run_set(ARTICLE)
    brand = {"color": "#14294b", "template": "gradient", "site_name": "Acme Journal"}
    world.store.put_json("acme/branding/brand.json", json.dumps(brand))
    paid = world.paid
    branded = run_set(ARTICLE)
    assert branded.status == "complete"
    assert world.paid == paid
    redrawn = {image.name for image in branded.images if image.status == "stored"}
    assert redrawn == {image.name for image in plain.images if image.kind is Kind.CARD}
    assert {image.model for image in branded.images if image.kind is Kind.CARD} == {"gradient"}
    assert run_set(ARTICLE.model_copy(update={"user_id": "acme-2"}), [Kind.CARD]).images[0].model == "minimal"

    world.store.put("acme/branding/mine.png", logo(), "image/png", "no-cache", {})
    report = change("acme", logo="branding/mine.png", style="flat paper collage", avoid="people")
    assert stored(world, "acme") == brand | {
        "logo": "branding/logo.png", "style": "flat paper collage", "avoid": "people",
    }  # fmt: skip
    assert [(one.name, one.width, one.ratio) for one in report.assets] == [("logo", 431, 4.27)]
    assert "anew" in report.notes[-1]
    assert "0.17" in report.notes[-1]
    styled = run_set(ARTICLE)
    assert world.paid > paid
    hero = styled.images[0].prompt or ""
    assert "flat paper collage, colour palette led by dark blue" in hero
    assert hero.endswith("no people")
    negative = [call.body["negative_prompt"] for call in world.chutes.paid[-2:]]
    assert all(words.endswith(", people") for words in negative)
    assert {image.status for image in run_set(ARTICLE).images} == {"reused"}


def test_the_articles_own_fields_win_and_its_language_is_the_tenants(world: World) -> None:
    """What an article says of its brand stands before the tenant's; a language is taken where it names none."""
    world.store.put_json(
        "acme/branding/brand.json", json.dumps({"template": "split", "color": "#0a7d5a", "language": "en"})
    )
    article = Article.model_validate({"topic": "Ölçüm", "user_id": "acme", "brand": {"template": "minimal"}})
    made = run_set(article, [Kind.CARD])
    assert (made.language, made.images[0].model) == ("en", "minimal")
    assert run_set(Article(topic="Ölçüm 2", user_id="acme", language="de"), [Kind.CARD]).slug == "oelcuem-2"


def test_bad_brands_are_bad_input_before_anything_is_written(world: World, cli: CommandLine, tmp_path: Path) -> None:
    """What is no logo, font or colour is refused by its field; nothing is stored, and a broken brand stops a run."""
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg">&b;</svg>'
    (tmp_path / "bomb.svg").write_text(bomb)
    for option, value, field in (
        ("--logo", str(tmp_path / "bomb.svg"), "brand.logo"),
        ("--font", str(tmp_path / "bomb.svg"), "brand.font"),
        ("--color", "red", "color"),
    ):
        done = cli("brand", "set", "acme", option, value)
        assert (done.returncode, field in done.stderr) == (2, True), done.stderr
    assert not [key for key in world.objects() if key.startswith("acme/")]
    world.store.put_json("acme/branding/brand.json", BROKEN)
    paid = world.paid
    with pytest.raises(InvalidInput, match=r"acme/branding/brand\.json: colour"):
        run_set(ARTICLE)
    assert world.paid == paid


def test_a_brand_is_shown_listed_and_removed(world: World, cli: CommandLine, tmp_path: Path) -> None:
    """The commands work on one tenant, though another's name begins with its own; what is removed is gone.

    A brand that could not be read gives way to the new one.
    """
    file = tmp_path / "logo.png"
    file.write_bytes(logo())
    world.store.put_json("acme/branding/brand.json", BROKEN)
    given = ("--site-name", "Acme", "--color", "#14294B", "--template", "gradient", "--logo", str(file))
    assert cli("brand", "set", "acme", *given).returncode == 0
    brand = {"color": "#14294b", "logo": "branding/logo.png", "template": "gradient", "site_name": "Acme"}
    assert stored(world, "acme") == brand
    for tenant in ("acme-news", "acme_news"):
        for name in ("brand.json", "logo.png"):
            data = (world.bucket / "acme" / "branding" / name).read_bytes()
            world.store.put(f"{tenant}/branding/{name}", data, "application/octet-stream", "no-cache", {})
    assert [one["user_id"] for one in json.loads(cli("brand", "list", "--json").stdout)] == [
        "acme",
        "acme-news",
        "acme_news",
    ]
    shown = json.loads(cli("brand", "show", "acme", "--json").stdout)
    assert (shown["site_name"], shown["assets"][0]["key"]) == ("Acme", "acme/branding/logo.png")
    assert cli("brand", "remove", "acme", "logo").returncode == 0
    assert {key for key in world.objects() if key.startswith("acme/")} >= {"acme/branding/brand.json"}
    assert "acme/branding/logo.png" not in world.objects()
    assert cli("brand", "remove", "acme").returncode == 0
    assert not [key for key in world.objects() if key.startswith("acme/")]
    assert stored(world, "acme-news") == brand
    assert world.store.get("acme_news/branding/logo.png")
    assert not [key for key in world.objects() if "upload" in key]
