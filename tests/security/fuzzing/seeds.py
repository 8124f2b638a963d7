"""Where fuzzing starts from: one sound example of everything that comes from outside, for each target."""

import json
from collections.abc import Mapping
from io import BytesIO

from PIL import Image

from tests.imaging.pictures.containers import ROOMS, zipped

_PREDICTION = {
    "id": "ufawqhfynnddngldkgtslldrkq", "model": "black-forest-labs/flux-dev", "version": "hidden",
    "input": {"prompt": "milk"}, "logs": "", "output": ["https://replicate.delivery/xezq/1/out-0.png"],
    "data_removed": False, "error": None, "status": "succeeded", "source": "api",
    "created_at": "2026-11-01T00:00:00.000000Z", "started_at": None, "completed_at": None, "metrics": {},
    "urls": {"cancel": "https://api.replicate.com/c", "get": "https://api.replicate.com/g"},
}  # fmt: skip
_IMAGE: dict[str, object] = {
    "name": "hero", "kind": "hero", "platform": None, "status": "stored", "durable": True,
    "url": "https://images.example/default/milk/hero.png", "key": "default/milk/hero.png",
    "content_type": "image/png", "width": 64, "height": 64, "bytes": 100, "sha256": "a" * 64, "alt_text": "Milk",
    "provider": "replicate", "model": "black-forest-labs/flux-dev", "prompt": "milk", "cost_usd": 0.025,
    "prediction_id": "x", "fallback_from": None, "error": None, "variants": [], "digest": "d" * 64, "md5": "b" * 32,
}  # fmt: skip
_STORED = {name: _IMAGE[name] for name in ("digest", "key", "content_type", "width", "height", "bytes", "sha256", "md5",
                                           "cost_usd", "prediction_id")}  # fmt: skip
_ARTICLE = {
    "topic": "Laktose und Käse", "user_id": "acme", "article_id": "a-1", "slug": "kaese", "excerpt": "Zwei Sätze.",
    "language": "en", "brand": {"color": "#0a7d5a", "logo": "branding/logo.png", "template": "split"},
    "body": "## Eins\n\nText.\n\n### Zwei\n\n> ## Drei\n\n```\n## vier\n```\n\n## A\n\n## B\n\n## C *d* <b>\n",
}  # fmt: skip


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _answers(*values: object) -> list[bytes]:
    """As Outside._say reads them: the first byte picks the status."""
    refused = {"title": "Throttled", "detail": "wait", "status": 429, "retry_after": 3}
    return [*(b"\0" + _json(value) for value in values), b"\x09" + _json(refused), b"\x03{}", b"\0<html>"]


def picture(image_format: str, mode: str = "RGB", **options: object) -> bytes:
    """Return a small picture."""
    out = BytesIO()
    image = Image.linear_gradient("L").resize((24, 16)).convert("RGB" if mode in {"P", "PA"} else mode)
    image.convert(mode).save(out, image_format, **options)
    return out.getvalue()


PICTURES = [
    *(picture("PNG", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
    picture("PNG", "P", transparency=0),
    picture("PNG", "RGB", transparency=(1, 2, 3)),
    picture("PNG", save_all=True, append_images=[Image.new("RGB", (24, 16))]),
    *(picture("JPEG", mode) for mode in ("L", "RGB", "CMYK")),
    picture("JPEG", progressive=True),
    picture("JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"),
    *(picture("WEBP", mode) for mode in ("RGB", "RGBA")),
    picture("WEBP", lossless=True),
    picture("WEBP", save_all=True, append_images=[Image.new("RGB", (24, 16))]),
]
PICTURES += [
    picture("MPO", save_all=True, append_images=[Image.new("RGB", (24, 16))]),
    picture("JPEG", restart_marker_blocks=1),
    *(room(b"XML and more") for room in ROOMS.values()),
]
_POLYGLOTS = [*(one + zipped() for one in PICTURES[:2]), *(room(b"<script>") for room in ROOMS.values())]
_MARKDOWN = (
    '---\ntopic: "Käse: {{ 7 }}"\nuser_id: acme\nbrand:\n  color: "#0a7d5a"\n'
    "slug: !!str kaese\nexcerpt: >\n  Zwei\n---\n## A\n\ntext\n"
)
_ITEM = {"id": "1", "url": "https://blog.example/a", "title": "A &amp; B", "content_html": "<h2>A</h2><p>b",
         "summary": "S […]", "language": "de-AT"}  # fmt: skip
_ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><link rel="next" href="?p=2"/><entry><id>1</id>'
    '<title type="html">A &lt;b&gt;c&lt;/b&gt;</title><link href="https://blog.example/a"/>'
    '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><h2>A</h2></div></content></entry></feed>'
)
_RSS = (
    '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><language>en</language><item>'
    "<guid>1</guid><title>C++ &lt;vector&gt;</title><image><title>no</title></image><wp:status>draft</wp:status>"
    "<description>S</description><content:encoded><![CDATA[<h2>A</h2>]]></content:encoded></item></channel></rss>"
)
FEEDS = [_ATOM.encode(), _RSS.encode(), _ATOM.encode("utf-16"), _json({"items": [_ITEM, {"title": 1}], "next_url": 2})]
_PACKET = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><!-- a -->'
    '<rdf:Description rdf:about="" xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" e:DigitalSourceType="'
    'http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"><e:DigitalSourceType><?p?></e:DigitalSourceType>'
    "</rdf:Description></rdf:RDF></x:xmpmeta>"
)
XMP = [_PACKET.encode(), f"<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>{_PACKET}<?xpacket end='w'?>".encode()]
SEEDS: Mapping[str, list[bytes]] = {
    "article": [_json(_ARTICLE), _MARKDOWN.encode(), b"---\ntopic: &a [*a]\nbrand: {<<: *a}\n---\n# x",
                b"---\ntopic: !!timestamp 2001-12-14T21:59:43.10-05:30\nslug: !!binary YQ==\n---\n",
                b"---\ntopic: !!int 0x1_f\nslug: !!float 1:2.5e3\nlanguage: !!set {a}\n---\n"],
    "feed": FEEDS,
    "payload": [_json({"article": _ARTICLE}), _json(_ARTICLE),
                _json({"topic": {"__prefect_kind": "jinja", "template": "{{ 7 }}"}, "body": [10**40, "a\0b", None]}),
                _json({"__prefect_kind": {"____prefect_kind": ["{% raw %}", 0.5, True, {}]}})],
    "models": [_json({"hero": {"price_usd": 0.05, "params": {"aspect_ratio": "16:9"}},
                      "juggernautxl": {"name": "chutes-x", "params": {"width": 512, "height": 512}}})],
    "picture": [*PICTURES, *_POLYGLOTS],
    "xmp": XMP,
    "anatomy": [*PICTURES, *_POLYGLOTS],
    "logo": PICTURES,
    "create": _answers(_PREDICTION, _PREDICTION | {"status": "starting", "output": None}),
    "collect": _answers(_PREDICTION, _PREDICTION | {"status": "aborted"}, _PREDICTION | {"output": "http://[::1]:1/"},
                        _PREDICTION | {"status": "failed", "error": "NSFW"}),
    "check": _answers({"results": [], "next": None}),
    "find": _answers({"results": [_PREDICTION, _PREDICTION | {"status": "failed"}], "next": None}),
    "generate": [b"\0" + PICTURES[4], b"\x09" + _json({"detail": "infra_overload"}), b"\x01{}", b"\x0a{}"],
    "redirect": [b"/", b"https://replicate.delivery/x.png", b"//127.0.0.1/", b"?a", b"http://[::1%25lo]:80/",
                 "http://bücher.example/".encode("latin-1")],
    "fetch": [b"https://replicate.delivery/x", b"http://a@127.0.0.1:80/", "http://ⓔxample.com/".encode(), b"data:,x"],
    "manifest": [_json({"schema_version": 1, "images": [_IMAGE, _IMAGE | {"name": "x", "digest": "e" * 64}]}),
                 _json({"images": {}})],
    "claim": [_json({"topic": "Milk", "article_id": "1"}), _json([])],
    "result": [_json({"metadata": {"storage_key": "x"}, "result": _STORED})],
}  # fmt: skip
