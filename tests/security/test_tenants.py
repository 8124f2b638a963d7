"""Tenants stay apart: no name, slug, model or logo reaches outside its tenant's folder."""

import re
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from imaging.articles.article import Article
from imaging.articles.brand import Brand
from imaging.articles.files.parsing import article_from
from imaging.errors import ConfigurationError, InvalidInput
from imaging.names import keys
from imaging.planning.models import ModelTable, model_table
from imaging.planning.plan import Planner
from imaging.slug import SLUG, candidates, slugify
from tests.conftest import FEW
from tests.security.markup import HOSTILE

# Ways out of a folder, in every spelling that some layer might undo.
CLIMBS = [
    "..", "../x", "x/../../y", "..\\x", "%2e%2e", "%2e%2e%2fx", "%252e%252e%252fx", "..%2fx", "..%5cx", "．．/x",
    "‥/x", "..／x", "∕x", "⁄x", "\u2024\u2024/x", "..\u2215x", "x\0y", "\0", "/etc/passwd", "//x", "./x", "x/./y",
    "x//y", "x/", "~root", "C:\\x", "\\\\host\\x", "x\n", "x\r", "x\r\n", "x\u2028", "x\u0085", "x\u200b", " x", "x ",
    "_results", "_claims", "_results/x", ".", "-x", "x;y", "x?y", "x#y", "x*", "ß", "ｘ", "𝐱", "X", "é", "a" * 9999,
]  # fmt: skip
# Keys as S3, a file system and a browser all read them the same way.
KEY = re.compile(r"[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)+")


def accepted(**fields: Any) -> Article | None:
    try:
        return article_from({"topic": "x"} | fields)
    except InvalidInput:
        return None


def all_keys(article: Article, models: ModelTable | None = None) -> list[str]:
    """Every key that anything of the article may be written to or read from."""
    slugs = candidates(article.slug or slugify(article.topic), article.topic, article.article_id)
    found = []
    for slug in slugs:
        for providers in ((), ("replicate", "chutes")):
            for spec in Planner(article, slug, models or ModelTable(), providers).specs():
                found += [keys.object_key(spec, "a" * 64, ".png"), spec.cache_key, f"{spec.cache_key}.prediction"]
        found += [keys.manifest_key(article.user_id, slug)]
        claim = keys.claim_key(article.user_id, slug)
        assert claim.startswith(f"{keys.CLAIMS_FOLDER}/{article.user_id}/")
        found.append(claim.removeprefix(f"{keys.CLAIMS_FOLDER}/"))
    return found


def is_inside(article: Article, models: ModelTable | None = None) -> bool:
    """Tell whether every key lies in the tenant's folder however it is read, and is short enough for its address."""
    found = all_keys(article, models)
    return all(
        key.startswith(f"{article.user_id}/") and KEY.fullmatch(key) and ".." not in key.split("/") and len(key) < 400
        for key in found
    )


@pytest.mark.parametrize("climb", [climb for climb in CLIMBS if climb != "x"])
def test_no_name_climbs_out_of_its_folder(climb: str) -> None:
    """Tenant, slug, language and colour with a way out in them are refused; so are logos that are no plain key."""
    for user_id in (climb, f"acme{climb}", f"acme/{climb}"):
        assert accepted(user_id=user_id) is None or re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", user_id)
    for slug in (climb, f"kaffee{climb}", f"kaffee/{climb}"):
        assert accepted(slug=slug) is None or SLUG.fullmatch(slug)
    for logo in (climb, f"branding/{climb}", f"branding/{climb}/logo.png", f"{climb}/logo.png"):
        found = accepted(brand={"logo": logo})
        assert found is None or KEY.fullmatch(f"default/{logo}")
    assert accepted(language=f"d{climb}") is None
    assert accepted(brand={"color": f"#00000{climb}"}) is None
    assert accepted(brand={"template": climb}) is None


@pytest.mark.parametrize("field", ["user_id", "slug", "language"])
@pytest.mark.parametrize("tail", ["\n", "\r", "\r\n", "\n\n", "\u2028", "\0", "\x0b", "\x85"])
def test_a_line_end_behind_a_sound_name_is_refused(field: str, tail: str) -> None:
    """A pattern's dollar sign lets no line end slip by: `acme` and a newline is no tenant."""
    assert accepted(**{field: "de"})
    assert accepted(**{field: f"de{tail}"}) is None


def test_a_tenant_that_looks_like_our_own_folders_is_refused() -> None:
    """No tenant can own the folders beside the tenants', where results and claims lie."""
    for folder in (keys.RESULTS_FOLDER, keys.CLAIMS_FOLDER):
        assert accepted(user_id=folder) is None
        assert accepted(user_id=folder.upper()) is None


@given(st.text(max_size=70), st.text(max_size=90), st.text(max_size=200))
def test_what_is_accepted_stays_inside(user_id: str, slug: str, logo: str) -> None:
    """Whatever tenant, slug and logo are accepted, every key lies below the tenant's folder."""
    for fields in ({"user_id": user_id}, {"slug": slug}, {"brand": {"logo": logo}}):
        article = accepted(**fields)
        assert article is None or is_inside(article)


@FEW
@given(
    st.text(min_size=1, max_size=400),
    st.text(max_size=300),
    st.text(alphabet="#> -*`\n.ab/\\%<{", max_size=300) | st.text(max_size=300),
    st.text(min_size=1, max_size=250),
)
def test_no_article_field_reaches_a_key_but_as_letters(topic: str, excerpt: str, body: str, article_id: str) -> None:
    """Topic, excerpt, body and id of any text give keys of plain letters in the tenant's own folder."""
    headings = "".join(f"\n\n## {topic} {number}\n\n{excerpt}" for number in range(6))
    article = accepted(topic=topic, excerpt=excerpt, body=body + headings, article_id=article_id, user_id="acme")
    assume(article is not None)
    assert article is not None
    assert is_inside(article)


@pytest.mark.parametrize("topic", [*CLIMBS, *HOSTILE, "𓀀" * 300, "🎉", "\u0301" * 50 + "x", "İ" * 300])
def test_a_hostile_topic_gets_a_plain_slug(topic: str) -> None:
    """Ways out and markup in a title become letters and hyphens, or the title is refused."""
    article = accepted(topic=topic)
    assert article is None or (is_inside(article) and SLUG.fullmatch(slugify(article.topic)))


@pytest.mark.parametrize("climb", CLIMBS)
@pytest.mark.parametrize("role", ["hero", "qwen_image"])
def test_no_model_name_reaches_outside(role: str, climb: str) -> None:
    """A model's name is part of keys and addresses: what could lead elsewhere is refused."""
    for name in (climb, f"chutes-{climb}", f"owner/{climb}", f"{climb}/name", f"owner/name:{climb}"):
        try:
            models = model_table({role: {"name": name}})
        except ConfigurationError:
            continue
        assert is_inside(Article(topic="x"), models)


@pytest.mark.parametrize(
    "name", ["evil.example/x", "evil.example", "evil.example:1", "x/../y", "x:8443", "x@evil", "x\n"]
)
def test_a_chutes_model_cannot_name_the_host(name: str) -> None:
    """The slug becomes part of the host's name that the API key is sent to: no slash, dot, colon or at sign."""
    with pytest.raises(ConfigurationError, match="qwen_image"):
        model_table({"qwen_image": {"name": name}})


@pytest.mark.parametrize("logo", ["other/branding/logo.png", "acme2/logo.png", "_results/x", "acme/../other/logo.png"])
def test_a_logo_of_another_tenant_cannot_be_named(logo: str) -> None:
    """A logo's key is read below the article's own tenant, whatever tenant it names."""
    try:
        brand = Brand(logo=logo)
    except ValidationError:
        return
    key = f"acme/{str(brand.logo).removeprefix('acme/')}"
    assert key.startswith("acme/")
    assert ".." not in key


def test_a_tenants_name_that_begins_another_is_kept_apart() -> None:
    """`acme` and `acme2` share no key: the prefix that is listed ends in a slash."""
    ours, theirs = (all_keys(Article(topic="x", user_id=name)) for name in ("acme", "acme2"))
    assert not set(ours) & set(theirs)
    assert not any(key.startswith(keys.prefix("acme", "x")) for key in theirs)
