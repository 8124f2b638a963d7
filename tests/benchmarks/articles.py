"""The articles that are made: six sections each, so nine pictures, and the same work as a peer's job."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

PICTURES = 9
"""Of an article: hero, two supporting, two comparisons, two cards, two social. genblaze makes the five of Replicate."""
OF_GENBLAZE = 5
_SECTIONS = ("Worum es geht", "Was man braucht", "So geht es", "Worauf zu achten ist", "Was es kostet", "Fazit")
_EXCERPT = "Was dabei geschieht, warum es gelingt, und was hilft, wenn nicht."
_BODY = "\n\n".join(f"## {each}\n\nViele fragen sich das. Hier steht, was wir ausprobiert haben." for each in _SECTIONS)


def pictures_of(parameters: Mapping[str, Any]) -> int:
    """Return how many pictures an article of a backlog has: all, or its hero `only`."""
    return len(parameters.get("only") or range(PICTURES))


def article(topic: str) -> dict[str, Any]:
    """Return the fields of an article."""
    return {"topic": topic, "user_id": "bench", "language": "de", "excerpt": _EXCERPT, "body": _BODY}


def folder_of(folder: Path, topics: list[str]) -> Path:
    """Write the articles of so many topics into a new folder, for a backlog."""
    folder.mkdir()
    for number, topic in enumerate(topics):
        front = f"topic: {topic}\nuser_id: bench\nlanguage: de\nexcerpt: {_EXCERPT}"
        (folder / f"{number}.md").write_text(f"---\n{front}\n---\n\n{_BODY}\n")
    return folder


def peers_article(topic: str) -> dict[str, Any]:
    """Return what a peer is to make: the same models, sizes and formats."""
    return {
        "slug": topic.lower().replace(" ", "-"),
        "title": topic,
        "excerpt": _EXCERPT,
        "orders": [
            _order("hero", "flux-1.1-pro-ultra", "16:9", topic),
            *(_order(f"supporting-{number}", "flux-dev", "1:1", f"{topic}: {_SECTIONS[number]}") for number in (0, 1)),
            _order("instagram", "flux-dev", "1:1", topic),
            _order("tiktok", "flux-dev", "9:16", topic),
        ],
        "comparisons": [
            {"name": chute, "chute": f"chutes-{chute}", "body": {"prompt": topic, "width": 1024, "height": 1024}}
            for chute in ("juggernautxl", "qwen-image")
        ],
    }


def _order(name: str, model: str, ratio: str, prompt: str) -> dict[str, Any]:
    given = {"prompt": prompt, "aspect_ratio": ratio, "output_format": "png"}
    return {"name": name, "model": f"black-forest-labs/{model}", "input": given}
