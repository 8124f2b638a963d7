"""Logos as they come in: measured, cleaned, and safe to be served."""

from io import BytesIO

import pytest
from PIL import Image

from imaging.cards.logos.brand_logo import accepted_logo
from tests.imaging.cards.contact_sheet import encoded, logo

DRAWING = b"""<?xml version="1.0"?><?xml-stylesheet href="https://evil.example/x.css"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:i="urn:other"
 viewBox="0 0 300 100" onload="alert(1)"><!-- note --><script>alert(2)</script><i:page/><foreignObject><body xmlns="http://www.w3.org/1999/xhtml"
 onclick="alert(3)"/></foreignObject><a xlink:href="javascript:alert(4)"><rect width="300" height="100" fill="url(#g)"
 onmouseover="alert(5)"/></a><defs><linearGradient id="g"><stop stop-color="#0a7d5a"/></linearGradient></defs>
 <rect width="9" height="9"><animate attributeName="href" to="javascript:alert(6)"/><set/></rect></svg>"""


def test_an_svg_keeps_what_draws_it_and_nothing_else() -> None:
    """Scripts, events, links, animations and foreign parts are gone; the drawing is there, in its ratio."""
    kept = accepted_logo(DRAWING)
    text = kept.data.decode()
    for word in ("script", "alert", "on", "href", "animate", "set", "foreign", "evil", "urn:", "note"):
        assert f"<{word}" not in text
        assert f" {word}" not in text
    assert "javascript" not in text
    assert 'fill="url(#g)"' in text
    assert (kept.extension, kept.ratio) == (".svg", 2.99)
    assert accepted_logo(kept.data).data == kept.data


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"root:x:0:0", "not a PNG, JPEG or WebP"),
        (encoded(Image.new("RGBA", (64, 64)), "PNG"), "transparent"),
        (encoded(Image.new("RGB", (64, 64), "red"), "PNG"), "one colour"),
        (b"<svg><image href='file:///etc/passwd'/></svg>", "refers to nothing outside itself"),
        (b'<!DOCTYPE svg [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><svg>&b;</svg>', "without entities"),
    ],
    ids=["text", "transparent", "plain", "file", "bomb"],
)
def test_what_is_no_logo_is_refused(data: bytes, cause: str) -> None:
    """Each is refused with the reason."""
    with pytest.raises(ValueError, match=cause):
        accepted_logo(data)


def test_a_logo_is_measured_and_advice_is_given() -> None:
    """Size and ratio are those of what is seen; a ground of its own and few pixels are told."""
    assert accepted_logo(logo()).advice == ()
    photo = Image.effect_noise((120, 40), 80).convert("RGB")
    found = accepted_logo(encoded(photo, "JPEG"))
    assert (found.width, found.height, found.content_type) == (120, 40, "image/jpeg")
    assert [words.split(" (")[0].split(":")[0] for words in found.advice] == [
        "it has a ground of its own",
        "it is small",
    ]
    assert Image.open(BytesIO(found.data)).size == (120, 40)
