"""The language model: what it answers is words, or an error that costs no picture."""

from collections.abc import Iterator

import pytest

from blocks.configuration.settings import load_settings
from blocks.vendors.writer import Writer, writer_from
from imaging.articles.article import Article
from imaging.errors import ProviderError
from imaging.planning.model_words import words_from
from imaging.planning.models import ModelTable
from imaging.planning.plan import Planner
from tests.standins import WriterStandin

ARTICLE = Article(topic="Kaffee", language="de")
SPECS = Planner(ARTICLE, "kaffee", ModelTable(), ()).specs()


@pytest.fixture
def standin() -> Iterator[WriterStandin]:
    with WriterStandin() as standin:
        yield standin


@pytest.fixture
def writer(standin: WriterStandin, monkeypatch: pytest.MonkeyPatch) -> Writer:
    for name, value in standin.environment().items():
        monkeypatch.setenv(name, value)
    writer = writer_from(load_settings())
    assert writer
    return writer


@pytest.mark.parametrize(
    ("fault", "said"),
    [(401, "IMAGES_LLM_API_KEY"), (500, "500"), ("html", "not the JSON"), ("reset_after", "cannot be reached")],
)
def test_what_is_no_answer_is_an_error_of_a_vendor(
    standin: WriterStandin, writer: Writer, fault: str | int, said: str
) -> None:
    """A refusal, an error, a page and a cut connection are errors that say so and that a run goes on after."""
    standin.fault("write", fault)
    with pytest.raises(ProviderError, match=said):
        writer.find_words(ARTICLE, SPECS)
    standin.faults.clear()
    assert writer.find_words(ARTICLE, SPECS) != words_from({}, SPECS)
