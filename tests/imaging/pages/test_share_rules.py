"""What the platforms demand of a public address."""

import pytest

from imaging.articles.article import Article
from imaging.entry import described
from imaging.pages.share_rules import Seen, complaints
from imaging.planning.models import ModelTable
from imaging.planning.plan import Planner
from imaging.record import Image, StoredImage

PNG, JPEG = b"\x89PNG\r\n\x1a\n rest", b"\xff\xd8\xff\xe0 rest"
PLANNER = Planner(Article(topic="Tee"), "tee", ModelTable(), {"replicate"}, platforms=["x", "pinterest"])
SPECS = {spec.name: spec for spec in PLANNER.specs()}


def image(name: str, **changes: object) -> Image:
    """A stored picture of the plan, as it would be if all were well."""
    spec = SPECS[name]
    stored = StoredImage(
        digest=spec.digest, key=f"{spec.stem}.png", content_type="image/png", width=spec.size[0], height=spec.size[1],
        bytes=100_000, sha256="0" * 64, md5="0" * 32, cost_usd=0,
    )  # fmt: skip
    entry = described(spec, stored, reused=False, url=f"https://img.example/{stored.key}")
    return entry.model_copy(update=changes)


def seen(**changes: object) -> Seen:
    fields: dict[str, object] = {"status": 200, "content_type": "image/png", "length": 100_000, "begins": PNG}
    return Seen(**(fields | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["hero", "linkedin", "facebook", "x", "pinterest", "instagram", "tiktok"])
def test_what_is_right_is_not_complained_of(name: str) -> None:
    """The pictures of a plan, delivered as they were stored, fulfil every rule."""
    assert list(complaints(image(name), seen())) == []


@pytest.mark.parametrize(
    ("name", "changes", "answer", "words"),
    [
        ("hero", {}, {"status": 403}, "answers 403 without a signature"),
        ("hero", {}, {"status": 404}, "answers 404"),
        ("hero", {}, {"status": 301}, "crawlers do not all follow"),
        ("hero", {}, {"trouble": "cannot be reached from here: ConnectError"}, "cannot be reached"),
        ("hero", {"url": "http://img.example/a.png"}, {}, "not https"),
        ("hero", {"url": "https://img.example/" + "a" * 2000}, {}, "Notion demands a URL of at most 2,000"),
        ("hero", {}, {"content_type": "application/octet-stream"}, "says application/octet-stream for image/png"),
        ("hero", {}, {"begins": b"<!doctype html>"}, "does not deliver the picture"),
        ("hero", {}, {"begins": JPEG}, "does not deliver the picture"),
        ("linkedin", {"width": 1080, "height": 1080}, {}, "LinkedIn demands a ratio"),
        ("linkedin", {"width": 600, "height": 315}, {}, "LinkedIn demands at least 1200x627"),
        ("facebook", {}, {"length": 9_000_000}, "Facebook demands at most 8,000,000 bytes"),
        ("facebook", {}, {"length": 700_000}, "WhatsApp demands at most 600,000 bytes"),
        ("facebook", {"width": 5000, "height": 2625}, {}, "X demands at most 4096x4096"),
        ("linkedin", {"content_type": "image/webp"}, {"content_type": "image/webp", "begins": b"RIFF0000WEBPVP8 "},
         "LinkedIn demands jpeg or png, it is image/webp"),
        ("x", {"width": 280, "height": 157}, {}, "X demands at least 300x157"),
        ("pinterest", {"height": 2100}, {}, "Pinterest demands a ratio from 0.66"),
        ("pinterest", {}, {"length": 21_000_000}, "Pinterest demands at most 20,000,000 bytes"),
    ],
)  # fmt: skip
def test_each_rule_is_named_where_it_is_broken(
    name: str, changes: dict[str, object], answer: dict[str, object], words: str
) -> None:
    """A complaint says what is wrong, and whose rule it breaks."""
    assert words in "; ".join(complaints(image(name, **changes), seen(**answer)))
