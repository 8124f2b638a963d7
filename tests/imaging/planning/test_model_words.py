"""What a language model answers, and what is taken of it."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from imaging.articles.article import Article
from imaging.planning.model_words import Words, words_from
from imaging.planning.models import ModelTable
from imaging.planning.plan import Planner
from tests.conftest import FEW

SPECS = Planner(Article(topic="Kaffee"), "kaffee", ModelTable(), {"replicate", "chutes"}).specs()
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([spec.name for spec in SPECS]) | st.text(), inner),
)
ENTRIES = st.dictionaries(
    st.sampled_from([spec.name for spec in SPECS]),
    st.fixed_dictionaries({}, optional={"prompt": st.text() | JSON, "alt_text": st.text(max_size=300) | JSON}),
)


@FEW
@given(JSON | ENTRIES)
def test_whatever_is_answered_leaves_a_plan_that_can_be_made(answer: Any) -> None:
    """Any JSON gives words for every spec; texts are one line of at most 125 characters, and differ."""
    words = words_from(answer, SPECS)
    assert not words.missing(SPECS)
    assert Words.model_validate_json(words.model_dump_json()) == words
    worded = words.applied(SPECS)
    assert [spec.name for spec in worded] == [spec.name for spec in SPECS]
    texts = [spec.alt_text for spec in worded]
    assert len(set(texts)) == len(texts)
    assert all(0 < len(text) <= 125 and "\n" not in text for text in texts)
    assert all((spec.prompt is None) == (other.prompt is None) for spec, other in zip(worded, SPECS, strict=True))
