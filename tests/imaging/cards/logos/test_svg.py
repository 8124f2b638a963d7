"""SVG logos: drawn like others, and never a way out or a bomb."""

import base64

import pytest
from PIL import Image

from imaging.cards.logos.logo import open_logo
from tests.imaging.pictures.containers import saved

OPEN = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 300 100">'


def svg(inside: str, before: str = "") -> bytes:
    return f"{before}{OPEN}{inside}</svg>".encode()


def inlined(data: bytes, kind: str = "png") -> str:
    return f'<image width="90" height="90" href="data:image/{kind};base64,{base64.b64encode(data).decode()}"/>'


@pytest.mark.parametrize(
    ("data", "ratio"),
    [
        (svg('<rect width="300" height="100" fill="#d61428"/>'), 3),
        (svg('<rect x="90" width="20" height="100"/>', '<?xml version="1.0"?>\n<!-- made by hand -->\n'), 0.2),
        (svg('<rect width="100" height="100"/>',
             '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'), 1),
        (svg('<style>.a{fill:url(#g)}</style><linearGradient id="g"><stop/></linearGradient>'
             '<rect class="a" width="200" height="100"/>'), 2),
        (svg('<g id="a"><rect width="50" height="50"/></g><use xlink:href="#a" x="50"/>'), 2),
        (svg(inlined(saved("PNG", Image.new("RGB", (9, 9))))), 1),
    ],
    ids=["plain", "trimmed", "doctype", "class", "use", "picture"],
)  # fmt: skip
def test_an_svg_is_a_logo_in_its_own_proportions(data: bytes, ratio: float) -> None:
    """What design programs write is drawn, large enough for every card, without its transparent rim."""
    logo = open_logo(data)
    assert logo
    assert logo.mode == "RGBA"
    assert logo.width / logo.height == pytest.approx(ratio, rel=0.02)
    assert max(logo.size) > 60


def test_text_in_a_logo_does_not_depend_on_the_machine() -> None:
    """Letters are set in the cards' own font, whatever family the logo asks for."""
    logos = [open_logo(svg(f'<text y="80" font-size="60" font-family="{name}">Brot</text>')) for name in ("Arial", "x")]
    assert logos[0]
    assert logos[1]
    assert logos[0].tobytes() == logos[1].tobytes()


CHAIN = "".join(
    f'<mask id="m{i}"><rect width="9" height="9" mask="url(#m{i - 1})"/><rect width="9" mask="url(#m{i - 1})"/></mask>'
    for i in range(1, 40)
)
USES = "".join(f'<g id="a{i}">' + f'<use xlink:href="#a{i - 1}"/>' * 10 + "</g>" for i in range(1, 12))


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (svg('<image href="/etc/passwd"/>'), "nothing outside itself: /etc/passwd"),
        (svg('<image href="https://evil.example/a.png"/>'), "nothing outside itself: https://evil"),
        (svg('<rect fill="url(file:///etc/passwd#a)"/>'), "nothing outside itself: file:///etc"),
        (svg("<style>@import url(https://evil.example/a.css)</style>"), "nothing outside itself"),
        (svg("&a;", '<!DOCTYPE svg [<!ENTITY a "aaaa">]>'), "without entities"),
        (svg('<g id="a"><use href="#a"/></g>'), "at most 20,000 elements"),
        (svg(f'<g id="a0"/>{USES}<use xlink:href="#a11"/>'), "at most 20,000 elements"),
        (svg(f'<mask id="m0"/>{CHAIN}<rect mask="url(#m39)"/>'), "at most 20,000 elements"),
        (svg(f'<style>rect{{mask:url(#m39)}}</style><mask id="m0"/>{CHAIN}<rect/>'), "gradients alone"),
        (svg("<filter>" + "<feTurbulence/>" * 30 + "</filter>"), "at most 24 filter effects"),
        (svg(inlined(svg("<rect/>"), "svg+xml")), "PNG, JPEG or WebP in base64"),
        (svg(inlined(b"no picture")), "PNG, JPEG or WebP in base64"),
        (svg("<g>" * 200 + "</g>" * 200), "at most 20,000 elements"),
        (svg("<!--" + "x" * 1_000_000 + "-->"), "at most 1,000,000 bytes"),
        (svg('<svg viewBox="0 0 5 5"><ellipse rx="1e9" ry="3"/></svg>'), "cannot be drawn"),
        (svg("<g>"), "not a readable SVG"),
        (b"<svg><body>", "not a readable SVG"),
    ],
    ids=["file", "host", "paint", "import", "entity", "circle", "uses", "masks", "class", "filters", "nested",
         "picture", "deep", "large", "panic", "broken", "html"],
)  # fmt: skip
def test_an_svg_that_reaches_out_or_grows_without_measure_is_refused(data: bytes, cause: str) -> None:
    """No file, no host, no entity, and no more work than a logo is worth; the error names the logo."""
    with pytest.raises(ValueError, match=f"^logo: .*{cause}"):
        open_logo(data)
