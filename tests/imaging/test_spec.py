"""The spec: what another seed changes, and what it leaves as it is."""

from imaging.articles.article import Article
from imaging.planning.models import ModelTable
from imaging.planning.plan import Planner

HERO = Planner(Article(topic="Tee"), "tee", ModelTable(), ("replicate", "chutes")).specs()[0]


def test_another_seed_is_always_the_same_and_has_records_of_its_own() -> None:
    """A run that is repeated asks for the very same thing, whose cache key is not that of the first try."""
    other = HERO.reseeded
    assert other == HERO.reseeded
    assert other.params == HERO.params | {"seed": other.params["seed"]}
    assert 0 <= int(str(other.params["seed"])) < 2**31  # what models take for a seed
    assert other.digest != HERO.digest
    assert other.cache_key != HERO.cache_key
    assert (other.prompt, other.stem, other.price_usd) == (HERO.prompt, HERO.stem, HERO.price_usd)
    assert other.reseeded.params["seed"] != other.params["seed"]
