"""Words that a language model has found for an article's pictures: prompts and alternative texts.

They are looked at before they are used. Whatever a model leaves out or gets wrong, our own words stay.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from imaging.planning.alt_texts import MAX_ALT_TEXT
from imaging.spec import ImageSpec
from imaging.text.sections import cut

_MAX_PROMPT = 1500  # characters


class PictureWords(BaseModel):
    """A model's words for one picture; None: ours are used."""

    model_config = ConfigDict(frozen=True)

    prompt: str | None = None
    alt_text: str | None = None


class Words(BaseModel):
    """Words by the digest of the spec that they were found for."""

    model_config = ConfigDict(frozen=True)

    found: Mapping[str, PictureWords] = {}

    def missing(self, specs: Iterable[ImageSpec]) -> list[ImageSpec]:
        """Return the specs that no words were looked for yet."""
        return [spec for spec in specs if spec.digest not in self.found]

    def joined(self, more: "Words") -> "Words":
        """Return both; what was found first stays."""
        return Words(found={**more.found, **self.found})

    def without_prompts(self, specs: Iterable[ImageSpec]) -> "Words":
        """Return the words with our own prompts for these specs."""
        ours = {
            spec.digest: self.found[spec.digest].model_copy(update={"prompt": None})
            for spec in specs
            if spec.digest in self.found
        }
        return Words(found={**self.found, **ours})

    def applied(self, specs: Iterable[ImageSpec], look: str = "") -> list[ImageSpec]:
        """Return the specs with their words. Another prompt makes it another picture: the digest differs.

        No two pictures get the same alternative text. `look`: how the tenant's pictures look, in the brand's words,
        which end every prompt.
        """
        worded: list[ImageSpec] = []
        for spec in specs:
            words = self.found.get(spec.digest, PictureWords())
            taken = {other.alt_text for other in worded}
            alt_text = words.alt_text if words.alt_text not in taken else None
            changes = {"prompt": _ended(words.prompt, look) or spec.prompt, "alt_text": alt_text or spec.alt_text}
            worded.append(spec.model_copy(update=changes))
        return worded


def words_from(answer: Any, specs: Iterable[ImageSpec]) -> Words:
    """Return what is good of a model's answer, `{"hero": {"prompt": ..., "alt_text": ...}, ...}`.

    An alternative text has at most 125 characters; a picture that has no prompt gets none.
    """
    entries = answer if isinstance(answer, Mapping) else {}
    found: dict[str, PictureWords] = {}
    for spec in specs:
        entry = entries.get(spec.name)
        given = entry if isinstance(entry, Mapping) else {}
        prompt = _line(given.get("prompt"))[:_MAX_PROMPT] if spec.prompt else ""
        alt_text = cut(_line(given.get("alt_text")), MAX_ALT_TEXT)
        found[spec.digest] = PictureWords(prompt=prompt or None, alt_text=alt_text or None)
    return Words(found=found)


def _ended(prompt: str | None, look: str) -> str | None:
    return f"{prompt.rstrip('. ')}. {look}" if prompt and look else prompt


def _line(text: object) -> str:
    """The text in one line, without control characters; empty where it is no text."""
    if not isinstance(text, str):
        return ""
    return " ".join("".join(sign for sign in text if sign.isprintable() or sign.isspace()).split())
