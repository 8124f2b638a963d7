"""The published JSON Schemas are those of the models."""

import pytest

from tests.manual.schemas import FOLDER, SCHEMAS, text


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_published_schema_is_the_models(name: str) -> None:
    """`make schemas` would change nothing in docs/schemas."""
    assert (FOLDER / name).read_text() == text(name)
