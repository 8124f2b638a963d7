"""Tenants stay apart, and no word from outside becomes more than a word."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pydantic import ValidationError

from imaging import keys
from imaging.articles.article import Article, Brand, article_from
from imaging.errors import ConfigurationError, InvalidInput
from imaging.pages import gallery
from imaging.pages.page import html_page
from imaging.pages.public import public_document
from imaging.planning.models import ModelTable, model_table
from imaging.planning.plan import Planner
from imaging.record import Image, ImageSet, StoredImage, described, failed
from imaging.slug import SLUG, candidates, slugify
from imaging.spec import Kind
from tests.conftest import FEW
from tests.flows.conftest import World, run_set

# Ways out of a folder, in every spelling that some layer might undo.
CLIMBS = [
    "..", "../x", "x/../../y", "..\\x", "%2e%2e", "%2e%2e%2fx", "%252e%252e%252fx", "..%2fx", "..%5cx", "．．/x",
    "‥/x", "..／x", "∕x", "⁄x", "\u2024\u2024/x", "..\u2215x", "x\0y", "\0", "/etc/passwd", "//x", "./x", "x/./y",
    "x//y", "x/", "~root", "C:\\x", "\\\\host\\x", "x\n", "x\r", "x\r\n", "x\u2028", "x\u0085", "x\u200b", " x", "x ",
    "_results", "_claims", "_results/x", ".", "-x", "x;y", "x?y", "x#y", "x*", "ß", "ｘ", "𝐱", "X", "é", "a" * 9999,
]  # fmt: skip
# Article fields that hostile words go into, and what must not come out of them.
SCRIPT = '<script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)>"><iframe src=//evil.example>'
HOSTILE = [
    SCRIPT,
    "[x](javascript:alert(1)) ![x](https://evil.example/p.png) <https://evil.example> [y]: https://evil.example",
    "{{ 7 * 7 }} {% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %} {# c #} ${7*7} #{7*7}",
    "</td></tr></table>\n\n# Heading\n\n| a | b |\n| - | - |\n| c | d |\n\n```\ncode\n```\n- list\n> quote",
    "&lt;script&gt; &#60;script&#62; &#x3c;img src=x&#x3e; \\<b\\> `<b>` ``x`` \\\\` <!-- --> <![CDATA[x]]> <?php ?>",
    "\u202e<b>\u2066 \ufeff\u200b *a* _b_ **c** ~~d~~ ![](data:text/html,<script>) www.evil.example a@evil.example",
    "{{ event.payload }} {{ prefect.blocks.secret.x }} {{ prefect.variables.x }} $(id) `id` %s %(x)s {0} {topic}",
]
# What a gallery is made of; everything else came from outside.
OURS = {
    "h1", "h2", "p", "strong", "a", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "img", "br", "pre", "code",
}  # fmt: skip
# And the page, beside that.
PAGE = {
    "html", "head", "meta", "link", "title", "style", "script", "body", "header", "main", "section", "div", "figure",
    "figcaption", "h3", "dl", "dt", "dd", "b", "i", "small", "span", "fieldset", "legend", "label", "input", "button",
    "details", "summary",
}  # fmt: skip
# Keys as S3, a file system and a browser all read them the same way.
KEY = re.compile(r"[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)+")


class Tags(HTMLParser):
    """The tags of a page with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        self.found.append(("!--", {}))

    @property
    def shape(self) -> list[tuple[str, list[str]]]:
        return [(tag, sorted(attributes)) for tag, attributes in self.found]

    @property
    def addresses(self) -> list[str]:
        return [value or "" for _, attributes in self.found for name, value in attributes.items()
                if name in {"href", "src"}]  # fmt: skip


def rendered(markdown: str) -> Tags:
    """The Markdown as a viewer with everything switched on shows it."""
    return Tags(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))


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


def visible(words: str) -> str:
    """What of the words an id may hold."""
    return "".join(sign for sign in words if sign.isprintable()).strip()


def a_set(words: str, address: str = "https://replicate.delivery/x.png") -> ImageSet:
    """A set in which `words` stand wherever words from outside may stand."""
    body = "".join(f"## Section {number}\n\ntext\n\n" for number in range(6))  # of markup, no words would be left
    topic = " ".join(words.split())[:300]
    article = Article(topic=topic, excerpt=words, body=body, article_id=visible(words)[:200] or None, language="en")
    specs = Planner(article, "milk", ModelTable(), ()).specs()
    specs = [spec.model_copy(update={"alt_text": f"{words} {spec.alt_text}", "prompt": words}) for spec in specs]
    images: list[Image] = []
    for spec in specs:
        facts: dict[str, Any] = {
            "digest": spec.digest, "key": f"default/milk/{spec.name}.png", "content_type": "image/png", "width": 8,
            "height": 8, "bytes": 9, "sha256": "a" * 64, "md5": "b" * 32, "cost_usd": 0.0,
        }  # fmt: skip
        image = StoredImage(**facts)
        images.append(described(spec, image, reused=False, url=f"https://images.example/{image.key}"))
    images[0] = failed(specs[0], words)
    lost = {"fallback_url": address, "trouble": words}
    images[1] = described(specs[1], StoredImage(**facts | lost), reused=False, url="-")
    return ImageSet(
        user_id="default", slug="milk", topic=article.topic, article_id=article.article_id, images=images,
        problems=[words], manifest_url="https://images.example/default/milk/manifest.json",
    )  # fmt: skip


def check_shape(harmless: ImageSet, hostile: ImageSet, thumbnails: dict[str, str] | None = None) -> None:
    """Assert that gallery and page are made of the same elements, and lead to the same places."""
    shown = thumbnails or {}
    for expected, found in (
        (rendered(gallery.markdown_gallery(harmless, shown)), rendered(gallery.markdown_gallery(hostile, shown))),
        (Tags(html_page(harmless, shown)), Tags(html_page(hostile, shown))),
    ):
        assert found.shape == expected.shape
        assert found.addresses == expected.addresses
    assert {tag for tag, _ in rendered(gallery.markdown_gallery(hostile, shown)).found} <= OURS


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_add_no_element(words: str) -> None:
    """Markup, Markdown and templates in topic, excerpt, headings, alt texts and errors add no tag and no link."""
    check_shape(a_set("Milk"), a_set(words))


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stay_out_of_the_table(words: str) -> None:
    """The table's cells, which the UI reads as Markdown, hold no word from outside."""
    harmless, hostile = gallery.table(a_set("Milk")), gallery.table(a_set(words))
    assert hostile == harmless
    for cell in (cell for row in hostile for cell in row.values()):
        assert not Tags(MarkdownIt("commonmark", {"html": True}).renderInline(cell)).found


@pytest.mark.parametrize(
    "tail",
    [
        "a.png?<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "![x](//evil.example)", "a.png)\n# x", "a|b",
        "**b**~~c~~", "a'onerror='alert(1)", 'a" onerror="alert(1)', "`b`", "\\",
    ],
)  # fmt: skip
def test_a_vendors_address_is_an_address_and_no_markup(tail: str) -> None:
    """The address that a vendor names may hold Markdown or HTML; in gallery, page and table it becomes neither."""
    hostile = a_set("Milk", f"https://replicate.delivery/{tail}")
    plain = {image.name: "data:image/webp;base64,AA==" for image in hostile.images if image.status != "failed"}
    check_shape(a_set("Milk"), hostile, plain)
    assert (
        rendered(gallery.markdown_gallery(hostile, {})).shape
        == rendered(gallery.markdown_gallery(a_set("Milk"), {})).shape
    )
    cell = gallery.table(hostile)[1]["url"]
    assert not Tags(MarkdownIt("commonmark", {"html": True}).enable("strikethrough").renderInline(cell)).found


def test_templates_in_words_are_not_evaluated() -> None:
    """Braces and percent signs come out of gallery, page and manifest as they went in."""
    words = "{{ 7 * 7919 }} {% raw %} ${7*7919} {topic} %s"
    hostile = a_set(words)
    assert "55433" not in html_page(hostile, {})
    assert words in html_page(hostile, {})
    assert "55433" not in gallery.markdown_gallery(hostile, {})
    assert json.loads(hostile.model_dump_json())["topic"] == words


@FEW
@given(st.text(min_size=1, max_size=60))
def test_any_words_leave_gallery_and_page_as_they_are(words: str) -> None:
    """Text of any script and with any sign changes nothing about what gallery and page are made of."""
    try:
        hostile = a_set(f"x{words}")
    except ValidationError:
        return
    harmless = a_set("Milk")
    if len(hostile.images) == len(harmless.images):
        check_shape(harmless, hostile)


ATTACK = {
    "topic": f"{SCRIPT} {{{{ 7*7 }}}} ../../other/x [y](javascript:alert(1)) | z",
    "user_id": "acme",
    "article_id": "../../other<b>",
    "excerpt": SCRIPT + "{% raw %}",
    "body": "".join(
        f"## {SCRIPT} ../../other [x](javascript:alert({number})) {{{{ 7*7 }}}}\n\ntext\n\n" for number in range(6)
    ),
    "language": "en",
}


def test_a_hostile_article_stays_in_its_folder_and_shows_as_words(
    world: World, prefect_api: str, tmp_path: Path
) -> None:
    """End to end: files, manifest, artifacts and page of a hostile article hold its words and nothing they ask for."""
    world.replicate.fault("create", "failed", times=None, match=lambda call: "ultra" in str(call.model), error=SCRIPT)
    attacked = run_set(Article.model_validate(ATTACK))
    assert {image.status for image in attacked.images} == {"stored", "failed"}
    root = world.folder / "storage"
    files = [path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()]
    assert files
    places = tuple(f"images/{folder}acme/" for folder in ("", "_claims/", "_results/", "_ledger/", "_locks/"))
    shared = "images/_results/_predictions/"  # whose each prediction is, as a digest
    assert all(name.startswith((*places, shared)) for name in files), files
    assert {path.name for path in tmp_path.iterdir()} <= {"bucket", "data", "cwd"}

    manifest = httpx.get(attacked.manifest_url or "").json()
    assert manifest == json.loads(public_document(attacked, prompts=False))
    assert manifest["topic"] == ATTACK["topic"]

    [page] = (tmp_path / "data" / "gallery").rglob("*.html")
    assert page.parent == tmp_path / "data" / "gallery" / "acme"
    in_bucket = httpx.get(attacked.gallery_url or "").text
    for text in (page.read_text(), in_bucket):
        assert {tag for tag, _ in Tags(text).found} <= OURS | PAGE
        assert text.count("<script>") == 1

    query = {"artifacts": {"flow_run_id": {"any_": [attacked.flow_run_id]}}}
    artifacts = httpx.post(f"{prefect_api}/artifacts/filter", json=query).json()
    shown = {artifact["type"]: artifact for artifact in artifacts if artifact["key"]}
    assert {tag for tag, _ in rendered(shown["markdown"]["data"]).found} <= OURS
    assert r"\{\{ 7\*7 \}\}" in shown["markdown"]["data"]
    cells = [str(cell) for row in json.loads(shown["table"]["data"]) for cell in row.values()]
    assert not [cell for cell in cells if Tags(MarkdownIt("commonmark", {"html": True}).renderInline(cell)).found]


def test_a_hostile_topic_is_no_markup_in_an_artifacts_description(world: World, prefect_api: str) -> None:
    """The UI reads descriptions as Markdown too: a topic adds no element there."""
    attacked = run_set(Article.model_validate(ATTACK), [Kind.CARD])
    query = {"artifacts": {"flow_run_id": {"any_": [attacked.flow_run_id]}}}
    for artifact in httpx.post(f"{prefect_api}/artifacts/filter", json=query).json():
        assert {tag for tag, _ in rendered(artifact["description"] or "").found} <= {"p"}
