"""The picture at the top: what a system reads from the beginning of a text stays at its beginning."""

import re

import pytest

from imaging.text.inserted import without_inserted
from imaging.write_back.dialects import DIALECTS
from imaging.write_back.document import document_of
from imaging.write_back.fields import Target
from imaging.write_back.writing import written_into
from tests.imaging.write_back.sets import set_for


@pytest.mark.parametrize(
    ("dialect", "text", "above"),
    [
        ("jekyll", "Intro of\ntwo lines.\n\nMore.\n", "Intro of\ntwo lines.\n\n"),
        ("jekyll", "**Bold** words.\n\nMore.\n", "**Bold** words.\n\n"),
        ("jekyll", "# Title\n\nIntro.\n\nMore.\n", "# Title\n\nIntro.\n\n"),
        ("jekyll", "Intro.\n{% highlight sh %}\na\n\nb\n{% endhighlight %}\n\nMore.\n", ""),
        ("jekyll", "Nothing else.\n", ""),
        ("jekyll", "## A section\n\nText.\n", ""),
        ("jekyll", "* a list\n\nText.\n", ""),
        ("jekyll", "1. a list\n\nText.\n", ""),
        ("jekyll", "{% include toc.html %}\n\nText.\n", ""),
        ("jekyll", "Words\n---\n\nText.\n", ""),
        ("docusaurus", "import A from 'a';\nimport B from 'b';\n\n# Title\n\nIntro.\n\nMore.\n", None),
        ("docusaurus", ":::note\nText\n:::\n\nMore.\n", ""),
        ("docusaurus", "import A from 'a';\n\n<A>\n\nText\n\n</A>\n", "import A from 'a';\n\n"),
        ("docusaurus", "import A from 'a';\n", "import A from 'a';\n"),
        ("plain", "Intro.\n\nMore.\n", ""),
        ("plain", "Title\n=====\n\nIntro.\n", "Title\n=====\n\n"),
        ("plain", '<h1 align="center">Title</h1>\n\nIntro.\n', '<h1 align="center">Title</h1>\n\n'),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_excerpts_titles_and_imports_stay_at_the_beginning(
    dialect: str, text: str, above: str | None, ends: str
) -> None:
    """Jekyll's excerpt and Docusaurus' description stay what they were, and a title below imports is still found."""
    above = text.removesuffix("More.\n") if above is None else above
    text, above = text.replace("\n", ends), above.replace("\n", ends)
    target = Target(DIALECTS[dialect], is_mdx=dialect == "docusaurus")
    done = written_into(document_of(text), set_for("x"), target).text
    opening = re.search(r"(?:<!--|\{/\*) article-images:hero", done)
    assert opening
    assert done[: opening.start()] == above
    assert without_inserted(done) == text
    assert written_into(document_of(done), set_for("x"), target).text == done
