"""Sections and aspects: what counts as a heading, and what is illustrated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.sections import GENERIC_ASPECTS, MAX_LABEL, aspects, cut, outline, sections, supporting_count


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("", []),
        ("## One\n\ntext\n\n## Two ##", ["One", "Two"]),
        ("Set\nin two lines\n---", ["Set in two lines"]),
        ("# Title\n\n### Third", []),
        ("```\n## code\n```\n\n    ## indented", []),
        ("> ## quoted\n\n- ## listed", []),
        ("##no blank", []),
        ("## \n\n## ![](only-a-picture.png)\n\n## <br>", []),
        ("## `x` *y* [z](https://example.com) <b>k</b> \\& &amp; l", ["x y z k & & l"]),
    ],
)
def test_sections_are_the_h2_headings_as_plain_text(body: str, found: list[str]) -> None:
    """Headings in code, quotations and lists do not count, nor do those without words; markup is gone."""
    assert sections(body) == found


def test_aspects_come_in_the_contracts_order() -> None:
    """H2 headings come first, then H3, then first sentences, then generic ones."""
    body = "Erster Satz. Zweiter Satz.\n\n### Drei\n\n## Zwei\n\nDritter Satz! Vierter."
    assert aspects(body, 6) == ["Zwei", "Drei", "Erster Satz.", "Dritter Satz!", *GENERIC_ASPECTS[:2]]


@pytest.mark.parametrize("text", ["味噌。醤油。", "هل؟ نعم."])
def test_sentences_end_in_other_scripts_too(text: str) -> None:
    """A full-width full stop or an Arabic question mark ends a sentence."""
    assert aspects(text, 1)[0] in {"味噌。", "هل؟"}


def test_what_reads_the_same_is_one_aspect() -> None:
    """Duplicate headings, in any case, and headings that differ only behind the cut of a label count once."""
    long = "Warum die Milch im Kaffee bei großer Hitze flockt und was dagegen hilft, Teil"
    assert aspects(f"## Tipp\n\n## TIPP\n\n## {long} 1\n\n## {long} 2\n\n## Ende", 3) == ["Tipp", f"{long} 1", "Ende"]


@given(
    st.lists(st.one_of(st.sampled_from(["## ", "### ", "---", "```", "> ", "\n"]), st.text(max_size=8)), max_size=40)
)
def test_an_outline_leads_to_the_same_pictures(parts: list[str]) -> None:
    """Headings alone plan the same supporting pictures as the body that they come from, or there is no outline."""
    body = "".join(part if part.endswith(" ") else f"{part}\n" for part in parts)
    short = outline(body)
    if short is not None:
        count = supporting_count(body)
        assert supporting_count(short) == count
        assert aspects(short, count) == aspects(body, count)


def test_an_outline_is_the_headings() -> None:
    """Prose, and headings that are none of the article's, are left out; what needs the prose has no outline."""
    body = "".join(f"## Teil {number}\n\nSatz.\n\n> ## Zitat\n\n### Mehr {number}\n\n" for number in range(2))
    assert outline(body) == "## Teil 0\n\n### Mehr 0\n\n## Teil 1\n\n### Mehr 1"
    assert outline("## Gleich\n\nEin Satz.\n\n" * 6) is None


@given(st.text(max_size=500), st.integers(0, len(GENERIC_ASPECTS)))
def test_any_body_has_enough_different_aspects(body: str, count: int) -> None:
    """As many aspects as asked for come out, none empty, none twice, none longer than 200 characters."""
    found = aspects(body, count)
    assert len(found) == count
    assert len({cut(aspect, MAX_LABEL).casefold() for aspect in found}) == count
    assert all(0 < len(aspect) <= 200 for aspect in found)


@given(st.text(max_size=200), st.integers(2, 130))
def test_a_cut_text_fits_and_says_that_it_was_cut(text: str, length: int) -> None:
    """A text that fits stays as it is; a longer one keeps its beginning and ends in an ellipsis."""
    short = cut(text, length)
    assert len(short) <= length
    assert short == text if len(text) <= length else short.endswith("…")
    assert text.startswith(short.removesuffix("…"))
