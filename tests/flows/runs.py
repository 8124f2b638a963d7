"""The articles that most tests run: a short one, also in a process of its own, and a long one."""

import json
import os
import subprocess
import sysconfig
from pathlib import Path

import pytest

from flows.commands.arguments import read_article
from imaging.articles.article import Article
from tests import forking
from tests.conftest import EXAMPLES
from tests.world import STARTED

ARTICLE = Article(topic="Kaffee richtig lagern")
FIELDS = json.dumps({"topic": ARTICLE.topic})

GERMAN = EXAMPLES / "laktoseintoleranz-und-laktase.md"
SLUG = "laktoseintoleranz-und-laktase"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A prediction that is not answered for is given up after a moment: it stays what was paid for."""
    monkeypatch.setenv("IMAGES_PREDICTION_TIMEOUT", "0.3")


@pytest.fixture
def german() -> Article:
    """A long article with all nine pictures."""
    return read_article(str(GERMAN))


def start(prefect_api: str, *options: str) -> "subprocess.Popen[str]":
    """Start a run of FIELDS in a process of its own."""
    script = Path(sysconfig.get_path("scripts")) / "article-images"
    process = subprocess.Popen(
        [forking.python(), str(script), "run", "-", "--json", *options],
        env=os.environ | {"PREFECT_API_URL": prefect_api},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    process.stdin.write(FIELDS)
    process.stdin.close()
    process.stdin = None  # else `communicate` would flush it
    STARTED.append(process)
    return process
