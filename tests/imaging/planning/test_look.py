"""A brand's words in prompts: they decide what is paid, so nothing else of a brand may change one."""

import pytest

from imaging.articles.article import Article
from imaging.articles.brand import Brand, TenantBrand
from imaging.planning.look import Look
from imaging.planning.models import ModelTable
from imaging.planning.palette_words import color_words
from imaging.planning.plan import Planner
from imaging.spec import ImageSpec

ARTICLE = Article(topic="Tee", body="## Eins\n\n## Zwei\n\n## Drei\n\n## Vier\n", brand=Brand(template="gradient"))


def specs(brand: TenantBrand | None) -> list[ImageSpec]:
    return Planner(ARTICLE, "tee", ModelTable(), ("replicate", "chutes"), brand=brand).specs()


def test_only_words_change_what_is_paid() -> None:
    """Colour, logo, template, site name and language leave every paid digest as it is; style and avoid change all."""
    paid = [spec.digest for spec in specs(None) if spec.price_usd]
    looks = TenantBrand(color="#0a7d5a", template="split", site_name="Acme", language="en")
    assert [spec.digest for spec in specs(looks) if spec.price_usd] == paid
    assert [spec.digest for spec in specs(looks)] != [spec.digest for spec in specs(None)]
    for words in (TenantBrand(style="ink drawing"), TenantBrand(avoid="people")):
        assert not set(paid) & {spec.digest for spec in specs(words)}


def test_the_colour_joins_the_style_by_its_name() -> None:
    """A shade more or less changes no prompt, another colour does."""
    one, near, other = (Look.of(TenantBrand(style="ink drawing", color=c)) for c in ("#14294b", "#152b4e", "#c2185b"))
    assert one == near != other
    assert "colour palette led by dark blue" in one.style


@pytest.mark.parametrize(
    ("color", "name"),
    [
        ("#14294b", "dark blue"), ("#b4531f", "orange"), ("#6b3a12", "brown"), ("#b6ff2e", "lime green"),
        ("#000000", "black"), ("#ffffff", "white"), ("#777777", "grey"), ("#0a7d5a", "dark green"),
        ("#c2185b", "raspberry"), ("#e63946", "red"),
    ],
)  # fmt: skip
def test_colours_have_the_names_that_people_give_them(color: str, name: str) -> None:
    """The usual brand colours are named as one would."""
    assert color_words(color) == name


def test_an_articles_own_brand_wins() -> None:
    """Of a card's template and colour, the article's is taken, and where it has none the tenant's."""
    card = next(spec for spec in specs(TenantBrand(template="split", color="#0a7d5a")) if spec.provider == "pillow")
    assert (card.model, card.params["color"]) == ("gradient", "#0a7d5a")


def test_words_to_avoid_reach_every_alternative() -> None:
    """Models that know a negative prompt have the words in it, whichever of a role's models makes the picture."""
    planner = Planner(ARTICLE, "tee", ModelTable(), ("replicate", "chutes"), brand=TenantBrand(avoid="people, guns"))
    negative = [str(spec.params["negative_prompt"]) for spec in planner.specs() if "negative_prompt" in spec.params]
    assert len(negative) == 2
    assert all(words.endswith("extra fingers, people, guns") for words in negative)
