"""What a run needs later is loaded meanwhile, once, and only what it needs; nobody is asked for it."""

import subprocess

from tests import ROOT, forking

SCRIPT = """
import sys, threading
from blocks.early_loading import load_early
from blocks.storage import s3_client
from imaging.articles.article import Article
from imaging.text import language

for known in (s3_client.load_descriptions, s3_client._descriptions, language._loaded):
    known.cache_clear()  # the process that this one is forked from has loaded them

asked_for = []
sys.addaudithook(lambda event, about: asked_for.append(about[1]) if event == "socket.connect" else None)
for number in range(3):
    load_early(Article(topic=f"Tea {number}", **dict([*zip(["language"], sys.argv[1:])])))
loads = [thread for thread in threading.enumerate() if thread.name.startswith("load_")]
asked = language.language_of("The tea", "", "Tea is a drink that people make from dry leaves and hot water.")
for thread in loads:
    thread.join()
print(len(loads), asked, s3_client.load_descriptions.cache_info().currsize, language._loaded.cache_info().misses)
assert not asked_for, asked_for
"""


def loaded(*language: str) -> list[str]:
    """(number of loads, language found, S3 descriptions loaded, times that the model was loaded)"""
    command = [forking.python(), "-c", SCRIPT, *language]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()


def test_each_is_loaded_once_by_whoever_comes_first() -> None:
    """Several runs begin one load of each; who asks meanwhile waits for it, and does not load it again."""
    assert loaded() == ["2", "en", "1", "1"]


def test_an_article_with_a_language_needs_no_model() -> None:
    """The model of languages, a second of loading and 68 MB, stays away until somebody asks."""
    assert loaded("de") == ["1", "en", "1", "1"]
