"""JSON Schemas of what goes in and comes out: `python -m tests.manual.schemas` writes them into docs/schemas."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from imaging.articles.article import Article
from imaging.record import ImageSet
from tests.manual.documents import DOCS

FOLDER = DOCS / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
SCHEMAS: Mapping[str, dict[str, Any]] = MappingProxyType(
    {
        "article.schema.json": Article.model_json_schema(),
        "image-set.schema.json": ImageSet.model_json_schema(mode="serialization"),
    }
)


def text(name: str) -> str:
    """Return a schema as its file has it."""
    return json.dumps({"$schema": DIALECT, **SCHEMAS[name]}, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for name in SCHEMAS:
        (FOLDER / name).write_text(text(name))
